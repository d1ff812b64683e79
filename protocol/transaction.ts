import type { Algorithm } from './algorithms.ts'

/** The EIP-2718 type of every transaction on a Pars network. */
export const transactionType = 0x50

/** An address of 20 bytes with slots of 32 bytes each. @see EIP-2930 */
export type AccessList = readonly (readonly [address: Uint8Array, slots: readonly Uint8Array[]])[]

/** What the signature covers: fields 1 to 14 in the order of the encoding. @see PIP-0002 */
export interface UnsignedTransaction {
  /** 1 to 2^52 - 1. */
  readonly chainId: bigint
  /** The lane: 0 is the account nonce, any other key an independent sequence. */
  readonly nonceKey: bigint
  /** Below 2^64 - 1. */
  readonly nonce: bigint
  /** Seconds; the last block timestamp at which it may take effect. 0 is without end. */
  readonly validUntil: bigint
  /** Wei. */
  readonly maxPriorityFeePerGas: bigint
  /** Wei. */
  readonly maxFeePerGas: bigint
  /** At most 2^24. */
  readonly gasLimit: bigint
  /** 20 bytes; none creates a contract. */
  readonly to: Uint8Array
  /** Wei. */
  readonly value: bigint
  readonly data: Uint8Array
  readonly accessList: AccessList
  /** 20 bytes. */
  readonly sender: Uint8Array
  readonly algorithm: Algorithm
  /** The public key, or its 32-byte keyHash. */
  readonly key: Uint8Array
}

export interface Transaction extends UnsignedTransaction {
  /** As long as the algorithm says. */
  readonly signature: Uint8Array
}
