import type { BytesCache } from './bytes-cache.ts'
import type { MaybePromise } from './source.ts'

/** What one kind of contents is. */
export interface ContentRules {
  /** Keeps kinds apart in a cache that they share: equal bytes of two kinds are two contents. */
  readonly kind: string
  hash(bytes: Uint8Array): Uint8Array
  /** What the source holds; undefined when nobody put it, now: contents stay for ever. */
  read(hash: Uint8Array): MaybePromise<Uint8Array | undefined>
}

export interface ContentPlace {
  readonly cache: BytesCache
  /** Whether `read` answers at once. */
  readonly isImmediate: boolean
  /** Takes what undoes a change, to be run when its checkpoint is reverted. */
  log(undo: () => void): void
}

/** Bytes by their hash on top of a source: public keys, or blobs. They are put, never changed. */
export class Contents {
  readonly #rules: ContentRules
  readonly #place: ContentPlace
  readonly #fresh = new Map<string, Uint8Array>()

  constructor(rules: ContentRules, place: ContentPlace) {
    this.#rules = rules
    this.#place = place
  }

  /** Undefined when nobody put it. */
  async get(hash: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#known(hash) ?? this.#keep(hash, await this.#rules.read(hash))
  }

  /** Null when nobody put it; undefined when the source has to be awaited: then use `get`. */
  now(hash: Uint8Array): Uint8Array | null | undefined {
    const known = this.#known(hash)
    if (known !== undefined || !this.#place.isImmediate) return known
    return this.#keep(hash, this.#rules.read(hash) as Uint8Array | undefined) ?? null
  }

  /** Returns the hash. */
  put(bytes: Uint8Array): Uint8Array {
    const hash = this.#rules.hash(bytes)
    const text = hash.toHex()
    if (this.#fresh.has(text)) return hash
    this.#fresh.set(text, bytes)
    this.#place.log(() => this.#fresh.delete(text))
    return hash
  }

  /** What was put since the last seal. */
  *fresh(): Generator<readonly [hash: Uint8Array, bytes: Uint8Array]> {
    for (const [hash, bytes] of this.#fresh) yield [Uint8Array.fromHex(hash), bytes]
  }

  /** The source holds what was put. */
  sealed(): void {
    for (const [hash, bytes] of this.#fresh) this.#place.cache.set(this.#name(hash), bytes)
    this.#fresh.clear()
  }

  discard(): void {
    this.#fresh.clear()
  }

  #known(hash: Uint8Array): Uint8Array | undefined {
    const text = hash.toHex()
    return this.#fresh.get(text) ?? this.#place.cache.get(this.#name(text))
  }

  #keep(hash: Uint8Array, bytes: Uint8Array | undefined): Uint8Array | undefined {
    if (bytes !== undefined) this.#place.cache.set(this.#name(hash.toHex()), bytes)
    return bytes
  }

  #name(hash: string): string {
    return `${this.#rules.kind} ${hash}`
  }
}
