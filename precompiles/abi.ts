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
  /** Words of 32 bytes. */
  readonly 'bytes32[]': readonly Uint8Array[]
  readonly string: string
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

/** Types whose head is an offset, and their content: a count, then as many units of so many bytes. */
const dynamic = { bytes: 1, string: 1, 'bytes32[]': 32 } as const
type DynamicType = keyof typeof dynamic

function isDynamic(type: AbiType): type is DynamicType {
  return type in dynamic
}

function contentOf(type: DynamicType, value: AbiValues[DynamicType]): Uint8Array {
  if (typeof value === 'string') return utf8(value)
  return type === 'bytes32[]' ? concat(...(value as readonly Uint8Array[])) : (value as Uint8Array)
}

/** Undefined for a string that is not UTF-8. */
function valueOf(type: DynamicType, content: Uint8Array): AbiValues[DynamicType] | undefined {
  if (type === 'bytes') return content
  if (type === 'string') return fromUtf8(content)
  return Array.from({ length: content.length / 32 }, (_, index) =>
    content.subarray(index * 32, index * 32 + 32),
  )
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

function encodeWord<Type extends Exclude<AbiType, DynamicType>>(
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
    if (!isDynamic(type)) {
      head.push(encodeWord(type, value as AbiValues[typeof type]))
      continue
    }
    const bytes = contentOf(type, value as AbiValues[DynamicType])
    const rest = new Uint8Array(padded(bytes.length) - bytes.length)
    head.push(fixed(offset, 32))
    tail.push(fixed(bytes.length / dynamic[type], 32), bytes, rest)
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
    if (isDynamic(type)) {
      const content =
        toBigInt(word) === BigInt(end) ? readContent(data, end, dynamic[type]) : undefined
      const value = content && valueOf(type, content)
      if (content === undefined || value === undefined) return undefined
      values.push(value)
      end += 32 + padded(content.length)
    } else {
      const value = decodeWord(type, word)
      if (value === undefined) return undefined
      values.push(value)
    }
  }
  return end === data.length ? (values as Values<Parameters>) : undefined
}

/** A count, and as many units of `unit` bytes. */
function readContent(data: Uint8Array, at: number, unit: number): Uint8Array | undefined {
  const start = at + 32
  if (start > data.length) return undefined
  const declared = toBigInt(data.subarray(at, start))
  if (declared * BigInt(unit) > BigInt(data.length - start)) return undefined
  const length = Number(declared) * unit
  const end = start + padded(length)
  if (end > data.length || !isZero(data.subarray(start + length, end))) return undefined
  return data.subarray(start, start + length)
}

function decodeWord(
  type: Exclude<AbiType, DynamicType>,
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
