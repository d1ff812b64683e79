/**
 * Arguments as they are written, laid out as the ABI has them.
 *
 * @see Solidity, "Contract ABI Specification", "Formal Specification of the Encoding"
 */
import { concat, Fault, fixed, isHex, padLeft, unhex, utf8 } from '#base'

import { parseAddress } from './address.ts'
import { type Argument, isName, parseQuantity } from './argument.ts'
import { headsSize, isDynamic, paddedSize, wordBytes } from './layout.ts'
import type { AbiType } from './type.ts'

/** The address behind a name that stands where one is expected. */
export type Names = (name: string) => Uint8Array | undefined

/**
 * `values` as a tuple of `types`. Throws `GOVERNANCE_ARGUMENT_INVALID`; its `argument` counts from
 * 1, with a dot before the place in an array or struct.
 */
export function encodeArguments(
  types: readonly AbiType[],
  values: readonly Argument[],
  names: Names = () => undefined,
): Uint8Array<ArrayBuffer> {
  return encodeList(types, values, '', names)
}

function encodeList(
  types: readonly AbiType[],
  values: readonly Argument[],
  path: string,
  names: Names,
): Uint8Array<ArrayBuffer> {
  if (values.length !== types.length) {
    throw invalid(path, `give ${types.length} values, not ${values.length}`)
  }
  const heads: Uint8Array[] = []
  const tails: Uint8Array[] = []
  let offset = headsSize(types)
  for (const [index, type] of types.entries()) {
    const at = path === '' ? `${index + 1}` : `${path}.${index + 1}`
    const encoded = encodeOne(type, values[index] ?? [], at, names)
    if (isDynamic(type)) {
      heads.push(fixed(offset, wordBytes))
      tails.push(encoded)
      offset += encoded.length
    } else heads.push(encoded)
  }
  return concat(...heads, ...tails)
}

function encodeOne(type: AbiType, value: Argument, at: string, names: Names): Uint8Array {
  if (type.kind === 'array') return encodeArray(type, value, at, names)
  if (type.kind === 'tuple') {
    if (typeof value !== 'object') throw invalid(at, 'give an array, one value for each member')
    return encodeList(type.members, value, at, names)
  }
  if (type.kind === 'integer') return encodeInteger(type, value, at)
  if (type.kind === 'address') return padLeft(readAddress(value, at, names), wordBytes)
  if (type.kind === 'fixedBytes') return padRight(readFixedBytes(type.size, value, at))
  if (type.kind === 'bool') {
    if (typeof value !== 'boolean') throw invalid(at, 'give true or false')
    return fixed(value ? 1 : 0, wordBytes)
  }
  if (typeof value !== 'string') throw invalid(at, 'give a text between quotation marks')
  if (type.kind === 'string') return withLength(utf8(value))
  if (!isHex(value)) throw invalid(at, 'give 0x and an even number of hexadecimal digits')
  return withLength(unhex(value))
}

function encodeArray(
  { element, length }: Extract<AbiType, { kind: 'array' }>,
  value: Argument,
  at: string,
  names: Names,
): Uint8Array {
  if (typeof value !== 'object') throw invalid(at, 'give an array')
  if (length !== undefined && length !== value.length) {
    throw invalid(at, `give an array of ${length} values, not ${value.length}`)
  }
  const types = value.map(() => element)
  const members = encodeList(types, value, at, names)
  return length === undefined ? concat(fixed(value.length, wordBytes), members) : members
}

function encodeInteger(
  { bits, isSigned }: Extract<AbiType, { kind: 'integer' }>,
  value: Argument,
  at: string,
): Uint8Array {
  const number = typeof value === 'string' ? parseQuantity(value) : value
  if (typeof number !== 'bigint') throw invalid(at, 'give a whole number, with a unit or without')
  const size = BigInt(isSigned ? bits - 1 : bits)
  const least = isSigned ? -(1n << size) : 0n
  if (number < least || number >> size > 0n) {
    throw invalid(at, `give a number of ${bits} bits${isSigned ? '' : ' that is not negative'}`)
  }
  return fixed(BigInt.asUintN(256, number), wordBytes)
}

function readAddress(value: Argument, at: string, names: Names): Uint8Array {
  const address = typeof value === 'string' ? (names(value) ?? parseAddress(value)) : undefined
  if (address !== undefined) return address
  throw invalid(at, 'give the name of a system contract, or an address with its checksum (EIP-55)')
}

/** Exactly `size` bytes, or the ASCII characters of a name. */
function readFixedBytes(size: number, value: Argument, at: string): Uint8Array {
  if (typeof value === 'string') {
    if (isHex(value) && value.length === 2 + size * 2) return unhex(value)
    if (isName(value) && value.length <= size) return utf8(value)
  }
  throw invalid(at, `give 0x and ${size * 2} digits, or a name of at most ${size} characters`)
}

function withLength(bytes: Uint8Array): Uint8Array {
  return concat(fixed(bytes.length, wordBytes), padRight(bytes))
}

function padRight(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedSize(bytes.length))
  padded.set(bytes)
  return padded
}

function invalid(argument: string, cure: string): Fault {
  return new Fault({ code: 'GOVERNANCE_ARGUMENT_INVALID', argument: argument || 'all' }, cure)
}
