import type { CallRequest } from '#chain'
import type { TypedData } from '#sdk'

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
  /** The signed encoding. `from` is one of `accounts()`. */
  sign(request: SignRequest): Promise<Uint8Array>
  /** The algorithm of the account's key, for the gas of an estimate. */
  algorithm(account: Uint8Array): number
}

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
  | 'value'
> & {
  readonly from: Uint8Array
  /** Seconds. */
  readonly validUntil?: bigint
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
  /** The hash by which the network knows it. */
  send(request: SendRequest): Promise<Uint8Array>
  /** The signed encoding, which nobody has sent. */
  sign(request: SendRequest): Promise<Uint8Array>
  /** @see EIP-191 */
  signMessage(account: Uint8Array, message: Uint8Array): Promise<Uint8Array>
  /** @see EIP-712 */
  signTypedData(account: Uint8Array, data: TypedData): Promise<Uint8Array>
}
