/** As far back as BLOCKHASH looks, and the head. @see Ethereum Yellow Paper, appendix H */
const kept = 257

/** Hashes of the last blocks: the instruction costs less gas than reading a header from the store. */
export class RecentHashes {
  readonly #read: (number: bigint) => Uint8Array | undefined
  readonly #known = new Map<bigint, Uint8Array>()

  constructor(read: (number: bigint) => Uint8Array | undefined) {
    this.#read = read
  }

  /** Undefined when there is no such block. */
  of(number: bigint): Uint8Array | undefined {
    const known = this.#known.get(number)
    if (known !== undefined) return known
    const hash = this.#read(number)
    if (hash !== undefined) this.add(number, hash)
    return hash
  }

  add(number: bigint, hash: Uint8Array): void {
    this.#known.set(number, hash)
    if (this.#known.size <= kept) return
    const [oldest] = this.#known.keys()
    if (oldest !== undefined) this.#known.delete(oldest)
  }
}
