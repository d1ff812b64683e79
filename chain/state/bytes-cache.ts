/**
 * Bytes by their hash, the least recently used half dropped when `limit` bytes are exceeded. What a
 * hash names never changes, so states at any height may share one.
 */
export class BytesCache {
  readonly #limit: number
  #young = new Map<string, Uint8Array>()
  #old = new Map<string, Uint8Array>()
  #size = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get(hash: string): Uint8Array | undefined {
    const young = this.#young.get(hash)
    if (young !== undefined) return young
    const old = this.#old.get(hash)
    if (old !== undefined) this.set(hash, old)
    return old
  }

  set(hash: string, bytes: Uint8Array): void {
    if (this.#young.has(hash)) return
    if (this.#size + bytes.length > this.#limit / 2) {
      this.#old = this.#young
      this.#young = new Map()
      this.#size = 0
    }
    this.#young.set(hash, bytes)
    this.#size += bytes.length
  }
}
