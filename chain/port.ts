import type {
  CallRequest,
  Overrides,
  SimulationRequest,
  SimulatedBlock,
  StorageRequest,
  AccessListResult,
  Rules,
  CallResult,
} from './call-port.ts'
import type { TraceReads } from './trace-port.ts'

/** A block header as its RLP fields; optional ones are absent before the fork that brought them. */
export interface Header {
  readonly parentHash: Uint8Array
  readonly ommersHash: Uint8Array
  readonly beneficiary: Uint8Array
  readonly stateRoot: Uint8Array
  readonly transactionsRoot: Uint8Array
  readonly receiptsRoot: Uint8Array
  readonly logsBloom: Uint8Array
  readonly difficulty: bigint
  readonly number: bigint
  readonly gasLimit: bigint
  readonly gasUsed: bigint
  /** Seconds. */
  readonly timestamp: bigint
  readonly extraData: Uint8Array
  readonly prevRandao: Uint8Array
  readonly nonce: Uint8Array
  readonly baseFeePerGas?: bigint
  readonly withdrawalsRoot?: Uint8Array
  readonly blobGasUsed?: bigint
  readonly excessBlobGas?: bigint
  readonly parentBeaconBlockRoot?: Uint8Array
  readonly requestsHash?: Uint8Array
}

/** A header with its hash. */
export interface Head {
  readonly hash: Uint8Array
  readonly header: Header
}

export interface LogEntry {
  readonly address: Uint8Array
  readonly topics: readonly Uint8Array[]
  readonly data: Uint8Array
}

export interface StoredReceipt {
  /** EIP-2718 type of the transaction; 0 = legacy. */
  readonly type: number
  /** 1 or 0; undefined before Byzantium, where `root` stands. */
  readonly status?: 0 | 1
  readonly root?: Uint8Array
  readonly gasUsed: bigint
  readonly cumulativeGasUsed: bigint
  readonly effectiveGasPrice: bigint
  /** 20 bytes. */
  readonly sender: Uint8Array
  /** 20 bytes; absent for a creation. */
  readonly to?: Uint8Array
  readonly contractAddress?: Uint8Array
  readonly logs: readonly LogEntry[]
  readonly logsBloom: Uint8Array
  readonly blobGasUsed?: bigint
  readonly blobGasPrice?: bigint
}

/** One transaction of a block, everything that a rendering of it needs. */
export interface PlacedTransaction {
  /** The transaction's identity (Pars: txHash, not the hash of the encoding). */
  readonly hash: Uint8Array
  /** The whole encoding. */
  readonly wire: Uint8Array
  readonly index: number
  readonly receipt: StoredReceipt
  /** Index in the block of the first log of this transaction. */
  readonly firstLog: number
}

export interface BlockView extends Head {
  /** Bytes of the RLP-encoded block. */
  readonly size: number
  readonly transactions: readonly PlacedTransaction[]
  readonly ommers: readonly Uint8Array[]
  readonly withdrawals?: readonly {
    readonly index: bigint
    readonly validatorIndex: bigint
    readonly address: Uint8Array
    readonly amount: bigint
  }[]
}

/** How many of each a block holds. */
export interface BlockCounts {
  readonly transactions: number
  readonly ommers: number
}

/**
 * Which block: a number, a hash, or a name. `safe` equals `latest`: what is executed is committed
 * and never reorganised. `finalized` is the highest block whose hash a quorum has attested, and
 * equals `latest` where one node is the whole network.
 */
export type BlockRef =
  | { readonly number: bigint }
  | { readonly hash: Uint8Array }
  | 'earliest'
  | 'latest'
  | 'safe'
  | 'finalized'
  | 'pending'

export interface Proof {
  readonly address: Uint8Array
  readonly balance: bigint
  readonly nonce: bigint
  readonly codeHash: Uint8Array
  readonly storageHash: Uint8Array
  readonly accountProof: readonly Uint8Array[]
  readonly storageProof: readonly {
    readonly key: Uint8Array
    readonly value: bigint
    readonly proof: readonly Uint8Array[]
  }[]
}

