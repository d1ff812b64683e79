import { limits } from './limits.ts'

interface Slot {
  readonly sender: string
  /** Milliseconds. */
  readonly until: number
}

/**
 * The slots that expired transactions keep in their senders' quotas for a while. Without them a
 * sender could fill the pool again and again with what expires, and never pay.
 */
export class ExpiredSlots {
  /** In the order in which they come free; what stands before `#first` has. */
  #slots: Slot[] = []
  #first = 0
  readonly #counts = new Map<string, number>()

  /** A transaction of `sender` expired at `now` (milliseconds, never less than before). */
  add(sender: string, now: number): void {
    this.#slots.push({ sender, until: now + limits.expiredSlot.value })
    this.#counts.set(sender, (this.#counts.get(sender) ?? 0) + 1)
    if (this.#slots.length - this.#first > limits.expiredSlots.value) this.#free()
  }

  /** Slots that `sender` still has taken at `now`. */
  count(sender: string, now: number): number {
    for (let next = this.#slots[this.#first]; next !== undefined && next.until < now;) {
      this.#free()
      next = this.#slots[this.#first]
    }
    return this.#counts.get(sender) ?? 0
  }

  #free(): void {
    const slot = this.#slots[this.#first++]
    if (slot === undefined) return
    const left = (this.#counts.get(slot.sender) ?? 0) - 1
    if (left > 0) this.#counts.set(slot.sender, left)
    else this.#counts.delete(slot.sender)
    if (2 * this.#first < this.#slots.length) return
    this.#slots = this.#slots.slice(this.#first)
    this.#first = 0
  }
}
