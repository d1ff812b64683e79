import type { Entry } from './entry.ts'
import { limits } from './limits.ts'

/**
 * The accounts that an overlay has read or changed. Nothing is dropped while a block runs; `trim`
 * drops what two generations of blocks did not use, and only what is sealed.
 */
export class Entries {
  #young = new Map<string, Entry>()
  #old = new Map<string, Entry>()
  #slots = 0

  get(address: string): Entry | undefined {
    const young = this.#young.get(address)
    if (young !== undefined) return young
    const old = this.#old.get(address)
    if (old !== undefined) this.add(address, old)
    return old
  }

  add(address: string, entry: Entry): void {
    this.#young.set(address, entry)
    this.#slots += entry.clean.size
  }

  /** A slot was read into the cache of one of the accounts. */
  addSlot(): void {
    this.#slots++
  }

  /** Every account is sealed. */
  trim(): void {
    const full =
      this.#young.size > limits.cachedAccounts.value / 2 ||
      this.#slots > limits.cachedSlots.value / 2
    if (!full) return
    this.#old = this.#young
    this.#young = new Map()
    this.#slots = 0
  }
}
