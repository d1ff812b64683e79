import { concat, equal } from '#base'

import type { Standing } from '../establish/acquaintances.ts'
import { linkFault, malformed } from '../faults.ts'
import {
  answerChallenge,
  challengeAnswerBytes,
  challengeInitiator,
  type InitiatorChallenge,
} from '../link/initiator.ts'
import { addressOfRecord, decodeKeyRecord, encodeKeyRecord } from '../link/key-record.ts'
import type { Session } from '../link/session.ts'
import type { MeshIdentity } from '../reach/identity.ts'

/** The first byte of what goes over a link. */
export const parts = { object: 0, record: 1, challenge: 2, answer: 3 } as const

/**
 * How the initiator of a link shows who it is, if it wants to: it tells its key record, is challenged
 * by a KEM ciphertext to that key, and answers. No signature, so that nobody else is convinced.
 */
export class Introduction {
  readonly #session: Session
  readonly #send: (part: Uint8Array) => Promise<void>
  #own: { readonly identity: MeshIdentity; readonly done: PromiseWithResolvers<void> } | undefined
  #claim: { readonly address: Uint8Array; readonly challenge: InitiatorChallenge } | undefined
  #peer: Uint8Array | undefined
  #shown: Uint8Array | undefined

  /** @param before What was shown over the link that this one goes on from. */
  constructor(
    session: Session,
    send: (part: Uint8Array) => Promise<void>,
    before: Pick<Standing, 'peer' | 'shown'> | undefined,
  ) {
    this.#session = session
    this.#send = send
    this.#peer = before?.peer
    this.#shown = before?.shown
  }

  /** The address under which this side has introduced itself, 32 bytes. */
  get shown(): Uint8Array | undefined {
    return this.#shown
  }

  /** The initiator's address, 32 bytes, once it has proved it. */
  get peer(): Uint8Array | undefined {
    return this.#peer
  }

  /** Of the initiator; resolved once the other side has its proof. Throws `MESH_LINK`. */
  async introduce(identity: MeshIdentity): Promise<void> {
    if (this.#session.role !== 'initiator') throw linkFault('responder')
    if (this.#shown !== undefined && equal(this.#shown, identity.address)) return undefined
    if (this.#own !== undefined) return this.#own.done.promise
    const done = Promise.withResolvers<void>()
    done.promise.catch(() => {})
    this.#own = { identity, done }
    const { kem, destination } = identity
    const record = encodeKeyRecord({
      kemKey: kem.publicKey,
      signingKeyHash: destination.sigHash,
      anchor: destination.anchor,
    })
    await this.#send(concat(Uint8Array.of(parts.record), record))
    await done.promise
    this.#shown = identity.address
    return undefined
  }

  /** Throws `MESH_MALFORMED`. */
  heard(part: number, body: Uint8Array): void {
    if (part === parts.record) this.#challenge(body)
    else if (part === parts.challenge) this.#answer(body)
    else if (part === parts.answer) this.#verify(body)
    else throw malformed('link object', 'it is of no known kind')
  }

  /** What has not happened by now will not. */
  stop(): void {
    this.#own?.done.reject(linkFault('closed'))
  }

  #challenge(record: Uint8Array): void {
    if (this.#session.role === 'initiator' || this.#claim !== undefined) {
      throw malformed('introduction', 'it is not its turn')
    }
    const keyRecord = decodeKeyRecord(record)
    const challenge = challengeInitiator(this.#session, keyRecord.kemKey)
    this.#claim = { address: addressOfRecord(keyRecord), challenge }
    this.#tell(parts.challenge, challenge.challenge)
  }

  #answer(challenge: Uint8Array): void {
    const own = this.#own
    if (own === undefined) throw malformed('introduction', 'it is not its turn')
    const answer = answerChallenge(this.#session, own.identity.kem, challenge)
    this.#send(concat(Uint8Array.of(parts.answer), answer)).then(own.done.resolve, own.done.reject)
  }

  #verify(answer: Uint8Array): void {
    const isProof =
      answer.length === challengeAnswerBytes && this.#claim?.challenge.verify(answer) === true
    if (!isProof) throw malformed('introduction', 'the answer is wrong')
    this.#peer = this.#claim?.address
  }

  #tell(part: number, body: Uint8Array): void {
    this.#send(concat(Uint8Array.of(part), body)).catch(() => {
      // The link is closed: who asked learns it there.
    })
  }
}
