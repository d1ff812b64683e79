import type { Hex } from '#base'

import type { Vectors } from './vectors.ts'

/** What a stateful precompile sees of the chain: its own storage, and this call. @see PIP-0003 */
export interface PrecompileView {
  /** 32 bytes; zeros when never set. Charges EIP-2929 gas. */
  get(slot: Uint8Array): Uint8Array
  /**
   * A slot of another precompile, charged as `get`. Throws TypeError where no precompile is at `owner`.
   */
  getOf(owner: Uint8Array, slot: Uint8Array): Uint8Array
  /** Charges EIP-2200/2929 gas; refunds none. Refused in a static call. */
  put(slot: Uint8Array, word: Uint8Array): void
  /** LOG gas; the log's address is the precompile's. Refused in a static call. */
  emit(topics: readonly Uint8Array[], data: Uint8Array): void
  /**
   * Moves `amount` wei from the precompile to `to` without running code: 9,000 gas, and 25,000 more
   * when `to` is empty. Refused in a static call and to an address of a precompile.
   */
  pay(to: Uint8Array, amount: bigint): void
  /** Charges further gas; halts the frame when it is not there. */
  charge(gas: bigint): void

  /** 20 bytes. */
  readonly address: Uint8Array
  /** 20 bytes: who called. */
  readonly caller: Uint8Array
  /** Wei sent with the call. */
  readonly value: bigint
  readonly isStatic: boolean
  /** 0 when the transaction itself is the call. */
  readonly depth: number
  /** 20 bytes: the sender of the transaction. */
  readonly origin: Uint8Array
  /** Number of the block being built. */
  readonly height: bigint
  /** Of the block being built, in seconds. */
  readonly timestamp: bigint
  /** G, 32 bytes: the genesis hash. */
  readonly networkId: Uint8Array
  /** The key field of the transaction's envelope; undefined in a call that no transaction carries. */
  readonly envelope: EnvelopeKey | undefined
  /** Given to the account registry alone. */
  readonly keys: KeyTable | undefined
  /** Given to the precompiles of models alone. */
  readonly blobs: BlobTable | undefined
}

/** What the transaction authenticated with. */
export interface EnvelopeKey {
  readonly algorithm: number
  /** The public key, or its 32-byte keyHash. */
  readonly key: Uint8Array
}

/** Public keys by keyHash: state, content-addressed like contract code, journaled, never deleted. */
export interface KeyTable {
  get(
    keyHash: Uint8Array,
  ): { readonly algorithm: number; readonly publicKey: Uint8Array } | undefined
  /** Stores the key and returns its keyHash. Charges no gas: the plugin does. */
  put(algorithm: number, publicKey: Uint8Array): Uint8Array
}

/** Bytes by SHA3-256: state, content-addressed like contract code, journaled, never deleted. */
export interface BlobTable {
  /**
   * A copy. Charges no gas: the plugin does. A blob that is not there is this machine's fault, never a
   * result: ask only for hashes that the state names.
   */
  get(hash: Uint8Array): Uint8Array
  /** Stores the bytes and returns their hash. Charges no gas: the plugin does. */
  put(bytes: Uint8Array): Uint8Array
}

/**
 * Thrown by a plugin: the call reverts with `Error(string)` and keeps its remaining gas. Any error of
 * this name is one: a package brings a class of its own.
 */
export class PrecompileRevert extends Error {
  override readonly name = 'PrecompileRevert'

  static override [Symbol.hasInstance](error: unknown): boolean {
    return isNamed(error, 'PrecompileRevert')
  }
}

/**
 * Thrown by a plugin: the frame halts and burns its gas (unknown selector, value where none is taken).
 * Any error of this name is one.
 */
export class PrecompileHalt extends Error {
  override readonly name = 'PrecompileHalt'

  static override [Symbol.hasInstance](error: unknown): boolean {
    return isNamed(error, 'PrecompileHalt')
  }
}

/** Asks the error for values only, never for what a getter computes. */
function isNamed(error: unknown, name: string): error is Error {
  if (!Error.isError(error)) return false
  const message = Object.getOwnPropertyDescriptor(error, 'message')
  const isText = message === undefined || typeof message.value === 'string'
  return isText && Object.getOwnPropertyDescriptor(error, 'name')?.value === name
}

interface Face {
  /** Equals the folder's name: `[a-z][a-z0-9-]*`. */
  readonly name: string
  /** Semantic version; another version is another set of rules. */
  readonly version: string
  /** 20 bytes in hexadecimal. */
  readonly address: Hex
  /** JSON ABI, or null when the input is raw bytes. */
  readonly abi: readonly unknown[] | null
  /** Every constant that gas is computed from: part of the specHash. */
  readonly gasTable: Readonly<Record<string, number>>
  /** What the conformance suite plays: part of the specHash. */
  readonly vectors: Vectors
  /** Gas charged before any work, from the input's length and leading bytes only. */
  gas(input: Uint8Array): bigint
}

/** A pure function of its input. */
export interface PurePrecompile extends Face {
  readonly stateful: false
  run(input: Uint8Array): Uint8Array
}

/** Reads and writes its own storage. DELEGATECALL and CALLCODE to it halt. */
export interface StatefulPrecompile extends Face {
  readonly stateful: true
  run(input: Uint8Array, view: PrecompileView): Uint8Array
}

/** The default export of a plugin's folder. Sees no clock, randomness, disk, or module state. */
export type Precompile = PurePrecompile | StatefulPrecompile
