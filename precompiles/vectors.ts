/**
 * Calls with their expected results, as `vectors.json` holds them. All bytes are `0x`-prefixed
 * hexadecimal. They are computed by an implementation other than the plugin.
 */
export interface Vectors {
  /** Who computed them, from what. */
  readonly provenance: string
  /** Each starts with empty storage and an empty key table, and with what is given. */
  readonly sequences: readonly VectorSequence[]
}

export interface VectorSequence {
  readonly note: string
  /** What other precompiles have written before; absent = nothing. */
  readonly given?: VectorGiven | undefined
  /** In order; each is a transaction of its own, so that every slot is cold. */
  readonly calls: readonly VectorCall[]
}

interface VectorGiven {
  /** By the address of their owner. */
  readonly slots?: Readonly<Record<string, readonly VectorSlot[]>> | undefined
  readonly blobs?: readonly string[] | undefined
}

/** One call and its outcome: exactly one of `output`, `revert` and `halt` stands. */
export interface VectorCall {
  readonly note: string
  readonly input: string
  readonly context?: VectorContext | undefined
  readonly output?: string | undefined
  /** The reason, `Error(string)`. */
  readonly revert?: string | undefined
  readonly halt?: boolean | undefined
  /** All gas of the call; absent for a halt, which burns what it was given. */
  readonly gas?: number | undefined
  /** Absent = none. */
  readonly logs?: readonly VectorLog[] | undefined
  /** The slots that changed, with their new words; absent = none. */
  readonly storage?: readonly VectorSlot[] | undefined
}

/** How the call is made. Absent fields take the defaults of `CallContext`. */
export interface VectorContext {
  readonly caller?: string | undefined
  readonly origin?: string | undefined
  readonly depth?: number | undefined
  readonly isStatic?: boolean | undefined
  readonly value?: number | undefined
  readonly timestamp?: number | undefined
  readonly envelope?: { readonly algorithm: number; readonly key: string } | undefined
}

export interface VectorLog {
  readonly topics: readonly string[]
  readonly data: string
}

export interface VectorSlot {
  readonly slot: string
  readonly word: string
}
