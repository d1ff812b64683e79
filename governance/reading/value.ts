/** What contracts return and emit, by the names that their ABI gives it. */
import { hex, type Hex, unhex, utf8 } from '#base'
import { keccak256 } from '#crypto'

import type { Argument } from '../abi/argument.ts'
import { decodeArguments } from '../abi/decode.ts'
import { type AbiType, canonicalType, parseType } from '../abi/type.ts'
import { visibleJson } from '../pip/text.ts'

export interface Parameter {
  readonly name: string
  readonly type: string
  readonly components?: readonly Parameter[]
  readonly indexed?: boolean
}

/** Structs are objects; addresses and bytes are hexadecimal. */
export type Value =
  | bigint
  | boolean
  | string
  | readonly Value[]
  | { readonly [name: string]: Value }

/** The values of `parameters` in `data`; undefined when it is not their encoding. */
export function decodeValues(
  parameters: readonly Parameter[],
  data: Uint8Array,
): readonly Value[] | undefined {
  const values = decodeArguments(parameters.map(lenientType), data, hex)
  return values?.map((value, index) => valueOf(value, parameters[index]))
}

/** `name(type,type)`, of which selectors and topics are hashes. */
export function signatureHash(name: string, parameters: readonly Parameter[]): Uint8Array {
  return keccak256(utf8(`${name}(${parameters.map(canonicalType).join(',')})`))
}

/** `Name(key: value, key: value)`, in which nothing is hidden. */
export function describeValues(
  name: string,
  parameters: readonly Parameter[],
  values: readonly Value[],
): string {
  const parts = values.map((value, index) => `${parameters[index]?.name}: ${describe(value)}`)
  return `${name}(${parts.join(', ')})`
}

function describe(value: Value): string {
  if (typeof value === 'bigint' || typeof value === 'boolean') return value.toString()
  if (typeof value === 'string') {
    return isBytes(value) ? (wordName(value) ?? value) : visibleJson(JSON.stringify(value))
  }
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`
  return `{${Object.entries(value)
    .map(([name, one]) => `${name}: ${describe(one)}`)
    .join(', ')}}`
}

/** The name that a word is, as those of parameters. */
export function wordName(word: Hex): string | undefined {
  const [, name] = word.length === 66 ? (/^([\w.-]+)\0*$/.exec(latin1(word)) ?? []) : []
  return name
}

function latin1(text: Hex): string {
  return String.fromCharCode(...unhex(text))
}

function isBytes(text: string): text is Hex {
  return /^0x(?:[0-9a-f]{2})*$/.test(text)
}

export function typeOf(parameter: Parameter): AbiType {
  return typeNamed(canonicalType(parameter))
}

/** A text of a stranger need not be UTF-8: as bytes it is read all the same. */
function lenientType(parameter: Parameter): AbiType {
  return typeNamed(canonicalType(parameter).replaceAll('string', 'bytes'))
}

function typeNamed(text: string): AbiType {
  const type = parseType(text)
  if (type !== undefined) return type
  throw new TypeError(`${text} is no type of an ABI`)
}

const lenient = new TextDecoder('utf-8', { ignoreBOM: true })

function valueOf(value: Argument, parameter: Parameter | undefined): Value {
  const { type = '', components = [] } = parameter ?? {}
  if (typeof value === 'object') {
    if (!type.endsWith(']')) return structOf(value, components)
    const element = { name: '', type: type.slice(0, type.lastIndexOf('[')), components }
    return value.map((one) => valueOf(one, element))
  }
  if (typeof value !== 'string') return value
  if (type === 'string') return lenient.decode(unhex(value))
  return type === 'bytes32' && !value.startsWith('0x') ? paddedHex(value) : value
}

function structOf(values: readonly Argument[], components: readonly Parameter[]): Value {
  return Object.fromEntries(
    components.map((one, index) => [one.name, valueOf(values[index] ?? '', one)]),
  )
}

/** Of a name that stood for its characters. */
function paddedHex(name: string): Hex {
  const word = new Uint8Array(32)
  word.set(utf8(name))
  return hex(word)
}
