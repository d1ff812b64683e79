/** The contracts of every genesis, and what their errors and events say. */
import { equal, hex, type Hex, unhex } from '#base'
import { revertReason } from '#chain'
import { systemContracts } from '#contracts'

import type { NamedContracts } from '../pip/calls.ts'
import { decodeValues, describeValues, type Parameter, signatureHash, type Value } from './value.ts'

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

const artifacts: readonly Artifact[] = systemContracts

/** By the names under which actions call them. */
export const namedContracts: NamedContracts = Object.fromEntries(
  artifacts.map(({ contractName, address, abi }) => [
    contractName,
    { address: unhex(address), abi },
  ]),
)

/** By their selectors. */
const errors: ReadonlyMap<string, { readonly contract: string; readonly entry: Entry }> = new Map(
  artifacts
    .toReversed()
    .flatMap(({ contractName: contract, abi }) =>
      abi
        .filter(({ type }) => type === 'error')
        .map((entry) => [hashOf(entry).subarray(0, 4).toHex(), { contract, entry }] as const),
    ),
)

const events: ReadonlyMap<string, ReadonlyMap<string, Entry>> = new Map(
  artifacts.map(({ address, abi }) => [
    address.toLowerCase(),
    new Map(
      abi
        .filter(({ type }) => type === 'event')
        .map((entry) => [hashOf(entry).toHex(), entry] as const),
    ),
  ]),
)

function hashOf({ name = '', inputs = [] }: Entry): Uint8Array {
  return signatureHash(name, inputs)
}

/** The name of an error of any of the contracts. */
export function errorName(output: Uint8Array): string | undefined {
  return errors.get(output.subarray(0, 4).toHex())?.entry.name
}

/** An error with its arguments. */
export interface ReadError {
  /** The first contract that has it. */
  readonly contract: string
  readonly name: string
  readonly args: Readonly<Record<string, Value>>
  readonly text: string
}

/** What a call was reverted with; undefined where it is no error of a contract of the genesis. */
export function readError(output: Uint8Array): ReadError | undefined {
  const { contract = '', entry } = errors.get(output.subarray(0, 4).toHex()) ?? {}
  const { name = '', inputs = [] } = entry ?? {}
  const values = entry === undefined ? undefined : decodeValues(inputs, output.subarray(4))
  if (values === undefined) return undefined
  const text = describeValues(name, inputs, values)
  return { contract, name, args: byName(inputs, values), text }
}

/** What a call was reverted with, in words; undefined for what nobody here knows. */
export function describeRevert(output: Uint8Array): string | undefined {
  return readError(output)?.text ?? revertReason(output)
}

export interface Emitted {
  readonly address: Uint8Array
  readonly topics: readonly Uint8Array[]
  readonly data: Uint8Array
}

export interface ReadEvent {
  readonly name: string
  readonly args: Readonly<Record<string, Value>>
  readonly text: string
}

/** Undefined where it is none of the contract that stands there, or none of the genesis does. */
export function readEvent({ address, topics, data }: Emitted): ReadEvent | undefined {
  const [topic, ...indexed] = topics
  const entry = events.get(hex(address))?.get(topic?.toHex() ?? '')
  return entry === undefined ? undefined : eventOf(entry, indexed, data)
}

/** `log` as the event `entry`, whatever contract it is of; undefined where it is another. */
export function readEventAs(
  entry: Entry,
  { topics: [topic, ...indexed], data }: Pick<Emitted, 'topics' | 'data'>,
): ReadEvent | undefined {
  const isIt = topic !== undefined && equal(topic, hashOf(entry))
  return isIt ? eventOf(entry, indexed, data) : undefined
}

function eventOf(
  { name = '', inputs = [] }: Entry,
  indexed: readonly Uint8Array[],
  data: Uint8Array,
): ReadEvent | undefined {
  const rest = decodeValues(
    inputs.filter((one) => one.indexed !== true),
    data,
  )
  if (rest === undefined) return undefined
  const left = { words: [...indexed], rest: [...rest] }
  const values = inputs.map((one) =>
    one.indexed === true ? wordOf(one, left.words.shift()) : (left.rest.shift() ?? ''),
  )
  return { name, args: byName(inputs, values), text: describeValues(name, inputs, values) }
}

function byName(
  parameters: readonly Parameter[],
  values: readonly Value[],
): Readonly<Record<string, Value>> {
  return Object.fromEntries(parameters.map(({ name }, index) => [name, values[index] ?? '']))
}

/** Of what does not fit a word only the hash stands there. */
function wordOf(parameter: Parameter, word: Uint8Array = new Uint8Array(32)): Value {
  return decodeValues([parameter], word)?.[0] ?? hex(word)
}
