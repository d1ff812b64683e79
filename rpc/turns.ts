import type { Clock } from '#base'

import { limits } from './limits.ts'

/** The large answers of all clients: after so many characters of them, others get in. */
export class Turns {
  readonly #clock: Clock
  /** Written in this turn of the event loop. */
  #characters = 0
  #isEnding = false
  readonly #waiting: (() => void)[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether another large answer has to wait. */
  get isOver(): boolean {
    return this.#waiting.length > 0 || this.#characters >= limits.renderCharacters.value
  }

  wrote(characters: number): void {
    this.#characters += characters
    if (characters >= limits.largeAnswer.value) this.#end()
  }

  /** Resolves when it is the caller's turn. */
  next(): Promise<void> {
    this.#end()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #end(): void {
    if (this.#isEnding) return
    this.#isEnding = true
    this.#clock.after(0, () => this.#begin())
  }

  #begin(): void {
    this.#isEnding = false
    this.#characters = 0
    this.#waiting.shift()?.()
    if (this.#waiting.length > 0) this.#end()
  }
}
