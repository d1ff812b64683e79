import { limits } from './limits.ts'

/**
 * Encodings whose signature does not verify, the latest of them, by wire hash: a payload hash would
 * let a forged copy shut out the genuine one.
 */
export class Forgeries {
  readonly #wireHashes = new Set<string>()

  get size(): number {
    return this.#wireHashes.size
  }

  has(wireHash: Uint8Array): boolean {
    return this.#wireHashes.has(wireHash.toHex())
  }

  add(wireHash: Uint8Array): void {
    this.#wireHashes.add(wireHash.toHex())
    if (this.#wireHashes.size <= limits.rejected.value) return
    const [oldest] = this.#wireHashes
    if (oldest !== undefined) this.#wireHashes.delete(oldest)
  }
}
