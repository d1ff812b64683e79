import type { StopSignal } from '#chain'

/**
 * Whether somebody still waits for what a request asked. Whoever brought the request ends it when the
 * connection is gone, the dispatcher when time is over.
 */
export class Presence implements StopSignal {
  #controller: AbortController | undefined
  #hasLeft = false
  readonly #listeners: (() => void)[] = []

  get hasLeft(): boolean {
    return this.#hasLeft
  }

  get aborted(): boolean {
    return this.#hasLeft
  }

  addEventListener(_: 'abort', listener: () => void): void {
    this.onLeave(listener)
  }

  /** Made when it is first asked for: most calls end without. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#hasLeft) this.#controller.abort()
    }
    return this.#controller.signal
  }

  onLeave(listener: () => void): void {
    if (this.#hasLeft) listener()
    else this.#listeners.push(listener)
  }

  leave(): void {
    if (this.#hasLeft) return
    this.#hasLeft = true
    this.#controller?.abort()
    for (const listener of this.#listeners) listener()
  }
}
