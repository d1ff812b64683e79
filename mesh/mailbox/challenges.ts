import type { Clock, Random } from '#base'
import { constantTimeEqual, mlKem } from '#crypto'

import { malformed } from '../faults.ts'
import { meshHash } from '../hash.ts'
import { limits } from '../limits.ts'
import { addressOfRecord, decodeKeyRecord } from '../link/key-record.ts'

const kem = mlKem(768)
const tokenBytes = 8
const answerBytes = 32

interface Pending {
  readonly address: Uint8Array
  readonly answer: Uint8Array
  readonly neighbour: string
  readonly until: number
}

/**
 * Opens the inbox of an address to who holds its ML-KEM key and to nobody else. Nothing is signed: the
 * relay can show nobody that the owner was here.
 */
export class InboxChallenges {
  readonly #clock: Clock
  readonly #random: Random
  /** By token, the oldest first. */
  readonly #pending = new Map<string, Pending>()

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  /** That wait. */
  get size(): number {
    return this.#pending.size
  }

  /**
   * `token8 | ciphertext1088` for the owner of a key record. Throws `MESH_MALFORMED`.
   *
   * @param record 1237 bytes: see link/key-record.ts.
   */
  ask(record: Uint8Array, neighbour: string): Uint8Array {
    const address = recordAddress(record)
    const { kemKey } = decodeKeyRecord(record, address)
    this.#makeRoom(neighbour)
    const { ciphertext, sharedSecret } = kem.encapsulate(kemKey)
    const token = this.#random.bytes(tokenBytes)
    const answer = answerOf(sharedSecret, token)
    const until = this.#clock.now() + limits.mailChallengeLife.value
    this.#pending.set(token.toHex(), { address, answer, neighbour, until })
    const challenge = new Uint8Array(tokenBytes + kem.ciphertextBytes)
    challenge.set(token)
    challenge.set(ciphertext, tokenBytes)
    return challenge
  }

  /** The address whose key answered; undefined for a wrong, late or second answer. */
  check(answer: Uint8Array): Uint8Array | undefined {
    if (answer.length !== tokenBytes + answerBytes) {
      throw malformed('challenge answer', 'it has another length')
    }
    const name = answer.subarray(0, tokenBytes).toHex()
    const pending = this.#pending.get(name)
    this.#pending.delete(name)
    if (pending === undefined || pending.until <= this.#clock.now()) return undefined
    const isRight = constantTimeEqual(pending.answer, answer.subarray(tokenBytes))
    return isRight ? pending.address : undefined
  }

  /** Who asks too often loses what it asked first; then who has most. */
  #makeRoom(neighbour: string): void {
    const now = this.#clock.now()
    const counts = new Map<string, number>()
    for (const [token, pending] of this.#pending) {
      if (pending.until <= now) this.#pending.delete(token)
      else counts.set(pending.neighbour, (counts.get(pending.neighbour) ?? 0) + 1)
    }
    if ((counts.get(neighbour) ?? 0) >= limits.mailChallengesShare.value) this.#drop(neighbour)
    if (this.#pending.size < limits.mailChallenges.value) return
    const [[most] = ['']] = [...counts].toSorted((a, b) => b[1] - a[1])
    this.#drop(most)
  }

  #drop(neighbour: string): void {
    for (const [token, pending] of this.#pending) {
      if (pending.neighbour === neighbour) {
        this.#pending.delete(token)
        return
      }
    }
  }
}

/** What the owner answers: `token8 | H("inbox-answer", 32, shared secret, token)`. */
export function answerChallenge(
  challenge: Uint8Array,
  decapsulate: (ciphertext: Uint8Array) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  if (challenge.length !== tokenBytes + kem.ciphertextBytes) {
    throw malformed('challenge', 'it has another length')
  }
  const token = challenge.subarray(0, tokenBytes)
  const answer = new Uint8Array(tokenBytes + answerBytes)
  answer.set(token)
  answer.set(answerOf(decapsulate(challenge.subarray(tokenBytes)), token), tokenBytes)
  return answer
}

function answerOf(sharedSecret: Uint8Array, token: Uint8Array): Uint8Array<ArrayBuffer> {
  return meshHash('inbox-answer', answerBytes, sharedSecret, token)
}

function recordAddress(record: Uint8Array): Uint8Array<ArrayBuffer> {
  const kemEnd = kem.publicKeyBytes
  return addressOfRecord({
    kemKey: record.subarray(0, kemEnd),
    signingKeyHash: record.subarray(kemEnd, kemEnd + 32),
    anchor: record.subarray(kemEnd + 32),
  })
}
