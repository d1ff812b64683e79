import type { CallRequest, Overrides } from './call-port.ts'
/** What transactions did, told after the fact: traces, raw bytes, searches. */
import type { FrameKind } from './evm/index.ts'
import type { BlockRef, Head, PlacedTransaction } from './port.ts'

/** What is to be told of the run of a transaction. */
export type TraceConfig =
  | {
      readonly kind: 'steps'
      readonly showsStack: boolean
      readonly showsMemory: boolean
      readonly showsStorage: boolean
      readonly showsReturnData: boolean
      /** Operations that are told; 0: all of them. */
      readonly limit: number
    }
  | { readonly kind: 'calls'; readonly isTopOnly: boolean; readonly showsLogs: boolean }
  | {
      readonly kind: 'prestate'
      /** What the transaction changed, before and after, instead of what it met. */
      readonly isDiff: boolean
      readonly showsCode: boolean
      readonly showsStorage: boolean
      readonly showsEmpty: boolean
    }
  | { readonly kind: 'selectors' }
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'several'
      readonly traces: readonly (readonly [name: string, trace: TraceConfig])[]
    }

/** A frame of a transaction that was run again; a payment by a plugin is one. */
export interface TracedFrame {
  readonly kind: FrameKind
  /** 0 for a transaction's own. */
  readonly depth: number
  readonly from: Uint8Array
  /** Absent for a creation that failed before it had an address. */
  readonly to?: Uint8Array
  readonly value?: bigint
  readonly input: Uint8Array
  readonly output: Uint8Array
  readonly failure?: string
  /** It, or a frame around it, failed: nothing of it is left. */
  readonly isUndone: boolean
}

/** Slots in the order of their hashes. */
export interface StorageRange {
  readonly slots: readonly {
    readonly hash: Uint8Array
    readonly slot: Uint8Array
    readonly value: Uint8Array
  }[]
  /** Hash of the slot after them. */
  readonly next?: Uint8Array
}

/** Newest first. */
export interface FoundTransactions {
  readonly found: readonly { readonly block: Head; readonly transaction: PlacedTransaction }[]
  /** Nothing older is known here. */
  readonly isOldest: boolean
  readonly isNewest: boolean
}

export interface TraceText {
  /** Traces are too large to be written in the main thread. */
  readonly json: string
  /** Of all that was run for it, what comes before it in its block included. */
  readonly workGas: bigint
}

/** A part of `Reads`. */
export interface TraceReads {
  /** RLP, as are the next two. */
  rawHeader(ref: BlockRef): Uint8Array | undefined
  rawBlock(ref: BlockRef): Uint8Array | undefined
  rawReceipts(ref: BlockRef): readonly Uint8Array[] | undefined
  traceTransaction(hash: Uint8Array, config: TraceConfig): TraceText | undefined
  /** Throws `READ_TRACE_GENESIS`. */
  traceBlock(ref: BlockRef, config: TraceConfig): TraceText | undefined
  /** @param index Of the transaction of that block before which it runs; after the last if absent. */
  traceCall(
    request: CallRequest,
    at: BlockRef,
    config: TraceConfig,
    overrides?: Overrides,
    index?: number,
  ): TraceText | undefined
  /** Depth first, in the order in which they began. */
  frames(hash: Uint8Array): readonly TracedFrame[] | undefined
  /** The storage of `address` before transaction `index` of a block, from the slot hash `start` on. */
  storageRange(
    ref: BlockRef,
    index: number,
    address: Uint8Array,
    start: Uint8Array,
    most: number,
  ): StorageRange | undefined
  /**
   * Transactions that changed `address` and have to do with it: its own, those to it, that called it,
   * paid it, created it or made it log. Whole blocks, until there are `count`.
   * @param beside Before or after this block; undefined: from the end that the direction starts at.
   */
  transactionsOf(
    address: Uint8Array,
    direction: 'before' | 'after',
    beside: bigint | undefined,
    count: number,
  ): FoundTransactions
  /** The hash of the transaction of `sender` that had the account's nonce `nonce`. */
  transactionByNonce(sender: Uint8Array, nonce: bigint): Uint8Array | undefined
  creatorOf(
    address: Uint8Array,
  ): { readonly hash: Uint8Array; readonly creator: Uint8Array } | undefined
}
