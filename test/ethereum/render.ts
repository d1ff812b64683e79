import { Hardfork } from '@ethereumjs/common'
import { createTxFromRLP, type TypedTransaction } from '@ethereumjs/tx'

/** The JSON of Ethereum's transactions. @see ethereum/execution-apis, schemas/transaction */
import { empty, hex, toBigInt } from '#base'

import { ethereumRules } from './forks.ts'

const quantity = (value: bigint | number): string => `0x${value.toString(16)}`

/** Every type decodes under the latest rules; what ran is in the block already. */
export function renderEthereumTransaction(
  chainId: bigint,
): (wire: Uint8Array, sender: Uint8Array) => Readonly<Record<string, unknown>> {
  const common = ethereumRules(chainId, Hardfork.Osaka)
  return (wire, sender) => {
    const transaction = createTxFromRLP(wire, { common, allowUnlimitedInitCodeSize: true })
    return { ...shared(transaction, sender), ...fees(transaction), ...signature(transaction) }
  }
}

function shared(transaction: TypedTransaction, sender: Uint8Array): Record<string, unknown> {
  return {
    type: quantity(transaction.type),
    nonce: quantity(transaction.nonce),
    gas: quantity(transaction.gasLimit),
    from: hex(sender),
    to: transaction.to === undefined ? null : hex(transaction.to.bytes),
    value: quantity(transaction.value),
    input: hex(transaction.data),
    ...('accessList' in transaction ? { accessList: accessList(transaction) } : {}),
    ...('blobVersionedHashes' in transaction
      ? {
          blobVersionedHashes: transaction.blobVersionedHashes,
          maxFeePerBlobGas: quantity(transaction.maxFeePerBlobGas),
        }
      : {}),
    ...('authorizationList' in transaction
      ? { authorizationList: authorizations(transaction) }
      : {}),
  }
}

function accessList(transaction: { accessList: [Uint8Array, Uint8Array[]][] }): unknown {
  return transaction.accessList.map(([address, slots]) => ({
    address: hex(address),
    storageKeys: slots.map((slot) => hex(slot)),
  }))
}

function authorizations(transaction: { authorizationList: readonly Uint8Array[][] }): unknown {
  return transaction.authorizationList.map(([chainId, address, nonce, yParity, r, s]) => ({
    chainId: number(chainId),
    address: hex(address ?? empty),
    nonce: number(nonce),
    yParity: number(yParity),
    r: number(r),
    s: number(s),
  }))
}

const number = (bytes: Uint8Array = empty): string => quantity(toBigInt(bytes))

function fees(transaction: TypedTransaction): Record<string, unknown> {
  if (!('maxFeePerGas' in transaction)) return { gasPrice: quantity(transaction.gasPrice) }
  return {
    maxFeePerGas: quantity(transaction.maxFeePerGas),
    maxPriorityFeePerGas: quantity(transaction.maxPriorityFeePerGas),
    gasPrice: quantity(transaction.maxFeePerGas),
  }
}

function signature(transaction: TypedTransaction): Record<string, unknown> {
  const { v = 0n, r = 0n, s = 0n, type } = transaction
  const values = { v: quantity(v), r: quantity(r), s: quantity(s) }
  if (type !== 0) {
    return { ...values, yParity: quantity(v), chainId: quantity(transaction.common.chainId()) }
  }
  return v >= 35n ? { ...values, chainId: quantity((v - 35n) / 2n) } : values
}
