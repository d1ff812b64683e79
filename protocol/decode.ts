import { decodeRlp, Fault, isFault, type Rlp, toBigInt } from '#base'

import { type Algorithm, isAlgorithm } from './algorithms.ts'
import { checkFields, checkSize } from './fields.ts'
import { limits } from './limits.ts'
import { type AccessList, type Transaction, transactionType } from './transaction.ts'

/**
 * Decodes one encoding by rule V1, strictly: what it accepts, `encodeTransaction` gives back byte
 * for byte. Byte fields are views into `wire`. Throws a Fault whose code starts with `TX_`, nothing
 * else, whatever the input.
 *
 * @see PIP-0002, EIP-2718
 */
export function decodeTransaction(wire: Uint8Array): Transaction {
  checkSize(wire.length)
  checkType(wire[0])
  const fields = decodeFields(wire.subarray(1))
  const transaction: Transaction = {
    chainId: integer(fields[0], 'chainId'),
    nonceKey: integer(fields[1], 'nonceKey'),
    nonce: integer(fields[2], 'nonce'),
    validUntil: integer(fields[3], 'validUntil'),
    maxPriorityFeePerGas: integer(fields[4], 'maxPriorityFeePerGas'),
    maxFeePerGas: integer(fields[5], 'maxFeePerGas'),
    gasLimit: integer(fields[6], 'gasLimit'),
    to: bytes(fields[7], 'to'),
    value: integer(fields[8], 'value'),
    data: bytes(fields[9], 'data'),
    accessList: accessList(fields[10]),
    sender: bytes(fields[11], 'sender'),
    algorithm: algorithm(fields[12]),
    key: bytes(fields[13], 'key'),
    signature: bytes(fields[14], 'signature'),
  }
  checkFields(transaction)
  return transaction
}

function checkType(first: number | undefined): void {
  if (first === transactionType) return
  // EIP-2718: an untyped transaction starts with the header of its list.
  const classical = first !== undefined && (first <= 0x04 || first >= 0xc0)
  if (classical) {
    throw new Fault(
      { code: 'TX_CLASSICAL', type: first >= 0xc0 ? 0 : first },
      'sign with ML-DSA: this network takes transactions of type 0x50 only, none signed with ECDSA',
    )
  }
  throw new Fault(
    { code: 'TX_TYPE', type: first },
    'send a transaction of type 0x50, its type byte first',
  )
}

function decodeFields(payload: Uint8Array): readonly Rlp[] {
  const fields = canonical(payload)
  if (fields instanceof Uint8Array) throw malformed('not a list')
  if (fields.length === 15) return fields
  throw new Fault(
    { code: 'TX_FIELD_COUNT', fields: fields.length, expected: 15 },
    'give every field of type 0x50, and no other',
  )
}

function canonical(payload: Uint8Array): Rlp {
  try {
    return decodeRlp(payload, limits.transactionNesting.value)
  } catch (error) {
    if (isFault(error, 'RLP_INVALID')) throw malformed(error.message, error)
    throw error
  }
}

function malformed(reason: string, cause?: Fault): Fault {
  return new Fault({ code: 'TX_RLP', reason }, 'encode the fields as canonical RLP', { cause })
}

function bytes(item: Rlp | undefined, field: string): Uint8Array {
  if (item instanceof Uint8Array) return item
  throw new Fault({ code: 'TX_FIELD_TYPE', field }, `give ${field} as bytes, not as a list`)
}

function list(item: Rlp | undefined, field: string): readonly Rlp[] {
  if (item !== undefined && !(item instanceof Uint8Array)) return item
  throw new Fault({ code: 'TX_FIELD_TYPE', field }, `give ${field} as a list, not as bytes`)
}

function integer(item: Rlp | undefined, field: string): bigint {
  const digits = bytes(item, field)
  if (digits[0] === 0 || digits.length > 32) {
    throw new Fault(
      { code: 'TX_INTEGER', field, bytes: digits.length },
      `give ${field} big-endian in at most 32 bytes, without leading zeros`,
    )
  }
  return toBigInt(digits)
}

function algorithm(item: Rlp | undefined): Algorithm {
  const code = bytes(item, 'algorithm')
  const [first] = code
  if (code.length === 1 && first !== undefined && isAlgorithm(first)) return first
  throw new Fault(
    { code: 'TX_ALGORITHM', algorithm: first, bytes: code.length },
    'name ML-DSA-44, ML-DSA-65 or ML-DSA-87 by the byte 0x44, 0x65 or 0x87',
  )
}

function accessList(item: Rlp | undefined): AccessList {
  return list(item, 'accessList').map((entry) => {
    const members = list(entry, 'accessList')
    if (members.length !== 2) {
      throw new Fault(
        { code: 'TX_ACCESS_ENTRY', members: members.length, expected: 2 },
        'give an address and a list of slots',
      )
    }
    const [address, slots] = members
    return [
      bytes(address, 'accessList'),
      list(slots, 'accessList').map((slot) => bytes(slot, 'accessList')),
    ]
  })
}
