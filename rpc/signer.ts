import type { CallRequest } from '#chain'
import type { TypedData } from '#sdk'

import type { Attempt } from './attempt.ts'

/** A transaction with every field that its sender decides. */
export type SignRequest = Required<
  Pick<
    CallRequest,
    | 'accessList'
    | 'data'
    | 'from'
    | 'gas'
    | 'maxFeePerGas'
    | 'maxPriorityFeePerGas'
    | 'nonce'
    | 'nonceKey'
    | 'validUntil'
    | 'value'
  >
> &
  Pick<CallRequest, 'to'>

/**
 * Keys that the node signs with on behalf of whoever reaches it: the published test keys of a
 * development network, nothing else.
 */
export interface DevSigner {
  /** 20 bytes each. */
  accounts(): readonly Uint8Array[]
  /** The signed encoding, and the hash of the transaction. `from` is one of `accounts()`. */
  sign(request: SignRequest): Promise<{ readonly hash: Uint8Array; readonly wire: Uint8Array }>
  /** The algorithm of the account's key, for the gas of an estimate. */
  algorithm(account: Uint8Array): number
}

/** The call that something is sent for. */
export type Sending = Pick<Attempt, 'begin' | 'check'>

/** A transaction with the fields that its sender decided; the rest is filled in. */
export type SendRequest = Pick<
  CallRequest,
  | 'accessList'
  | 'data'
  | 'gas'
  | 'maxFeePerGas'
  | 'maxPriorityFeePerGas'
  | 'nonce'
  | 'nonceKey'
  | 'to'
  | 'validUntil'
  | 'value'
> & {
  readonly from: Uint8Array
}

/**
 * Accounts of one network whose keys somebody unlocked, for whoever holds the token. An account that it
 * is asked for is one of `accounts()`; data of others is signed under `pars-712-v1` alone.
 */
export interface AccountSigner {
  readonly chainId: bigint
  /** 20 bytes each. */
  accounts(): readonly Uint8Array[]
  /** The key that its transactions carry whole; undefined once it is registered. */
  keyOf(
    account: Uint8Array,
  ): Promise<{ readonly algorithm: number; readonly publicKey: Uint8Array } | undefined>
  /**
   * The hash by which the network knows it. Checks `attempt` before it signs, and begins it before it
   * sends; rejects with what it throws.
   */
  send(request: SendRequest, attempt: Sending): Promise<Uint8Array>
  /** The signed encoding, which nobody has sent. */
  sign(request: SendRequest): Promise<Uint8Array>
  /** @see EIP-191 */
  signMessage(account: Uint8Array, message: Uint8Array): Promise<Uint8Array>
  /** @see EIP-712 */
  signTypedData(account: Uint8Array, data: TypedData): Promise<Uint8Array>
}
