/** The bytes of a file from `start` on, in pieces of any length. */
export type ByteSource = (start: number) => AsyncIterable<Uint8Array>

/** Bytes that come in pieces, taken in others. */
export class Pieces {
  /** Bytes, so far. */
  taken = 0
  readonly #iterator: AsyncIterator<Uint8Array>
  #waiting: Uint8Array = new Uint8Array(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]()
  }

  /** `length` bytes, or all that are left where there are fewer. */
  async take(length: number): Promise<Uint8Array> {
    const taken = new Uint8Array(length)
    let filled = 0
    while (filled < length) {
      if (this.#waiting.length === 0) {
        const next = await this.#iterator.next()
        if (next.done === true) break
        this.#waiting = next.value
      }
      const part = this.#waiting.subarray(0, length - filled)
      taken.set(part, filled)
      filled += part.length
      this.#waiting = this.#waiting.subarray(part.length)
    }
    this.taken += filled
    return taken.subarray(0, filled)
  }

  async close(): Promise<void> {
    await this.#iterator.return?.()
  }
}
