import { refuse } from '../faults.ts'

/** How a field's value stands on the wire. */
type Kind = 'integer' | 'bytes'

export interface Field {
  readonly name: string
  readonly kind: Kind
  /** How often it may stand in a message; once when absent. A packed list counts its elements. */
  readonly most?: number
}

/** The fields of a message, by number. Any other is refused. */
export type Schema = Readonly<Record<number, Field>>

/** The values of one message, by field number, in their order. */
export class Message {
  readonly at: string
  readonly #integers: (bigint[] | undefined)[] = []
  readonly #bytes: (Uint8Array[] | undefined)[] = []

  constructor(at: string) {
    this.at = at
  }

  /** @returns How often the field is there now. */
  put(number: number, value: bigint | Uint8Array): number {
    return typeof value === 'bigint'
      ? (this.#integers[number] ??= []).push(value)
      : (this.#bytes[number] ??= []).push(value)
  }

  integers(number: number): readonly bigint[] {
    return this.#integers[number] ?? none
  }

  integer(number: number): bigint | undefined {
    return this.#integers[number]?.[0]
  }

  list(number: number): readonly Uint8Array[] {
    return this.#bytes[number] ?? none
  }

  bytes(number: number): Uint8Array | undefined {
    return this.#bytes[number]?.[0]
  }
}

const none: readonly never[] = []

/**
 * Reads the fields of a protobuf message without reading into nested ones. Varints are minimal,
 * fields known, of their wire type and not more than they may be; repeated integers may be packed.
 *
 * @param at Where the message stands, for faults.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function readMessage(bytes: Uint8Array, schema: Schema, at: string): Message {
  const message = new Message(at)
  const cursor = new Cursor(bytes, at)
  const put = (number: number, field: Field, value: bigint | Uint8Array) => {
    const count = message.put(number, value)
    if (count > (field.most ?? 1)) refuse('field-repeated', `${at}.${field.name}`)
  }
  while (!cursor.isAtEnd) {
    const key = cursor.small() ?? Number(cursor.varint())
    const number = Math.floor(key / 8)
    const field = Object.hasOwn(schema, number) ? schema[number] : undefined
    if (field === undefined) return refuse('field', `${at}.${number}`)
    const wireType = key % 8
    if (field.kind === 'integer' && wireType === 0) put(number, field, cursor.varint())
    else if (field.kind === 'bytes' && wireType === 2) put(number, field, cursor.delimited())
    else if (field.kind === 'integer' && wireType === 2 && field.most !== undefined) {
      const packed = new Cursor(cursor.delimited(), at)
      while (!packed.isAtEnd) put(number, field, packed.varint())
    } else refuse('wire-type', `${at}.${field.name}`)
  }
  return message
}

/** Reads varints and delimited bytes from the start on. */
export class Cursor {
  readonly #bytes: Uint8Array
  readonly #at: string
  #offset = 0

  constructor(bytes: Uint8Array, at: string) {
    this.#bytes = bytes
    this.#at = at
  }

  get isAtEnd(): boolean {
    return this.#offset === this.#bytes.length
  }

  /** An unsigned integer below 2^64. */
  varint(): bigint {
    const first = this.#byte()
    if (first < 0x80) return BigInt(first)
    let value = BigInt(first & 0x7f)
    for (let shift = 7n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << shift
      if (byte >= 0x80) continue
      if (byte === 0 || value >> 64n !== 0n) refuse('varint', this.#at)
      return value
    }
    return refuse('varint', this.#at)
  }

  /** A varint of up to four bytes; undefined, and nothing read, where the next is none. */
  small(): number | undefined {
    const start = this.#offset
    let value = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte()
      value |= (byte & 0x7f) << shift
      if (byte >= 0x80) continue
      if (byte === 0 && shift > 0) refuse('varint', this.#at)
      return value
    }
    this.#offset = start
    return undefined
  }

  delimited(): Uint8Array {
    const size = this.small() ?? this.varint()
    const start = this.#offset
    if (size > this.#bytes.length - start) refuse('truncated', this.#at)
    this.#offset += Number(size)
    return this.#bytes.subarray(start, this.#offset)
  }

  #byte(): number {
    return this.#bytes[this.#offset++] ?? refuse('truncated', this.#at)
  }
}
