import type { CallRequest } from '#chain'

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
