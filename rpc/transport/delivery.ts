import type { Clock, Timer } from '#base'

import type { Load, Outflow } from './outbox.ts'

interface DeliveryInit {
  readonly clock: Clock
  readonly outflow: Outflow
  /** Milliseconds without taking anything. */
  readonly stallTime: number
  readonly cut: () => void
}

/** Answers on their way over one connection of HTTP: who takes nothing of them is cut. */
export class Delivery implements Load {
  readonly #init: DeliveryInit
  #bytes = 0
  #takenAt = 0
  #timer: Timer | undefined
  #isOpen = true

  constructor(init: DeliveryInit) {
    this.#init = init
    init.outflow.join(this)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Milliseconds since the client took anything of what is on its way; 0 when nothing is. */
  get stalled(): number {
    return this.#bytes === 0 ? 0 : this.#init.clock.now() - this.#takenAt
  }

  /** So much of an answer is on its way. */
  grow(size: number): void {
    if (!this.#isOpen) return
    if (this.#bytes === 0) this.#moved()
    this.#bytes += size
    this.#timer ??= this.#watch(this.#init.stallTime)
    this.#init.outflow.grow(size)
  }

  /** The client has so much of it. */
  take(size: number): void {
    if (!this.#isOpen) return
    this.#bytes -= size
    this.#init.outflow.shrink(size)
    if (this.#bytes > 0) this.#moved()
  }

  cut(): void {
    if (!this.#isOpen) return
    this.close()
    this.#init.cut()
  }

  /** The connection is gone. */
  close(): void {
    this.#isOpen = false
    this.#timer?.cancel()
    this.#init.outflow.leave(this)
  }

  #moved(): void {
    this.#takenAt = this.#init.clock.now()
  }

  /** One timer for many answers: it looks again as long as anything is on its way. */
  #watch(time: number): Timer {
    const { clock, stallTime } = this.#init
    return clock.after(time, () => {
      this.#timer = undefined
      if (this.stalled >= stallTime) this.cut()
      else if (this.#bytes > 0) this.#timer = this.#watch(stallTime - this.stalled)
    })
  }
}
