import { refuse } from '../faults.ts'

/** How a field's value stands on the wire. */
export type Kind = 'integer' | 'bytes'

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
  readonly #integers = new Map<number, bigint[]>()
  readonly #bytes = new Map<number, Uint8Array[]>()

  constructor(at: string) {
    this.at = at
  }

  put(number: number, value: bigint | Uint8Array): void {
    if (typeof value === 'bigint') append(this.#integers, number, value)
    else append(this.#bytes, number, value)
  }

  integers(number: number): readonly bigint[] {
    return this.#integers.get(number) ?? []
  }

  integer(number: number): bigint | undefined {
    return this.integers(number)[0]
  }

  list(number: number): readonly Uint8Array[] {
    return this.#bytes.get(number) ?? []
  }

  bytes(number: number): Uint8Array | undefined {
    return this.list(number)[0]
  }
}

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
  const counts = new Map<number, number>()
  const put = (number: number, field: Field, value: bigint | Uint8Array) => {
    const count = (counts.get(number) ?? 0) + 1
    if (count > (field.most ?? 1)) refuse('field-repeated', `${at}.${field.name}`)
    counts.set(number, count)
    message.put(number, value)
  }
  while (!cursor.isAtEnd) {
    const key = cursor.varint()
    const number = Number(key >> 3n)
    const field = Object.hasOwn(schema, number) ? schema[number] : undefined
    if (field === undefined) return refuse('field', `${at}.${number}`)
    const wireType = Number(key & 7n)
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
    const size = this.varint()
    const start = this.#offset
    if (size > this.#bytes.length - start) refuse('truncated', this.#at)
    this.#offset += Number(size)
    return this.#bytes.subarray(start, this.#offset)
  }

  #byte(): number {
    return this.#bytes[this.#offset++] ?? refuse('truncated', this.#at)
  }
}

function append<Item>(lists: Map<number, Item[]>, number: number, item: Item): void {
  const list = lists.get(number)
  if (list === undefined) lists.set(number, [item])
  else list.push(item)
}
