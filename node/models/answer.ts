/** What a contract returned, or wrote into a log: words, and what their offsets lead to. */
import { Fault, hex, toBigInt } from '#base'

const wordBytes = 32

/** Throws `NODE_ANSWER` for what a contract of this network would not say. */
export class Answer {
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** A number that counts something. */
  count(place: number): number {
    return this.#countAt(place * wordBytes)
  }

  /** Bytes of any length. */
  bytes(place: number): Uint8Array {
    const at = this.count(place)
    return this.#take(at + wordBytes, this.#countAt(at))
  }

  /** A list of words. */
  words(place: number): readonly Uint8Array[] {
    const at = this.count(place)
    const content = this.#take(at + wordBytes, this.#countAt(at) * wordBytes)
    return Array.from({ length: content.length / wordBytes }, (_, index) =>
      content.subarray(index * wordBytes, (index + 1) * wordBytes),
    )
  }

  #countAt(at: number): number {
    const count = toBigInt(this.#take(at, wordBytes))
    // More than any answer has bytes.
    return count < 2n ** 40n ? Number(count) : this.#refuse()
  }

  #take(from: number, length: number): Uint8Array {
    if (from + length > this.#bytes.length) return this.#refuse()
    return this.#bytes.subarray(from, from + length)
  }

  #refuse(): never {
    throw new Fault(
      { code: 'NODE_ANSWER', found: hex(this.#bytes).slice(0, 80) },
      'the node does not answer as a Pars node does: name another with --rpc',
    )
  }
}