export interface LogFilter {
  readonly from: bigint
  readonly to: bigint
  readonly addresses: readonly Uint8Array[]
  /** Per position: any of these; empty = anything. */
  readonly topics: readonly (readonly Uint8Array[])[]
  /** More matches than this is `READ_TOO_MANY_LOGS`. */
  readonly limit: number
  /** More bytes of data than this in the matches is `READ_LOGS_TOO_LARGE`. */
  readonly byteLimit: number
}

export interface FoundLog extends LogEntry {
  readonly blockNumber: bigint
  readonly blockHash: Uint8Array
  readonly timestamp: bigint
  readonly transactionHash: Uint8Array
  readonly transactionIndex: number
  readonly logIndex: number
}

export interface FeeHistory {
  readonly oldest: bigint
  /** One more than blocks: the last is the next block's. */
  readonly baseFees: readonly bigint[]
  readonly gasUsed: readonly bigint[]
  readonly gasLimits: readonly bigint[]
  /** Per block, per percentile: priority fee in wei. */
  readonly rewards: readonly (readonly bigint[])[]
  readonly blobBaseFees: readonly bigint[]
  readonly blobGasUsedRatios: readonly number[]
}

/**
 * The reads that run beside execution, each over one snapshot, each in a reader thread.
 * A block that is unknown gives undefined; state that is no longer kept is `STATE_PRUNED`.
 */
export interface Reads extends TraceReads {
  block(ref: BlockRef): BlockView | undefined
  header(ref: BlockRef): Head | undefined
  counts(ref: BlockRef): BlockCounts | undefined
  transaction(hash: Uint8Array): { block: Head; transaction: PlacedTransaction } | undefined
  balance(address: Uint8Array, at: BlockRef): bigint | undefined
  /** The next nonce: of the account itself, unless `nonceKey` names another lane. */
  nonce(address: Uint8Array, at: BlockRef, nonceKey?: bigint): bigint | undefined
  code(address: Uint8Array, at: BlockRef): Uint8Array | undefined
  storage(address: Uint8Array, slot: Uint8Array, at: BlockRef): Uint8Array | undefined
  /** Of many slots of many accounts, in their order; 32 bytes each. */
  storageValues(
    requests: readonly StorageRequest[],
    at: BlockRef,
  ): readonly (readonly Uint8Array[])[] | undefined
  proof(address: Uint8Array, slots: readonly Uint8Array[], at: BlockRef): Proof | undefined
  call(request: CallRequest, at: BlockRef, overrides?: Overrides): CallResult | undefined
  /** What `request` looks at, and what it comes to when it names that. */
  accessList(
    request: CallRequest,
    at: BlockRef,
    overrides?: Overrides,
  ): AccessListResult | undefined
  /** The rules now, after the next change of them, and after the last that is known. */
  rules(): Promise<{ readonly current: Rules; readonly next?: Rules; readonly last?: Rules }>
  /** The lowest block whose state can be read. */
  oldestState(): bigint
  /** Blocks on top of a block. Throws `READ_SIMULATION_*` where one of them could not be. */
  simulate(request: SimulationRequest, at: BlockRef): readonly SimulatedBlock[] | undefined
  estimateGas(request: CallRequest, at: BlockRef, overrides?: Overrides): CallResult | undefined
  logs(filter: LogFilter): readonly FoundLog[]
  feeHistory(
    blocks: number,
    newest: BlockRef,
    percentiles: readonly number[],
  ): FeeHistory | undefined
}

export interface Withdrawal {
  readonly index: bigint
  readonly validatorIndex: bigint
  readonly address: Uint8Array
  readonly amount: bigint
}

/** A block to be built and thrown away. */
export interface BuildRequest {
  readonly parentHash: Uint8Array
  /** Seconds. */
  readonly timestamp: bigint
  readonly prevRandao: Uint8Array
  readonly feeRecipient: Uint8Array
  readonly withdrawals: readonly Withdrawal[]
  readonly parentBeaconBlockRoot: Uint8Array
  /** All of them, in this order; undefined: what the pool has. */
  readonly transactions: readonly Uint8Array[] | undefined
  readonly extraData: Uint8Array | undefined
}

