import type {
  Block,
  BlockTag,
  RpcBlock,
  RpcTransaction,
  RpcTransactionRequest,
  Transaction,
  TransactionBase,
  TransactionReceipt,
  TransactionRequest,
  TransactionRequestEIP1559,
} from 'viem'

import type { Hex } from '#base'

/** A request as viem prepares it, with what type 0x50 adds. */
export type ParsTransactionRequest = TransactionRequestEIP1559 & {
  /** The lane that the nonce counts in; 0, the account's own nonce, unless given. */
  nonceKey?: bigint | undefined
  /** Seconds: the last block timestamp at which it may take effect; 0 is without end. */
  validUntil?: bigint | undefined
}

export type ParsRpcTransactionRequest = RpcTransactionRequest & {
  nonceKey?: Hex
  validUntil?: Hex
  pqAlgorithm?: Hex
  pqPublicKey?: Hex
}

/** What JSON-RPC adds to a transaction of type 0x50. */
interface RpcFields {
  nonceKey: Hex
  validUntil: Hex
  pqAlgorithm: Hex
  pqPublicKey?: Hex
  pqKeyHash?: Hex
  pqSignature: Hex
}

export type ParsRpcTransaction = RpcTransaction & RpcFields

/** A transaction as `getTransaction` answers it. */
export type ParsTransaction<Pending extends boolean = boolean> = Omit<
  TransactionBase<bigint, number, Pending>,
  'r' | 's' | 'v' | 'yParity'
> &
  Pick<
    Extract<Transaction, { type: 'eip1559' }>,
    'accessList' | 'chainId' | 'maxFeePerGas' | 'maxPriorityFeePerGas'
  > & {
    type: 'mldsa'
    nonceKey: bigint
    validUntil: bigint
    /** 0x44, 0x65 or 0x87. */
    pqAlgorithm: number
    /** Absent when the transaction carries the hash of a registered key. */
    pqPublicKey?: Hex | undefined
    pqKeyHash?: Hex | undefined
    pqSignature: Hex
  }

export type ParsRpcBlock = Omit<RpcBlock, 'transactions'> & {
  transactions: Hex[] | ParsRpcTransaction[]
}

export type ParsBlock = Block<bigint, boolean, BlockTag, ParsTransaction>

export type ParsTransactionReceipt = Omit<TransactionReceipt, 'type'> & { type: 'mldsa' }

/** What viem hands to the account that signs. */
export type PreparedRequest = Omit<TransactionRequest, 'type' | 'gasPrice'> &
  Pick<ParsTransactionRequest, 'nonceKey' | 'validUntil'> & {
    chainId?: number | undefined
    type?: string | undefined
    gasPrice?: bigint | undefined
    /** By the chain, which asks the registry. */
    isRegistered?: boolean | undefined
    blobs?: unknown
    authorizationList?: unknown
  }
