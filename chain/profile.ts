import type { Common } from '@ethereumjs/common'
import type { TypedTransaction } from '@ethereumjs/tx'

import type { EnvelopeKey, Precompile } from '#precompiles'

import type { OpenHeader, VmBlock } from './block/apply.ts'
import type { Authorization, CallRequest, Rules, SimulatedTransaction } from './call-port.ts'
import type { Executor, ExecutorOptions } from './evm/index.ts'
import type { Header, LogEntry } from './port.ts'
import type { State, StateSource } from './state/index.ts'

/** A transaction as blocks, receipts and reads see it, whatever its type. */
export interface Envelope {
  readonly wire: Uint8Array
  /** The identity that RPC, receipts and indexes use. */
  readonly hash: Uint8Array
  /** keccak256(wire). */
  readonly wireHash: Uint8Array
  readonly type: number
  /** 20 bytes. */
  readonly sender: Uint8Array
  /** 20 bytes; undefined for a creation. */
  readonly to: Uint8Array | undefined
  readonly gasLimit: bigint
  /** False for a nonce lane: the account's nonce stays. */
  readonly usesAccountNonce: boolean
  /** Wei per gas actually paid at this base fee. */
  effectiveGasPrice(baseFee: bigint): bigint
  /** What runTx takes. */
  forVm(): TypedTransaction
}

/** One account of block 0. */
export interface GenesisAccount {
  readonly address: Uint8Array
  readonly nonce: bigint
  readonly balance: bigint
  readonly code: Uint8Array
  readonly storage: readonly (readonly [slot: Uint8Array, value: Uint8Array])[]
}

/** A block while it is made, made again, or simulated. */
export interface BlockUnderWay {
  readonly executor: Executor
  readonly state: State
  readonly header: OpenHeader
  readonly vmBlock: VmBlock
}

/** A plugin that does not become active though its time has come. */
export interface VoidActivation {
  readonly name: string
  readonly version: string
  readonly reason: string
  /** The id of the upgrade that is void with it; undefined for a plugin of the genesis. */
  readonly upgrade?: bigint
}

/** What blocks do beside what their transactions do. Depends on nothing but header and state. */
export interface BlockRules {
  /**
   * Before the first transaction; from here on exactly the precompiles of this block answer. Gives
   * those that don't though their time has come.
   *
   * @param parent The block before.
   */
  begin(block: BlockUnderWay, parent: Pick<Header, 'timestamp'>): Promise<readonly VoidActivation[]>
  /** Before each transaction. What it wrote is to be undone when the transaction may not run. */
  prepare(block: BlockUnderWay, envelope: Envelope): Promise<void>
  /** After the last transaction of a simulated block. Gives what of the header follows from it. */
  end(block: BlockUnderWay, logs: readonly LogEntry[]): Promise<Partial<Header>>
}

export interface RuleChange extends Omit<Rules, 'activationTime' | 'precompiles' | 'forkId'> {
  readonly from: { readonly number: bigint } | { readonly timestamp: bigint }
  /** The plugins under these rules, in order of address. */
  readonly plugins: readonly Precompile[]
  /** A block under these rules. */
  readonly at: Pick<Header, 'number' | 'timestamp'>
  /** 4 bytes. */
  forkId(genesisBlock: Uint8Array): Uint8Array
}

/** How blocks and transactions look that nobody made. */
export interface SimulationRules {
  /** Seconds from a block to the next one where nobody says otherwise. */
  readonly blockSeconds: bigint
  /** The block after `parent`, as far as execution and overrides do not decide; no base fee. */
  header(parent: Header, at: Pick<Header, 'number' | 'timestamp'>): Omit<OpenHeader, 'parentHash'>
  /** Does what the accounts behind `authorizations` allow. Gives the gas to be refunded. */
  authorize?(
    execution: { readonly state: State; readonly executor: Executor },
    authorizations: readonly Authorization[],
  ): Promise<bigint>
  /** What a transaction is signed with whose sender is not known to sign with anything. */
  readonly defaultAlgorithm?: number
  /** Sequences of nonces beside the account's, where there are such. */
  readonly lanes?: {
    next(state: State, from: Uint8Array, nonceKey: bigint): Promise<bigint>
    use(state: State, from: Uint8Array, nonceKey: bigint, nonce: bigint): Promise<void>
  }
  /** The type of a transaction like `request`, and its encoding without key and signature. */
  encode(
    transaction: Omit<SimulatedTransaction, 'type' | 'hash'>,
    request: CallRequest,
    at: Pick<Header, 'number' | 'timestamp'>,
  ): Pick<SimulatedTransaction, 'type' | 'hash'> & { readonly wire: Uint8Array }
}

/**
 * The rules of one kind of chain: transaction types, signature rule, forks, header rule.
 * `pars` is the only one in production; `ethereum` lives under test/.
 */
export interface ChainProfile {
  readonly chainId: bigint
  /** G, 32 bytes. Ethereum: the hash of block 0. */
  readonly genesisHash: Uint8Array
  /** A committee attests what blocks came to; else each block is final at once. */
  readonly attested?: boolean
  readonly genesis: {
    readonly header: Omit<Header, 'stateRoot'>
    readonly accounts: readonly GenesisAccount[]
    readonly keys: readonly { readonly algorithm: number; readonly publicKey: Uint8Array }[]
  }
  /** The forks that are active at a block. */
  rules(at: Pick<Header, 'number' | 'timestamp'>): Common
  /** The plugins that are active at a block over `state`, in order of address. */
  plugins(state: State, at: Pick<Header, 'number' | 'timestamp'>): Promise<readonly Precompile[]>
  readonly blocks: BlockRules
  readonly simulation: SimulationRules
  /** Of the block on top of `state`, where the state says it; else that of its parent. */
  blockGasLimit?(state: State): Promise<bigint>
  /** Every change of the rules that `state` knows of, ascending; the genesis first. */
  changes(state: State): Promise<readonly RuleChange[]>
  /** Accounts that no call may override: what they say of keys and nonces is believed. */
  isFixed(address: Uint8Array): boolean
  /** Bytes only; throws a Fault `TX_*`. The signature's validity is not looked at. */
  decode(wire: Uint8Array, at: Pick<Header, 'number' | 'timestamp'>): Envelope
  /** Engines and prices of built-in precompiles. */
  readonly engines: Pick<ExecutorOptions, 'builtinGas' | 'verifyPoint' | 'bls'>
  /** Wei per blob gas; absent where there are no blobs. */
  blobGasPrice?(header: OpenHeader): bigint | undefined
  /** Of the block after `parent`, in wei; undefined before EIP-1559. */
  nextBaseFee(parent: Header): bigint | undefined
  /** The most gas that one transaction may name; undefined where only the block bounds it. */
  maxTransactionGas(at: Pick<Header, 'number' | 'timestamp'>): bigint | undefined
  /**
   * What a transaction like `request` would authenticate with, as far as it is known. Absent where
   * transactions carry no key. Throws `READ_KEY_FOREIGN`.
   */
  envelopeKey?(
    request: CallRequest,
    state: Pick<StateSource, 'key' | 'storage'>,
  ): Promise<EnvelopeKey | undefined>
  /**
   * Gas that a transaction like `request` pays before execution, and at least in all.
   * @param key What it authenticates with; the longest that it may be unless known.
   */
  intrinsicGas(
    request: CallRequest,
    at: Pick<Header, 'number' | 'timestamp'>,
    key?: EnvelopeKey,
  ): { readonly intrinsic: bigint; readonly floor: bigint }
}
