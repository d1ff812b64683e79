/**
 * The Solidity ABI, as much of it as plugins speak. Decoding is strict: only the encoding that
 * `abi.encode` makes is accepted, so that one call has one form and its length fixes its gas.
 *
 * @see Solidity, "Contract ABI Specification"
 */
import { concat, empty, fixed, padLeft, toBigInt, utf8 } from '#base'
import { keccak256 } from '#crypto'

export interface AbiValues {
  /** 20 bytes. */
  readonly address: Uint8Array
  readonly bool: boolean
  readonly bytes: Uint8Array
  readonly bytes32: Uint8Array
  readonly uint8: bigint
  readonly uint64: bigint
  readonly uint256: bigint
}

export type AbiType = keyof AbiValues
export type Parameter = readonly [type: AbiType, name: string]
export type Values<Parameters extends readonly Parameter[]> = {
  -readonly [Index in keyof Parameters]: AbiValues[Parameters[Index][0]]
}

const widths = { uint8: 1, uint64: 8, uint256: 32 } as const

function padded(length: number): number {
  return Math.ceil(length / 32) * 32
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}

function encodeWord<Type extends Exclude<AbiType, 'bytes'>>(
  type: Type,
  value: AbiValues[Type],
): Uint8Array {
  if (type === 'bytes32') return fixed(toBigInt(value as Uint8Array), 32)
  if (value instanceof Uint8Array) return padLeft(value, 32)
  return fixed(BigInt(value), 32)
}

/** The encoding of `values` as a tuple of `parameters`. */
export function encodeValues<const Parameters extends readonly Parameter[]>(
  parameters: Parameters,
  values: Values<Parameters>,
): Uint8Array {
  const head: Uint8Array[] = []
  const tail: Uint8Array[] = []
  let offset = parameters.length * 32
  for (const [index, [type]] of parameters.entries()) {
    const value = (values as readonly AbiValues[AbiType][])[index] ?? empty
    if (type !== 'bytes') {
      head.push(encodeWord(type, value))
      continue
    }
    const bytes = value as Uint8Array
    const rest = new Uint8Array(padded(bytes.length) - bytes.length)
    head.push(fixed(offset, 32))
    tail.push(fixed(bytes.length, 32), bytes, rest)
    offset += 32 + bytes.length + rest.length
  }
  return concat(...head, ...tail)
}

/** The values in `data`, or undefined when it is not their only encoding. Never throws. */
export function decodeValues<const Parameters extends readonly Parameter[]>(
  parameters: Parameters,
  data: Uint8Array,
): Values<Parameters> | undefined {
  const values: AbiValues[AbiType][] = []
  let end = parameters.length * 32
  if (data.length < end) return undefined
  for (const [index, [type]] of parameters.entries()) {
    const word = data.subarray(index * 32, index * 32 + 32)
    if (type === 'bytes') {
      const bytes = toBigInt(word) === BigInt(end) ? readBytes(data, end) : undefined
      if (bytes === undefined) return undefined
      values.push(bytes)
      end += 32 + padded(bytes.length)
    } else {
      const value = decodeWord(type, word)
      if (value === undefined) return undefined
      values.push(value)
    }
  }
  return end === data.length ? (values as Values<Parameters>) : undefined
}

function readBytes(data: Uint8Array, at: number): Uint8Array | undefined {
  const start = at + 32
  if (start > data.length) return undefined
  const declared = toBigInt(data.subarray(at, start))
  if (declared > BigInt(data.length - start)) return undefined
  const length = Number(declared)
  const end = start + padded(length)
  if (end > data.length || !isZero(data.subarray(start + length, end))) return undefined
  return data.subarray(start, start + length)
}

function decodeWord(
  type: Exclude<AbiType, 'bytes'>,
  word: Uint8Array,
): Uint8Array | bigint | boolean | undefined {
  if (type === 'bytes32') return word
  if (type === 'address') return isZero(word.subarray(0, 12)) ? word.subarray(12) : undefined
  const value = toBigInt(word)
  if (type === 'bool') return value <= 1n ? value === 1n : undefined
  return value >> BigInt(8 * widths[type]) === 0n ? value : undefined
}

/** `name(type,…)`, what selectors and topics are hashes of. */
function signature(name: string, parameters: readonly Parameter[]): string {
  return `${name}(${parameters.map(([type]) => type).join(',')})`
}

/** The first four bytes of a call, in hexadecimal without prefix. */
export function selector(name: string, parameters: readonly Parameter[]): string {
  return keccak256(utf8(signature(name, parameters)))
    .subarray(0, 4)
    .toHex()
}

/** The first topic of an event. */
export function topic(name: string, parameters: readonly Parameter[]): Uint8Array {
  return keccak256(utf8(signature(name, parameters)))
}

/** A 32-byte word: 1 or 0. */
export function flag(value: boolean): Uint8Array {
  return fixed(value ? 1 : 0, 32)
}
