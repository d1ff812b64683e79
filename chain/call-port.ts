/** Messages that no transaction carries: what they ask for, and what they come to. */
import type { Head, LogEntry, BlockView } from './port.ts'

/** A message call that no transaction carries. Unset fields take the defaults of eth_call. */
export interface CallRequest {
  readonly from?: Uint8Array
  readonly to?: Uint8Array
  readonly gas?: bigint
  readonly gasPrice?: bigint
  readonly maxFeePerGas?: bigint
  readonly maxPriorityFeePerGas?: bigint
  readonly value?: bigint
  readonly data?: Uint8Array
  readonly accessList?: readonly (readonly [Uint8Array, readonly Uint8Array[]])[]
  readonly nonce?: bigint
  /** Pars: the algorithm whose authentication gas an estimate includes; else the registered one. */
  readonly algorithm?: number
  /** Pars: the key that the transaction would carry. Of another account: `READ_KEY_FOREIGN`. */
  readonly publicKey?: Uint8Array
  readonly nonceKey?: bigint
  /** Pars, seconds: the last timestamp at which the transaction may take effect. */
  readonly validUntil?: bigint
  /** Ethereum's chain alone. */
  readonly maxFeePerBlobGas?: bigint
  readonly blobVersionedHashes?: readonly Uint8Array[]
  readonly authorizations?: readonly Authorization[]
}

/** Lets an account run the code of another one. Ethereum's chain alone. @see EIP-7702 */
export interface Authorization {
  readonly chainId: bigint
  readonly address: Uint8Array
  readonly nonce: bigint
  readonly yParity: bigint
  readonly r: bigint
  readonly s: bigint
}

/** What a call shall find at one account instead of what is there. */
export interface StateOverride {
  /** 20 bytes. */
  readonly address: Uint8Array
  readonly balance?: bigint
  readonly nonce?: bigint
  readonly code?: Uint8Array
  /** The whole storage: whatever is not named is zero. Excludes `stateDiff`. */
  readonly state?: readonly (readonly [slot: Uint8Array, value: Uint8Array])[]
  readonly stateDiff?: readonly (readonly [slot: Uint8Array, value: Uint8Array])[]
  /** Where the precompile of this address answers instead. */
  readonly movePrecompileTo?: Uint8Array
}

/** What a call shall find of its block instead of what is there. */
export interface BlockOverride {
  readonly number?: bigint
  /** Seconds. */
  readonly time?: bigint
  readonly gasLimit?: bigint
  readonly feeRecipient?: Uint8Array
  readonly prevRandao?: Uint8Array
  readonly baseFeePerGas?: bigint
  readonly blobBaseFee?: bigint
  /** Pars: the digest of the commit. */
  readonly beaconRoot?: Uint8Array
}

export interface Overrides {
  readonly state?: readonly StateOverride[]
  readonly block?: BlockOverride
}

/** One block of a simulation. Blocks that its number leaves out before it are filled in, empty. */
export interface SimulatedBlockRequest {
  readonly block?: BlockOverride
  /** Stays for the blocks after it, precompiles that were moved excepted. */
  readonly state?: readonly StateOverride[]
  readonly calls: readonly CallRequest[]
}

export interface SimulationRequest {
  readonly blocks: readonly SimulatedBlockRequest[]
  /** Nonces, fees and base fees as blocks demand them; signatures and senders' code never. */
  readonly validation: boolean
  /** Moves of wei appear among the logs, as ERC-20 transfers from 0xee..ee (ERC-7528). */
  readonly traceTransfers: boolean
}

/** A transaction that nobody signed, with every field that its sender left open. */
export interface SimulatedTransaction {
  /** EIP-2718 type; 0 = legacy. */
  readonly type: number
  /** Of the encoding without key and signature: no signed transaction ever has it. */
  readonly hash: Uint8Array
  readonly from: Uint8Array
  readonly to: Uint8Array | undefined
  readonly nonce: bigint
  readonly gas: bigint
  /** Equal, for a request that named one price. */
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
  /** Wei per gas in its block. */
  readonly effectiveGasPrice: bigint
  readonly value: bigint
  readonly data: Uint8Array
  readonly accessList: NonNullable<CallRequest['accessList']>
  /** Pars. */
  readonly nonceKey: bigint
  readonly algorithm: number | undefined
  /** Ethereum's chain alone. */
  readonly authorizations: readonly Authorization[]
  readonly blobs:
    | { readonly maxFeePerGas: bigint; readonly hashes: readonly Uint8Array[] }
    | undefined
}

export interface SimulatedCall extends CallResult {
  /** Before refunds. */
  readonly maxUsedGas: bigint
  readonly logs: readonly SimulatedLog[]
}

export interface SimulatedLog extends LogEntry {
  /** In its block, counting logs that failed frames took back, as Ethereum's own suite does. */
  readonly index: number
}

export interface SimulatedBlock extends Head {
  /** Bytes of the RLP-encoded block. */
  readonly size: number
  readonly withdrawals?: NonNullable<BlockView['withdrawals']>
  readonly transactions: readonly SimulatedTransaction[]
  /** One for each transaction. */
  readonly calls: readonly SimulatedCall[]
}

export interface StorageRequest {
  readonly address: Uint8Array
  readonly slots: readonly Uint8Array[]
}

export interface AccessListResult extends CallResult {
  readonly accessList: NonNullable<CallRequest['accessList']>
}

/** The rules of blocks from some block on. @see EIP-7910 */
export interface Rules {
  /** Seconds; 0 for the genesis. Of rules that begin at a height to come, an estimate. */
  readonly activationTime: bigint
  /** Blobs per block, and the fraction of EIP-4844. */
  readonly blobs: { readonly target: bigint; readonly max: bigint; readonly fraction: bigint }
  /** 4 bytes. */
  readonly forkId: Uint8Array
  readonly precompiles: readonly (readonly [name: string, address: Uint8Array])[]
  readonly systemContracts: readonly (readonly [name: string, address: Uint8Array])[]
}

export interface CallResult {
  readonly gasUsed: bigint
  readonly output: Uint8Array
  /** What all tries together took, where there were more than one. */
  readonly workGas?: bigint
  /** Absent on success. */
  readonly failure?: { readonly reason: 'reverted' | 'halted'; readonly message: string }
}
