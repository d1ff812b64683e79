import { concat, equal, type Random } from '#base'
import { chaCha20Poly1305, constantTimeEqual } from '#crypto'

import { linkFault, malformed } from '../faults.ts'
import { meshHash } from '../hash.ts'
import { limits } from '../limits.ts'
import { derive } from './derive.ts'
import { type Ticket, ticketBytes } from './resumption.ts'
import { Session, type Standing } from './session.ts'

/** Who answers keeps the session at once; who asked may never hear the answer. */
const asked: Standing = { isConfirmed: true, isSettled: true }
const answered: Standing = { isConfirmed: true, isSettled: false }
const nonceBytes = 8
const tagBytes = 16
const dataAt = ticketBytes + nonceBytes
/** Of a request without data. */
const leastRequestBytes = dataAt + tagBytes
/** nonce 8 | proof 16. */
export const resumeAnswerBytes = nonceBytes + 16
/** The key is of one request alone. */
const fixedNonce = new Uint8Array(chaCha20Poly1305.nonceBytes)

/** This side's attempt, until the other's answer comes. The secrets stay in private fields. */
export class ResumeOffer {
  /** ticket 16 | nonce 8 | data sealed, at most 104 bytes. It may be sent again as it is. */
  readonly request: Uint8Array<ArrayBuffer>
  readonly #secret: Uint8Array<ArrayBuffer>
  readonly #random: Random
  #isComplete = false

  /** Use `Tickets.offer`. */
  constructor(ticket: Ticket, data: Uint8Array, random: Random) {
    const head = concat(ticket.id, random.bytes(nonceBytes))
    const key = earlyKey(ticket.secret, head)
    this.request = concat(head, chaCha20Poly1305.seal(key, fixedNonce, data, head))
    this.#secret = ticket.secret
    this.#random = random
  }

  /**
   * @param answer 24 bytes.
   * @throws `MESH_MALFORMED` for what is no answer to this request; the right one may still come.
   *   `MESH_LINK` once one came
   */
  complete(answer: Uint8Array): Session {
    if (this.#isComplete) throw linkFault('closed')
    if (answer.length !== resumeAnswerBytes) throw malformed('resumption', 'it has another length')
    const nonce = answer.subarray(0, nonceBytes)
    const root = resumedRoot(this.#secret, this.request, nonce)
    const proof = derive(root, 'resumed proof', 16)
    if (!constantTimeEqual(proof, answer.subarray(nonceBytes))) {
      throw malformed('resumption', 'it is by none who holds the keys')
    }
    this.#isComplete = true
    this.#secret.fill(0)
    return new Session('initiator', root, asked, this.#random)
  }
}

/** Where the ticket of a request stands, if it has the length of one. Throws `MESH_MALFORMED`. */
export function ticketOf(request: Uint8Array): Uint8Array {
  const most = leastRequestBytes + limits.linkEarlyData.value
  if (request.length < leastRequestBytes || request.length > most) {
    throw malformed('resumption', 'it has another length')
  }
  return request.subarray(0, ticketBytes)
}

export interface Resumed {
  /** That came with the request. */
  readonly data: Uint8Array<ArrayBuffer>
  readonly answer: Uint8Array<ArrayBuffer>
  readonly session: Session
}

/**
 * @param ticket The one that the request names: it must not serve again.
 * @throws `MESH_MALFORMED` for a request that its holder did not make
 */
export function acceptResumption(ticket: Ticket, request: Uint8Array, random: Random): Resumed {
  if (!equal(ticketOf(request), ticket.id)) throw malformed('resumption', 'it has another ticket')
  const head = request.subarray(0, dataAt)
  const data = opened(earlyKey(ticket.secret, head), request.subarray(dataAt), head)
  const nonce = random.bytes(nonceBytes)
  const root = resumedRoot(ticket.secret, request, nonce)
  const answer = concat(nonce, derive(root, 'resumed proof', 16))
  return { data, answer, session: new Session('responder', root, answered, random) }
}

function opened(key: Uint8Array, sealed: Uint8Array, head: Uint8Array): Uint8Array<ArrayBuffer> {
  try {
    return chaCha20Poly1305.open(key, fixedNonce, sealed, head)
  } catch {
    throw malformed('resumption', 'it does not open')
  }
}

function earlyKey(secret: Uint8Array, head: Uint8Array): Uint8Array<ArrayBuffer> {
  return derive(secret, 'early data', 32, head)
}

function resumedRoot(
  secret: Uint8Array,
  request: Uint8Array,
  nonce: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return derive(secret, 'resumed', 32, meshHash('resumed', 32, nonce, request))
}
