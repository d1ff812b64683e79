import { concat, encodeRlp, Fault, type Rlp, trimmed } from '#base'

import { checkFields, checkSize, checkUnsigned } from './fields.ts'
import { type Transaction, transactionType, type UnsignedTransaction } from './transaction.ts'

/**
 * The one encoding of a transaction: `0x50 || rlp(fields 1..15)`. Throws a Fault whose code starts
 * with `TX_` where `decodeTransaction` would refuse the result.
 */
export function encodeTransaction(transaction: Transaction): Uint8Array<ArrayBuffer> {
  checkFields(transaction)
  const fields = [...signedFields(transaction), transaction.signature]
  const wire = concat(Uint8Array.of(transactionType), encodeRlp(fields))
  checkSize(wire.length)
  return wire
}

/**
 * `0x50 || G || rlp(fields 1..14)`. Its keccak256 is the transaction's hash: the message that ML-DSA
 * signs under `contexts.transaction`, and the name by which the network knows the transaction.
 *
 * @param networkId G, 32 bytes: a signature for one network is nothing on another.
 */
export function signingPayload(
  transaction: UnsignedTransaction,
  networkId: Uint8Array,
): Uint8Array<ArrayBuffer> {
  checkUnsigned(transaction)
  if (networkId.length !== 32) {
    throw new Fault({ code: 'TX_NETWORK_ID', bytes: networkId.length }, 'give the genesis hash')
  }
  return concat(Uint8Array.of(transactionType), networkId, encodeRlp(signedFields(transaction)))
}

function signedFields(transaction: UnsignedTransaction): Rlp[] {
  return [
    trimmed(transaction.chainId),
    trimmed(transaction.nonceKey),
    trimmed(transaction.nonce),
    trimmed(transaction.validUntil),
    trimmed(transaction.maxPriorityFeePerGas),
    trimmed(transaction.maxFeePerGas),
    trimmed(transaction.gasLimit),
    transaction.to,
    trimmed(transaction.value),
    transaction.data,
    transaction.accessList,
    transaction.sender,
    Uint8Array.of(transaction.algorithm),
    transaction.key,
  ]
}
