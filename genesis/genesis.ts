import type { Algorithm } from '#protocol'

import type { CurvePoint, GovernanceParameters } from './governance.ts'

/** The version of the document's form, and with it of `genesisHash`. */
export const genesisFormat = 'pars-genesis/2'

/** Everything that the nodes of a network agree on before its first block. @see PIP-0004 */
export interface Genesis {
  readonly name: string
  readonly token: { readonly name: string; readonly symbol: string }
  readonly chainId: bigint
  /** 32 bytes, random: two networks are never the same network, however equal their rules. */
  readonly salt: Uint8Array
  /** Takes the published test keys. */
  readonly dev: boolean
  /** Of block 0, in seconds. */
  readonly timestamp: bigint
  readonly blockGasLimit: bigint
  /** Between two blocks under load; the speed of the base fee is scaled by it. */
  readonly targetBlockMs: number
  /** Wei. */
  readonly initialBaseFee: bigint
  /** 20 bytes: the coinbase of every block. */
  readonly feeCollector: Uint8Array
  /** In the order of their addresses. */
  readonly alloc: readonly GenesisAccount[]
  /** In the order of their addresses, and of one address by height. */
  readonly precompiles: readonly ScheduledPrecompile[]
  /** The first committee; a member's place is its index. Empty on a network that one node seals. */
  readonly validators: readonly GenesisValidator[]
  /** How much a locked coin counts, by the time until its lock ends: from one point to the next. */
  readonly lockCurve: readonly CurvePoint[]
  /** What system contracts go by, until a vote says otherwise. */
  readonly governance: GovernanceParameters
  /** Takes a validator with so much stake that the others can't help it recover from amnesia. */
  readonly allowUnrecoverable: boolean
}

export interface GenesisAccount {
  /** 20 bytes. */
  readonly address: Uint8Array
  /** Wei. */
  readonly balance: bigint
  readonly nonce: bigint
  readonly code: Uint8Array
  /** Slots and words of 32 bytes, in the order of the slots; no word is zero. */
  readonly storage: readonly (readonly [slot: Uint8Array, word: Uint8Array])[]
  /** Registered for the account from the start, whatever its address. */
  readonly key: AccountKey | undefined
}

export interface AccountKey {
  readonly algorithm: Algorithm
  readonly publicKey: Uint8Array
}

/** One version of a precompile that becomes active at a height. @see PIP-0003 */
export interface ScheduledPrecompile {
  readonly name: string
  readonly version: string
  /** 32 bytes. */
  readonly specHash: Uint8Array
  /** 20 bytes. */
  readonly address: Uint8Array
  /** The first block in which it is active. */
  readonly from: bigint
  /** The npm package that holds it, unless it is built in; with it the package's integrity. */
  readonly module: string | undefined
  /** `sha512-` and base64, as in a package lock. */
  readonly integrity: string | undefined
}

export interface GenesisValidator {
  /** 20 bytes. */
  readonly account: Uint8Array
  /** ML-DSA-65. */
  readonly publicKey: Uint8Array
  readonly stake: bigint
  /** Of its node, in base58 or a multibase. */
  readonly peerId: string
  /** By the key, that it is meant for this account, node and network. @see proveValidator */
  readonly proof: Uint8Array
}
