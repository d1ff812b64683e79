import { Fault } from '#base'

/** Runs at most `width` tasks at once; further ones wait in a queue of bounded length. */
export class Window {
  readonly #width: number
  readonly #length: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(init: { width: number; length: number }) {
    this.#width = init.width
    this.#length = init.length
  }

  /** Throws `POOL_BUSY` when the queue is full. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#width) {
      if (this.#waiting.length >= this.#length) {
        throw new Fault({ code: 'POOL_BUSY', waiting: this.#waiting.length }, 'send it again later')
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else {
      this.#running++
    }
    try {
      return await task()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }
}
