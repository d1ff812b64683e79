import type { Clock } from '#base'

/** Aborts after `delay` milliseconds of `clock`, for calls that take a signal. */
export class Deadline implements Disposable {
  readonly signal: AbortSignal
  readonly #cancel: () => void

  constructor(clock: Clock, delay: number, parent?: AbortSignal) {
    const controller = new AbortController()
    const abort = (): void => controller.abort()
    const timer = clock.after(delay, abort)
    parent?.addEventListener('abort', abort)
    if (parent?.aborted === true) abort()
    this.signal = controller.signal
    this.#cancel = () => {
      timer.cancel()
      parent?.removeEventListener('abort', abort)
    }
  }

  [Symbol.dispose](): void {
    this.#cancel()
  }
}
