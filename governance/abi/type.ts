/**
 * The types of Solidity's ABI, and signatures made of them.
 *
 * @see Solidity, "Contract ABI Specification"
 */
import { limits } from '../limits.ts'

export type AbiType =
  | { readonly kind: 'integer'; readonly bits: number; readonly isSigned: boolean }
  | { readonly kind: 'address' | 'bool' | 'bytes' | 'string' }
  | { readonly kind: 'fixedBytes'; readonly size: number }
  | { readonly kind: 'array'; readonly element: AbiType; readonly length: number | undefined }
  | { readonly kind: 'tuple'; readonly members: readonly AbiType[] }

/** A function as people and selectors name it. */
export interface Signature {
  readonly name: string
  readonly inputs: readonly AbiType[]
  /** `name(type,type)`, of which the selector is a hash. */
  readonly canonical: string
  /** Undefined where only a signature is known. */
  readonly stateMutability: string | undefined
}

/** An entry of a JSON ABI, as compilers write it. */
export interface AbiEntry {
  readonly type: string
  readonly name?: string
  readonly inputs?: readonly AbiParameter[]
  readonly stateMutability?: string
}

export interface AbiParameter {
  readonly type: string
  readonly components?: readonly AbiParameter[]
}

const elementary = /^(?:(u?)int(\d{1,3})|bytes(\d{1,2})|address|bool|bytes|string)$/

function elementaryType(text: string): AbiType | undefined {
  const [, unsigned, bits, size] = elementary.exec(text) ?? [undefined]
  if (bits !== undefined) {
    const width = Number(bits)
    const fits = width >= 8 && width <= 256 && width % 8 === 0 && !bits.startsWith('0')
    return fits ? { kind: 'integer', bits: width, isSigned: unsigned === '' } : undefined
  }
  if (size !== undefined) {
    const bytes = Number(size)
    const fits = bytes >= 1 && bytes <= 32 && !size.startsWith('0')
    return fits ? { kind: 'fixedBytes', size: bytes } : undefined
  }
  return elementary.test(text)
    ? { kind: text as 'address' | 'bool' | 'bytes' | 'string' }
    : undefined
}

/** The type that `text` names, as `uint256`, `address[2][]` or `(bool,bytes)[]`. */
export function parseType(text: string, depth = 0): AbiType | undefined {
  if (depth > limits.argumentDepth.value) return undefined
  const [, base = '', suffix] = /^(.*)\[(\d{0,4})\]$/.exec(text) ?? []
  if (suffix !== undefined) {
    const element = parseType(base, depth + 1)
    const length = suffix === '' ? undefined : Number(suffix)
    const fits = length === undefined || (length > 0 && length <= limits.argumentWords.value)
    return element !== undefined && fits && suffix === (length ?? '').toString()
      ? { kind: 'array', element, length }
      : undefined
  }
  if (!text.startsWith('(')) return elementaryType(text)
  const members = parseMembers(text, depth + 1)
  return members === undefined || members.length === 0 ? undefined : { kind: 'tuple', members }
}

/** The types in a pair of parentheses that encloses all of `text`. */
function parseMembers(text: string, depth: number): readonly AbiType[] | undefined {
  if (!text.startsWith('(') || !text.endsWith(')')) return undefined
  if (text === '()') return []
  const parts = splitMembers(text.slice(1, -1))
  const members = parts?.map((part) => parseType(part, depth))
  return members?.every((member) => member !== undefined) === true ? members : undefined
}

/** `text` at its commas outside of parentheses. */
function splitMembers(text: string): readonly string[] | undefined {
  const parts: string[] = []
  let open = 0
  let start = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') open++
    if (text[at] === ')' && --open < 0) return undefined
    if (text[at] === ',' && open === 0) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  return open === 0 ? [...parts, text.slice(start)] : undefined
}

/** The signature that `text` is, in canonical form alone: `uint` is not `uint256`. */
export function parseSignature(text: string, stateMutability?: string): Signature | undefined {
  const open = text.indexOf('(')
  const name = text.slice(0, open)
  if (open < 1 || !/^[A-Za-z_$][\w$]*$/.test(name)) return undefined
  const inputs = parseMembers(text.slice(open), 0)
  return inputs && { name, inputs, canonical: text, stateMutability }
}

/** The functions of a JSON ABI. */
export function functionsOf(abi: readonly AbiEntry[]): readonly Signature[] {
  return abi.flatMap(({ type, name, inputs = [], stateMutability }) => {
    if (type !== 'function' || name === undefined) return []
    const canonical = `${name}(${inputs.map(canonicalType).join(',')})`
    const signature = parseSignature(canonical, stateMutability)
    return signature === undefined ? [] : [signature]
  })
}

export function canonicalType({ type, components }: AbiParameter): string {
  if (!type.startsWith('tuple')) return type
  return `(${(components ?? []).map(canonicalType).join(',')})${type.slice('tuple'.length)}`
}
