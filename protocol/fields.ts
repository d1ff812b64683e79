import { Fault } from '#base'

import { algorithms } from './algorithms.ts'
import { limits } from './limits.ts'
import type { AccessList, Transaction, UnsignedTransaction } from './transaction.ts'

type IntegerField = keyof {
  [Name in keyof UnsignedTransaction as UnsignedTransaction[Name] extends bigint ? Name : never]: 0
}

const word = 2n ** 256n - 1n

/** The range of every integer field. @see EIP-2681, EIP-7825 */
const ranges: readonly (readonly [field: IntegerField, least: bigint, most: bigint])[] = [
  ['chainId', 1n, 2n ** 52n - 1n],
  ['nonceKey', 0n, word],
  ['nonce', 0n, 2n ** 64n - 2n],
  ['validUntil', 0n, 2n ** 64n - 1n],
  ['maxPriorityFeePerGas', 0n, word],
  ['maxFeePerGas', 0n, word],
  ['gasLimit', 0n, BigInt(limits.transactionGas.value)],
  ['value', 0n, word],
]

/** Checks ranges and lengths of the fields that are signed. Throws a Fault. */
export function checkUnsigned(transaction: UnsignedTransaction): void {
  for (const [field, least, most] of ranges) {
    const value = transaction[field]
    if (value >= least && value <= most) continue
    throw new Fault({ code: 'TX_RANGE', field, least, most }, `set ${field} within this range`)
  }
  if (transaction.to.length !== 0) checkLength('to', transaction.to, 20)
  checkLength('sender', transaction.sender, 20)
  checkAccessList(transaction.accessList)
  const { publicKeyBytes } = algorithms[transaction.algorithm]
  const { length } = transaction.key
  if (length !== publicKeyBytes && length !== 32) {
    throw new Fault(
      { code: 'TX_KEY', bytes: length, publicKeyBytes },
      'give the whole public key, or its 32-byte keyHash once it is registered',
    )
  }
}

/** Checks ranges and lengths of all fields. Throws a Fault. */
export function checkFields(transaction: Transaction): void {
  checkUnsigned(transaction)
  const { name, signatureBytes } = algorithms[transaction.algorithm]
  const { length } = transaction.signature
  if (length === signatureBytes) return
  throw new Fault(
    { code: 'TX_SIGNATURE_LENGTH', bytes: length, expected: signatureBytes },
    `sign the transaction's hash with ${name}`,
  )
}

/** Checks the size of a whole encoding, its type byte included. */
export function checkSize(bytes: number): void {
  const most = limits.transactionBytes.value
  if (bytes <= most) return
  throw new Fault(
    { code: 'TX_TOO_LARGE', bytes, most },
    'send less data, or divide it over several transactions',
  )
}

function checkAccessList(list: AccessList): void {
  for (const [address, slots] of list) {
    checkLength('accessList', address, 20)
    for (const slot of slots) checkLength('accessList', slot, 32)
  }
}

function checkLength(field: string, value: Uint8Array, expected: number): void {
  if (value.length === expected) return
  throw new Fault(
    { code: 'TX_LENGTH', field, bytes: value.length, expected },
    `give ${expected} bytes in ${field}`,
  )
}
