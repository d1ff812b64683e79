import type { ServerLimits } from './limits.ts'

/** The answers that are being made, all together: batches wait in memory until their last call. */
export class Gathering {
  readonly #limits: Pick<ServerLimits, 'gatheredBytes' | 'gatheredShare' | 'responseBytes'>
  #characters = 0

  constructor(limits: Pick<ServerLimits, 'gatheredBytes' | 'gatheredShare' | 'responseBytes'>) {
    this.#limits = limits
  }

  /** @param by Characters, of what is gone below zero. */
  grow(by: number): void {
    this.#characters += by
  }

  /** Whether one answer of so many characters is to get no more. */
  isFull(characters: number): boolean {
    const { gatheredBytes, gatheredShare, responseBytes } = this.#limits
    const most = this.#characters > gatheredBytes ? gatheredShare : responseBytes
    return characters > most
  }
}
