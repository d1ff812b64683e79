/** One change of a batch. */
export type Change =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array }

/** Keys in lexicographic order: `gte` ≤ key < `lt`. */
export interface Range {
  readonly gte: Uint8Array
  readonly lt: Uint8Array
  readonly reverse?: boolean
  readonly limit?: number
}

export interface Reader {
  /** The value, or undefined. Synchronous: execution reads state between two instructions. */
  get(key: Uint8Array): Uint8Array | undefined
  entries(range: Range): AsyncIterable<readonly [key: Uint8Array, value: Uint8Array]>
}

/** A view that later writes do not change. Close it: an open one holds back compaction. */
export interface Snapshot extends Reader {
  close(): Promise<void>
}

/**
 * An ordered map of bytes to bytes. Keys and values are copied or never changed by either side
 * after the call. After `close` every call throws `STORE_CLOSED`.
 */
export interface Store extends Reader {
  /**
   * All of `changes` or none, also across a crash. Resolves once they are visible to readers and,
   * with `sync`, once they survive the loss of power. Of two changes of one key the later wins.
   */
  write(changes: readonly Change[], options: { readonly sync: boolean }): Promise<void>
  snapshot(): Snapshot
  close(): Promise<void>
}
