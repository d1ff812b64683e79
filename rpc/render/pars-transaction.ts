import { hex } from '#base'
import { decodeTransaction, transactionType } from '#protocol'

import { quantity } from './quantity.ts'

const zero = quantity(0)

/**
 * The JSON of a 0x50 transaction. There is no field `signature`, and v, r, s and yParity are zero:
 * clients take a `signature` for an ECDSA one and fail to read the rest.
 */
export function renderParsTransaction(
  wire: Uint8Array,
  sender: Uint8Array,
): Readonly<Record<string, unknown>> {
  const fields = decodeTransaction(wire)
  return {
    type: quantity(transactionType),
    chainId: quantity(fields.chainId),
    nonceKey: quantity(fields.nonceKey),
    nonce: quantity(fields.nonce),
    validUntil: quantity(fields.validUntil),
    maxPriorityFeePerGas: quantity(fields.maxPriorityFeePerGas),
    maxFeePerGas: quantity(fields.maxFeePerGas),
    gasPrice: quantity(fields.maxFeePerGas),
    gas: quantity(fields.gasLimit),
    from: hex(sender),
    to: fields.to.length === 0 ? null : hex(fields.to),
    value: quantity(fields.value),
    input: hex(fields.data),
    accessList: fields.accessList.map(([address, slots]) => ({
      address: hex(address),
      storageKeys: slots.map(hex),
    })),
    pqAlgorithm: quantity(fields.algorithm),
    ...(fields.key.length === 32
      ? { pqKeyHash: hex(fields.key) }
      : { pqPublicKey: hex(fields.key) }),
    pqSignature: hex(fields.signature),
    v: zero,
    r: zero,
    s: zero,
    yParity: zero,
  }
}
