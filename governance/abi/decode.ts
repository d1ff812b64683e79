/**
 * Calldata as the arguments that somebody could have written. Strict: what is not laid out as
 * `abi.encode` does has no second reading here, however little data it takes to say.
 */
import { equal, hex, toBigInt } from '#base'

import { formatAddress } from './address.ts'
import { type Argument, isName } from './argument.ts'
import { headSize, headsSize, isDynamic, paddedSize, wordBytes } from './layout.ts'
import type { AbiType } from './type.ts'

/** The name that stands for an address, if it has one. */
export type NameOf = (address: Uint8Array) => string | undefined

/** The values of `types` in `data`, or undefined when it is not their only encoding. No throw. */
export function decodeArguments(
  types: readonly AbiType[],
  data: Uint8Array,
  nameOf: NameOf = () => undefined,
): readonly Argument[] | undefined {
  const reader = new Reader(data, nameOf)
  const values = reader.list(types, 0)
  return values !== undefined && reader.end === data.length ? values : undefined
}

class Reader {
  /** Of what was read by now, tails included. */
  end = 0
  readonly #data: Uint8Array
  readonly #nameOf: NameOf

  constructor(data: Uint8Array, nameOf: NameOf) {
    this.#data = data
    this.#nameOf = nameOf
  }

  /** A tuple of `types` whose places begin at `start`; what they point at follows in order. */
  list(types: readonly AbiType[], start: number): readonly Argument[] | undefined {
    let place = start
    this.end = start + headsSize(types)
    if (this.end > this.#data.length) return undefined
    const values: Argument[] = []
    for (const type of types) {
      const value = isDynamic(type) ? this.#behind(type, start, place) : this.#static(type, place)
      if (value === undefined) return undefined
      values.push(value)
      place += headSize(type)
    }
    return values
  }

  #behind(type: AbiType, start: number, place: number): Argument | undefined {
    const at = this.end
    return this.#word(place) === BigInt(at - start) ? this.#dynamic(type, at) : undefined
  }

  #dynamic(type: AbiType, at: number): Argument | undefined {
    if (type.kind === 'tuple') return this.list(type.members, at)
    if (type.kind === 'array' && type.length !== undefined) {
      return this.list(repeat(type.element, type.length), at)
    }
    const start = at + wordBytes
    if (start > this.#data.length) return undefined
    const count = this.#word(at)
    const unit = type.kind === 'array' ? headSize(type.element) : 1
    if (count * BigInt(unit) > BigInt(this.#data.length - start)) return undefined
    if (type.kind === 'array') return this.list(repeat(type.element, Number(count)), start)
    return this.#content(type.kind === 'string', start, Number(count))
  }

  #content(isText: boolean, start: number, length: number): string | undefined {
    this.end = start + paddedSize(length)
    if (this.end > this.#data.length) return undefined
    const rest = this.#data.subarray(start + length, this.end)
    if (rest.some((byte) => byte !== 0)) return undefined
    const bytes = this.#data.subarray(start, start + length)
    return isText ? decodeText(bytes) : hex(bytes)
  }

  /** A value whose words stand at `at`; `end` is behind them already. */
  #static(type: AbiType, at: number): Argument | undefined {
    if (type.kind === 'array' || type.kind === 'tuple') {
      const members = type.kind === 'tuple' ? type.members : repeat(type.element, type.length ?? 0)
      const { end } = this
      const values = this.list(members, at)
      this.end = end
      return values
    }
    return readWord(type, this.#data.subarray(at, at + wordBytes), this.#nameOf)
  }

  #word(at: number): bigint {
    return toBigInt(this.#data.subarray(at, at + wordBytes))
  }
}

function repeat(type: AbiType, count: number): readonly AbiType[] {
  return Array.from({ length: count }, () => type)
}

function readWord(type: AbiType, word: Uint8Array, nameOf: NameOf): Argument | undefined {
  const number = toBigInt(word)
  if (type.kind === 'integer') {
    if (!type.isSigned) return number >> BigInt(type.bits) === 0n ? number : undefined
    const signed = BigInt.asIntN(type.bits, number)
    return BigInt.asUintN(256, signed) === number ? signed : undefined
  }
  if (type.kind === 'bool') return number > 1n ? undefined : number === 1n
  if (type.kind === 'address') {
    const address = word.subarray(wordBytes - 20)
    return number >> 160n === 0n ? (nameOf(address) ?? formatAddress(address)) : undefined
  }
  const size = type.kind === 'fixedBytes' ? type.size : 0
  const isFilled = word.subarray(size).every((byte) => byte === 0)
  return isFilled ? fixedBytes(word.subarray(0, size)) : undefined
}

/** Words that are names read better as such; fewer bytes are rarely meant to be read. */
function fixedBytes(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  const name = new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))
  const isOnlyName =
    bytes.length === wordBytes && bytes.subarray(name.length).every((byte) => byte === 0)
  return isOnlyName && isName(name) ? name : hex(bytes)
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    const text = strict.decode(bytes)
    return equal(new TextEncoder().encode(text), bytes) ? text : undefined
  } catch {
    return undefined
  }
}
