/**
 * The hash of typed data that came as JSON: numbers may be decimal or hexadecimal strings.
 *
 * @see EIP-712
 */
import { keccak_256 } from '@noble/hashes/sha3.js'

import { concat, Fault, fixed, isHex, padLeft, unhex, utf8 } from '#base'
import { typedDataPreimage } from '#protocol'

import { limits } from './limits.ts'

interface TypedDataField {
  readonly name: string
  readonly type: string
}

type Struct = Readonly<Record<string, unknown>>

export interface TypedData {
  /** `EIP712Domain` follows from the fields of `domain` unless it stands here. */
  readonly types: Readonly<Record<string, readonly TypedDataField[]>>
  readonly primaryType: string
  readonly domain: Struct
  readonly message: Struct
}

const domainName = 'EIP712Domain'
/** In the order of the standard. */
const domainFields: readonly TypedDataField[] = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
  { name: 'salt', type: 'bytes32' },
]

/** 32 bytes, for `Account.signHash`. Throws `SDK_TYPED_DATA`. */
export function typedDataHash({ types, primaryType, domain, message }: TypedData): Uint8Array {
  const present = domainFields.filter(({ name }) => Object.hasOwn(domain, name))
  const encoder = new Encoder({ [domainName]: present, ...types })
  const separator = encoder.hashStruct(domainName, domain, 'domain')
  // Wallets sign a domain alone without the message that there is none of.
  if (primaryType === domainName) return keccak_256(concat(Uint8Array.of(0x19, 0x01), separator))
  const hash = encoder.hashStruct(primaryType, message, 'message')
  return keccak_256(typedDataPreimage(separator, hash))
}

/**
 * Whether data of `domain` is meant for the network: it names that chain, in any form of the number, or
 * none. What comes from another network is not to be signed here.
 *
 * @see EIP-712, "Definition of domainSeparator"
 */
export function isDomainOf(domain: Struct, chainId: bigint): boolean {
  const { chainId: named } = domain
  if (named === undefined || named === null) return true
  return asInteger(named) === chainId
}

class Encoder {
  readonly #types: ReadonlyMap<string, readonly TypedDataField[]>
  readonly #typeHashes = new Map<string, Uint8Array>()

  constructor(types: TypedData['types']) {
    this.#types = new Map(Object.entries(types))
    const all = [...this.#types].map(([name, fields]) => textOf(name, fields))
    const length = all.reduce((sum, text) => sum + text.length, 0)
    if (all.length > limits.typedDataTypes.value || length > limits.typedDataTypeText.value) {
      throw invalid('types', 'send fewer types, with shorter names')
    }
  }

  hashStruct(name: string, value: unknown, place: string): Uint8Array {
    const fields = this.#types.get(name)
    if (fields === undefined) throw invalid(place, `describe the type ${name} in types`)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw invalid(place, `give an object: ${name} is a struct`)
    }
    const words = fields.map((field) => {
      const given = Object.hasOwn(value, field.name) ? (value as Struct)[field.name] : undefined
      return this.#encode(field.type, given, `${place}.${field.name}`)
    })
    return keccak_256(concat(this.#typeHash(name), ...words))
  }

  #encode(type: string, value: unknown, place: string): Uint8Array {
    const [, item, size] = /^(.+)\[(\d*)\]$/.exec(type) ?? []
    if (item !== undefined && size !== undefined) return this.#list(item, size, value, place)
    if (!this.#types.has(type)) return encodeAtom(type, value, place)
    // A struct that holds itself ends somewhere.
    return value === undefined || value === null
      ? new Uint8Array(32)
      : this.hashStruct(type, value, place)
  }

  #list(item: string, size: string, value: unknown, place: string): Uint8Array {
    if (!Array.isArray(value) || (size !== '' && value.length !== Number(size))) {
      throw invalid(place, `give a list${size === '' ? '' : ` of ${size}`}`)
    }
    const hash = keccak_256.create()
    for (const [at, one] of value.entries()) hash.update(this.#encode(item, one, `${place}.${at}`))
    return hash.digest()
  }

  #typeHash(name: string): Uint8Array {
    const known = this.#typeHashes.get(name)
    if (known !== undefined) return known
    const others = [...this.#reached(name)].filter((one) => one !== name).toSorted()
    const text = [name, ...others].map((one) => textOf(one, this.#types.get(one) ?? [])).join('')
    const hash = keccak_256(utf8(text))
    this.#typeHashes.set(name, hash)
    return hash
  }

  /** The structs that `name` is made of, itself included. */
  #reached(name: string): ReadonlySet<string> {
    const found = new Set([name])
    for (const one of found) {
      for (const { type } of this.#types.get(one) ?? []) {
        const base = type.replace(/\[.*$/, '')
        if (this.#types.has(base)) found.add(base)
      }
    }
    return found
  }
}

function textOf(name: string, fields: readonly TypedDataField[]): string {
  return `${name}(${fields.map((field) => `${field.type} ${field.name}`).join(',')})`
}

function encodeAtom(type: string, value: unknown, place: string): Uint8Array {
  if (type === 'string') {
    if (typeof value === 'string') return keccak_256(utf8(value))
    throw invalid(place, 'give a string')
  }
  if (type === 'bytes') return keccak_256(bytesOf(value, undefined, place))
  if (type === 'address') return padLeft(bytesOf(value, 20, place), 32)
  if (type === 'bool') {
    if (typeof value === 'boolean') return fixed(Number(value), 32)
    throw invalid(place, 'give true or false')
  }
  const [, kind, digits] = /^(bytes|u?int)([1-9]\d{0,2})$/.exec(type) ?? []
  const size = Number(digits)
  if (kind === 'bytes' && size <= 32) {
    const bytes = bytesOf(value, size, place)
    return concat(bytes, new Uint8Array(32 - size))
  }
  if (kind !== undefined && kind !== 'bytes' && size <= 256 && size % 8 === 0) {
    return encodeInteger(integerOf(value, place), { bits: size, signed: kind === 'int' }, place)
  }
  throw invalid(place, `${type} is neither a type of EIP-712 nor described in types`)
}

function encodeInteger(
  value: bigint,
  { bits, signed }: { readonly bits: number; readonly signed: boolean },
  place: string,
): Uint8Array {
  const range = signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
  if (range === value) return fixed(BigInt.asUintN(256, value), 32)
  throw invalid(place, `give an integer that fits ${bits} bits`)
}

function integerOf(value: unknown, place: string): bigint {
  const integer = asInteger(value)
  if (integer !== undefined) return integer
  throw invalid(place, 'give an integer, as a string beyond 2^53')
}

function asInteger(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  const isText = typeof value === 'string' && /^(?:-?\d{1,78}|0x[0-9a-fA-F]{1,64})$/.test(value)
  return isText ? BigInt(value) : undefined
}

function bytesOf(value: unknown, size: number | undefined, place: string): Uint8Array {
  if (typeof value === 'string' && isHex(value)) {
    const bytes = unhex(value)
    if (size === undefined || bytes.length === size) return bytes
  }
  throw invalid(place, `give ${size === undefined ? '' : `${size} `}bytes in hexadecimal`)
}

function invalid(place: string, cure: string): Fault {
  return new Fault({ code: 'SDK_TYPED_DATA', place: place.slice(0, 200) }, cure.slice(0, 300))
}
