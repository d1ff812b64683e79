import type { Common } from '@ethereumjs/common'
import { createTxFromRLP, type TypedTransaction } from '@ethereumjs/tx'
import { Address } from '@ethereumjs/util'

/** Ethereum's transaction types 0 to 4 as envelopes. */
import { concat, Fault, fixed, rlpList } from '#base'
import { keccak256, recoverPublicKey } from '#crypto'

import type { Envelope } from '../../chain/profile.ts'

export interface EthereumEnvelope extends Envelope {
  readonly transaction: TypedTransaction
}

/** Throws `TX_INVALID`, also where no key made the signature. */
export function decodeTransaction(wire: Uint8Array, rules: Common): EthereumEnvelope {
  try {
    return envelopeOf(createTxFromRLP(wire, { common: rules, freeze: false }), wire)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Fault({ code: 'TX_INVALID', reason }, undefined, { cause: error })
  }
}

export function envelopeOf(
  transaction: TypedTransaction,
  wire: Uint8Array = transaction.serialize(),
): EthereumEnvelope {
  const sender = new Address(keccak256(publicKeyOf(transaction, wire)).slice(12))
  // runTx asks for the sender again.
  transaction.getSenderAddress = () => sender
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
    forVm: () => transaction,
  }
}

/** The key that signed; for typed transactions by the signed part of the encoding as it came. */
function publicKeyOf(transaction: TypedTransaction, wire: Uint8Array): Uint8Array {
  const { r, s, v } = transaction
  if (transaction.type === 0 || r === undefined || s === undefined || v === undefined) {
    return transaction.getSenderPublicKey()
  }
  if (s > halfOrder) throw new TypeError('the high s of two (EIP-2)')
  const message = keccak256(signedPart(wire, rlpSize(v) + rlpSize(r) + rlpSize(s)))
  const key = recoverPublicKey(message, concat(fixed(r, 32), fixed(s, 32)), Number(v))
  if (key === undefined) throw new TypeError('no key made this signature')
  return key
}

const halfOrder = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/** Bytes of a number in RLP. */
function rlpSize(value: bigint): number {
  if (value >> 248n !== 0n) return 33
  return value < 0x80n ? 1 : 1 + Math.ceil(value.toString(16).length / 2)
}

/** The type byte and the list without its last `signatureSize` bytes. */
function signedPart(wire: Uint8Array, signatureSize: number): Uint8Array {
  const [type = 0, head = 0] = wire
  const start = head <= 0xf7 ? 2 : 2 + head - 0xf7
  return concat(Uint8Array.of(type), rlpList([wire.subarray(start, wire.length - signatureSize)]))
}

function effectiveGasPrice(transaction: TypedTransaction, baseFee: bigint): bigint {
  if (!('maxFeePerGas' in transaction)) return transaction.gasPrice
  const capped = baseFee + transaction.maxPriorityFeePerGas
  return capped < transaction.maxFeePerGas ? capped : transaction.maxFeePerGas
}
