/** What contracts say, by the names of their ABI. */
import { concat, equal, Fault, hex, type Hex, isHex, unhex, utf8 } from '#base'
import { keccak256 } from '#crypto'
import { type AbiType, type Argument, decodeArguments, parseType } from '#governance'

export interface Parameter {
  readonly name: string
  readonly type: string
  readonly components?: readonly Parameter[]
  readonly indexed?: boolean
}

export interface Entry {
  readonly type: string
  readonly name?: string
  readonly inputs?: readonly Parameter[]
  readonly outputs?: readonly Parameter[]
}

/** As #contracts has them. */
export interface Artifact {
  readonly contractName: string
  readonly address: Hex
  readonly abi: readonly Entry[]
}

/** A value by the names of its parts: structs are objects, addresses and bytes hexadecimal. */
export type Value =
  | bigint
  | boolean
  | string
  | readonly Value[]
  | { readonly [name: string]: Value }

/** As JSON has it: numbers are decimal texts. */
export function plainValue(value: Value): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(plainValue)
  if (typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plainValue(one)]))
}

/** A log as a node shows it. */
export interface Log {
  readonly address: Hex
  readonly topics: readonly Uint8Array[]
  readonly data: Uint8Array
}

/** Whether `entry` is what `name` means: a name, or a signature where several have the name. */
export function isNamed(entry: Entry, wanted: string): boolean {
  return entry.name === wanted || signatureOf(entry) === wanted
}

/** An error with its arguments. */
export interface Refusal {
  readonly contract: string
  readonly name: string
  readonly facts: Readonly<Record<string, Value>>
}

/** The error of one of `artifacts` that a call reverted with. */
export function errorIn(data: Uint8Array, artifacts: readonly Artifact[]): Refusal | undefined {
  const selector = hex(data.subarray(0, 4))
  for (const { contractName, abi } of artifacts) {
    const entry = abi.find((one) => one.type === 'error' && selectorOf(one) === selector)
    if (entry === undefined) continue
    const { name = '', inputs = [] } = entry
    const facts = Object.fromEntries(entriesOf(inputs, data.subarray(4)))
    return { contract: contractName, name, facts }
  }
  return undefined
}

/** The arguments of `log` as an event of `entry`, if it is one. Throws `NODE_ANSWER`. */
export function argumentsOf(
  entry: Entry,
  { topics: [first, ...indexed], data }: Log,
): Readonly<Record<string, Value>> | undefined {
  const { type, inputs = [] } = entry
  if (type !== 'event' || first === undefined) return undefined
  if (!equal(first, keccak256(utf8(signatureOf(entry))))) return undefined
  const inTopics = inputs.filter((one) => one.indexed === true)
  const inData = inputs.filter((one) => one.indexed !== true)
  const values = Object.fromEntries([...wordsOf(inTopics, indexed), ...entriesOf(inData, data)])
  return Object.fromEntries(inputs.map((one) => [one.name, values[one.name] ?? '']))
}

/** Words of static types, one for each parameter. */
function wordsOf(
  parameters: readonly Parameter[],
  words: readonly Uint8Array[],
): readonly (readonly [string, Value])[] {
  return parameters.map((one, index) => {
    const [value] = decoded([one], words[index] ?? new Uint8Array(0)) ?? refuseAnswer(words[index])
    return [one.name, value ?? '']
  })
}

/** Throws `NODE_ANSWER`. */
function entriesOf(parameters: readonly Parameter[], data: Uint8Array) {
  const values = decoded(parameters, data) ?? refuseAnswer(data)
  return parameters.map(({ name }, index) => [name, values[index] ?? ''] as const)
}

/** Undefined for what `abi.encode` does not write. */
export function decoded(
  parameters: readonly Parameter[],
  data: Uint8Array,
): readonly Value[] | undefined {
  const values = decodeArguments(parameters.map(lenientType), data, hex)
  return values?.map((value, index) => withNames(value, parameters[index]))
}

function withNames(value: Argument, parameter: Parameter | undefined): Value {
  const { type = '', components = [] } = parameter ?? {}
  if (type === 'string') return textOf(value)
  if (type === 'bytes32') return wordOf(value)
  if (typeof value !== 'object') return value
  if (type.endsWith(']')) {
    const element = { name: '', type: type.slice(0, type.lastIndexOf('[')), components }
    return value.map((one) => withNames(one, element))
  }
  return Object.fromEntries(
    components.map((one, index) => [one.name, withNames(value[index] ?? '', one)]),
  )
}

export function selectorOf(entry: Entry): Hex {
  return hex(keccak256(utf8(signatureOf(entry))).subarray(0, 4))
}

function signatureOf({ name = '', inputs = [] }: Entry): string {
  return `${name}(${inputs.map(canonicalType).join(',')})`
}

export function typeOf(parameter: Parameter): AbiType {
  return typeNamed(canonicalType(parameter))
}

/** With texts as bytes: a stranger's may be no UTF-8, and the rest of the answer still holds. */
function lenientType(parameter: Parameter): AbiType {
  return typeNamed(canonicalType(parameter).replaceAll('string', 'bytes'))
}

function typeNamed(text: string): AbiType {
  const type = parseType(text)
  if (type !== undefined) return type
  throw new TypeError(`${text} is no type of an ABI`)
}

function canonicalType({ type, components = [] }: Parameter): string {
  if (!type.startsWith('tuple')) return type
  return `(${components.map(canonicalType).join(',')})${type.slice('tuple'.length)}`
}

export function refuseAnswer(found: Uint8Array = new Uint8Array(0)): never {
  throw new Fault(
    { code: 'NODE_ANSWER', found: hex(found).slice(0, 80) },
    'the node does not answer as a Pars node does: name another with --rpc',
  )
}

/** A hash of visible characters is no name. */
function wordOf(value: Argument): Value {
  if (typeof value !== 'string' || isHex(value)) return value
  return hex(concat(utf8(value), new Uint8Array(32 - value.length)))
}

function textOf(value: Argument): string {
  const bytes = typeof value === 'string' && isHex(value) ? unhex(value) : new Uint8Array(0)
  return new TextDecoder().decode(bytes)
}
