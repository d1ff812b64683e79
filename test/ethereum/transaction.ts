import type { Common } from '@ethereumjs/common'
import { createTxFromRLP, isBlob4844Tx, type TypedTransaction } from '@ethereumjs/tx'
import type { Address } from '@ethereumjs/util'

/** Ethereum's transaction types 0 to 4 as envelopes. */
import { Fault } from '#base'
import { keccak256 } from '#crypto'

import type { Envelope } from '../../chain/profile.ts'

export interface EthereumEnvelope extends Envelope {
  readonly transaction: TypedTransaction
}

/** Throws `TX_INVALID`, also where no key made the signature. */
export function decodeTransaction(wire: Uint8Array, rules: Common): EthereumEnvelope {
  try {
    return envelopeOf(createTxFromRLP(wire, { common: rules }), wire)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Fault({ code: 'TX_INVALID', reason }, undefined, { cause: error })
  }
}

export function envelopeOf(
  transaction: TypedTransaction,
  wire: Uint8Array = transaction.serialize(),
): EthereumEnvelope {
  const sender = transaction.getSenderAddress()
  const hash = keccak256(wire)
  return {
    transaction,
    wire,
    hash,
    wireHash: hash,
    type: transaction.type,
    sender: sender.bytes,
    to: transaction.to?.bytes,
    gasLimit: transaction.gasLimit,
    usesAccountNonce: true,
    effectiveGasPrice: (baseFee) => effectiveGasPrice(transaction, baseFee),
    forVm: () => withSender(transaction, sender),
  }
}

function effectiveGasPrice(transaction: TypedTransaction, baseFee: bigint): bigint {
  if (!('maxFeePerGas' in transaction)) return transaction.gasPrice
  const capped = baseFee + transaction.maxPriorityFeePerGas
  return capped < transaction.maxFeePerGas ? capped : transaction.maxFeePerGas
}

/** runTx asks for the sender again; transactions are frozen, so it cannot be left on them. */
function withSender(transaction: TypedTransaction, sender: Address): TypedTransaction {
  return Object.create(transaction, {
    getSenderAddress: { value: () => sender },
  }) as TypedTransaction
}

/** Of all its blobs. */
export function blobGasOf(transaction: TypedTransaction, rules: Common): bigint {
  if (!isBlob4844Tx(transaction)) return 0n
  return rules.param('blobGasPerBlob') * BigInt(transaction.numBlobs())
}