export interface BuiltBlock {
  readonly hash: Uint8Array
  readonly header: Header
  readonly transactions: readonly Uint8Array[]
  readonly withdrawals: readonly Withdrawal[]
  /** What the fee recipient earns, in wei. */
  readonly value: bigint
  /** @see EIP-7685 */
  readonly requests: readonly Uint8Array[]
  readonly blobs?: {
    readonly commitments: readonly Uint8Array[]
    readonly proofs: readonly Uint8Array[]
    readonly blobs: readonly Uint8Array[]
  }
}

/** The asynchronous face of `Reads`. Every call may reject with a Fault. */
export type AsyncReads = {
  readonly [Name in keyof Reads]: (
    ...parameters: Parameters<Reads[Name]>
  ) => Promise<Awaited<ReturnType<Reads[Name]>>>
}

/** A transaction that the pool holds. */
export interface PooledTransaction {
  readonly hash: Uint8Array
  readonly wire: Uint8Array
  readonly sender: Uint8Array
  readonly nonceKey: bigint
  readonly nonce: bigint
}

/** What is told of a transaction that comes into the pool. */
export type AddedTransaction = Pick<PooledTransaction, 'hash' | 'sender' | 'wire'>

/** One entry of a listing of the pool. */
export interface ListedTransaction extends PooledTransaction {
  /** Whether a block could take it now: no nonce is missing before it. */
  readonly isExecutable: boolean
}

/** Whom the pool charges for what it is offered. */
export interface Source {
  readonly kind: 'client' | 'peer'
  /** The address of a client, the id of a peer. */
  readonly id: string
}

/** What RPC and the mesh need of the pool. */
export interface PoolFace {
  /**
   * Resolves with the transaction's hash once it is verified and on disk. A known payload resolves
   * with its hash and changes nothing. Rejects with a Fault whose code starts with `TX_` or `POOL_`;
   * `isObjective` tells for which a peer is to be banned.
   */
  submit(wire: Uint8Array, source: Source): Promise<Uint8Array>
  byHash(hash: Uint8Array): PooledTransaction | undefined
  /** How many transactions it holds, and how many of them no missing nonce keeps from running. */
  readonly size: number
  readonly executable: number
  /** The next unused nonce of `sender` on a lane, 0 by default, pooled transactions counted. */
  pendingNonce(sender: Uint8Array, nonceKey?: bigint): bigint
  /** All that the pool holds, or what it holds of `sender`; by lane, in the order of nonces. */
  list(sender?: Uint8Array): readonly ListedTransaction[]
  /**
   * @param listener Runs for each transaction that comes in, and must not throw.
   * @returns What ends that.
   */
  onAdded(listener: (added: AddedTransaction) => void): () => void
}

/** Single entries of the head's state, here and now: asking a reader takes many times as long. */
export interface HeadEntries {
  balance(address: Uint8Array): bigint
  /** As `Reads.nonce`. */
  nonce(address: Uint8Array, nonceKey?: bigint): bigint
  /** 32 bytes. */
  storage(address: Uint8Array, slot: Uint8Array): Uint8Array
}

/** An AbortSignal, or less: making one costs more than most calls. */
export interface StopSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
}

/** What RPC sees of a chain. */
export interface ChainFace {
  readonly chainId: bigint
  /** EIP-2718, of the transactions that are sent now. */
  readonly transactionType: number
  /** G. */
  readonly genesisHash: Uint8Array
  readonly head: Head
  /**
   * @param listener Runs when head moved, once for all blocks of a commit, and must not throw.
   * @returns What ends that.
   */
  onHead(listener: (head: Head) => void): () => void
  /** Of the block after head, in wei. */
  readonly nextBaseFee: bigint
  /** Of head, in wei; absent where there are no blobs. */
  readonly blobBaseFee?: bigint
  /** Of the state of head; absent where they are not at hand. */
  readonly headEntries?: HeadEntries
  readonly reads: AsyncReads
  /**
   * The same, but nothing goes on with a read, which rejects, once `signal` is aborted.
   *
   * @param client Its calls run one after the other; all at once unless given.
   */
  readsUntil(signal: StopSignal, client?: string): AsyncReads
  readonly pool: PoolFace
}

/** The JSON of a transaction, without the fields of its place. Supplied by the profile. */
export type RenderTransaction = (
  wire: Uint8Array,
  sender: Uint8Array,
) => Readonly<Record<string, unknown>>
