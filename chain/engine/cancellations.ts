/**
 * Which of the calls under way in another thread nobody waits for any more: one word of shared memory
 * for each, since a thread that runs a loop hears no message.
 */
export class Cancellations {
  /** For the other thread. */
  readonly words: Int32Array
  readonly #free: number[]

  /** @param most Calls under way at once. */
  constructor(most: number) {
    this.words = new Int32Array(new SharedArrayBuffer(most * Int32Array.BYTES_PER_ELEMENT))
    this.#free = Array.from({ length: most }, (_, index) => most - 1 - index)
  }

  /** The word of a call that begins; undefined when there is none left. To be given back. */
  take(): number | undefined {
    const word = this.#free.pop()
    if (word !== undefined) Atomics.store(this.words, word, 0)
    return word
  }

  cancel(word: number): void {
    Atomics.store(this.words, word, 1)
  }

  /** The call has ended in the other thread. */
  giveBack(word: number): void {
    this.#free.push(word)
  }
}

/** In the other thread. */
export function isCancelled(words: Int32Array, word: number): boolean {
  return Atomics.load(words, word) !== 0
}
