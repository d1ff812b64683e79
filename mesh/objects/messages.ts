import { concat } from '#base'

import { malformed } from '../faults.ts'
import { symbolBytes } from './coded-set.ts'

/** The first eight bytes of SipHash over an id, under the key of a session. */
export type ShortId = readonly [low: number, high: number]

/**
 * What two nodes say to each other to make their sets equal, numbers as LEB128:
 *
 * - hello: `1 | round1 | scope8 | fingerprint16 | count | credit`, answered by equal or as many symbols
 *   as `credit` says;
 * - equal: `2 | round1`;
 * - symbols: `3 | round1 | from | symbols 13 each`, `from` being the place of the first;
 * - more: `4 | round1 | from | credit`;
 * - want: `5 | short ids 8 each`;
 * - object: `6 | kind1 | body`, the only one that may be larger than a cell;
 * - missing: `7 | short ids 8 each`, of what was wanted and is gone;
 * - refused: `9 | short ids 8 each`, of what came and is not taken: it is not sent again;
 * - end: `8`: the other will not go on.
 */
export type SyncMessage =
  | {
      readonly type: 'hello'
      readonly round: number
      readonly scope: Uint8Array
      readonly fingerprint: Uint8Array
      readonly count: number
      readonly credit: number
    }
  | { readonly type: 'equal'; readonly round: number }
  | {
      readonly type: 'symbols'
      readonly round: number
      readonly from: number
      readonly symbols: Uint8Array
    }
  | {
      readonly type: 'more'
      readonly round: number
      readonly from: number
      readonly credit: number
    }
  | { readonly type: 'missing' | 'refused' | 'want'; readonly ids: readonly ShortId[] }
  | { readonly type: 'object'; readonly content: Uint8Array }
  | { readonly type: 'end' }

const numbers = {
  hello: 1,
  equal: 2,
  symbols: 3,
  more: 4,
  want: 5,
  object: 6,
  missing: 7,
  end: 8,
  refused: 9,
} as const
const types = Object.keys(numbers) as SyncMessage['type'][]

/** Of a symbols message beside its symbols, where they begin below 2¹⁴. */
export const symbolsHeaderBytes = 4
export const shortIdBytes = 8

export function encodeSync(message: SyncMessage): Uint8Array<ArrayBuffer> {
  const type = numbers[message.type]
  switch (message.type) {
    case 'hello':
      return concat(
        Uint8Array.of(type, message.round),
        message.scope,
        message.fingerprint,
        varint(message.count),
        varint(message.credit),
      )
    case 'equal':
      return Uint8Array.of(type, message.round)
    case 'symbols':
      return concat(Uint8Array.of(type, message.round), varint(message.from), message.symbols)
    case 'more':
      return concat(
        Uint8Array.of(type, message.round),
        varint(message.from),
        varint(message.credit),
      )
    case 'want':
    case 'missing':
    case 'refused':
      return encodeIds(type, message.ids)
    case 'object':
      return concat(Uint8Array.of(type), message.content)
    case 'end':
      return Uint8Array.of(type)
    default:
      return message satisfies never
  }
}

/** The parts are views of `bytes`. Throws `MESH_MALFORMED`. */
export function decodeSync(bytes: Uint8Array): SyncMessage {
  const type = types.find((one) => numbers[one] === bytes[0])
  const at = new Cursor(bytes)
  switch (type) {
    case 'hello': {
      const round = at.byte()
      const scope = at.take(8)
      const fingerprint = at.take(16)
      return at.ended({
        type,
        round,
        scope,
        fingerprint,
        count: at.number(),
        credit: at.number(),
      })
    }
    case 'equal':
      return at.ended({ type, round: at.byte() })
    case 'symbols': {
      const round = at.byte()
      const from = at.number()
      const symbols = at.rest()
      if (symbols.length === 0 || symbols.length % symbolBytes !== 0) throw wrong('a part is cut')
      return { type, round, from, symbols }
    }
    case 'more':
      return at.ended({ type, round: at.byte(), from: at.number(), credit: at.number() })
    case 'want':
    case 'missing':
    case 'refused':
      return { type, ids: decodeIds(at.rest()) }
    case 'object': {
      const content = at.rest()
      if (content.length === 0) throw wrong('it has no kind')
      return { type, content }
    }
    case 'end':
      return at.ended({ type })
    case undefined:
      throw wrong('it is of no known type')
    default:
      return type satisfies never
  }
}

function encodeIds(type: number, ids: readonly ShortId[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(1 + ids.length * shortIdBytes)
  bytes[0] = type
  const view = new DataView(bytes.buffer)
  ids.forEach(([low, high], index) => {
    view.setUint32(1 + index * shortIdBytes, low)
    view.setUint32(5 + index * shortIdBytes, high)
  })
  return bytes
}

function decodeIds(bytes: Uint8Array): readonly ShortId[] {
  if (bytes.length === 0 || bytes.length % shortIdBytes !== 0) throw wrong('an id is cut')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: bytes.length / shortIdBytes }, (_, index): ShortId => {
    const at = index * shortIdBytes
    return [view.getUint32(at), view.getUint32(at + 4)]
  })
}

function varint(value: number): Uint8Array<ArrayBuffer> {
  const bytes: number[] = []
  let left = value
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128)
  return Uint8Array.from([...bytes, left])
}

/** Reads behind the type. */
class Cursor {
  readonly #bytes: Uint8Array
  #at = 1

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  byte(): number {
    return this.take(1)[0] ?? 0
  }

  take(size: number): Uint8Array {
    const part = this.#bytes.subarray(this.#at, this.#at + size)
    if (part.length < size) throw wrong('it is cut')
    this.#at += size
    return part
  }

  rest(): Uint8Array {
    return this.take(this.#bytes.length - this.#at)
  }

  /** At most four bytes, and as few as possible. */
  number(): number {
    let value = 0
    for (let place = 0; place < 4; place++) {
      const byte = this.byte()
      value += (byte & 127) * 128 ** place
      if (byte < 128) {
        if (byte === 0 && place > 0) throw wrong('a number is longer than it must be')
        return value
      }
    }
    throw wrong('a number is too large')
  }

  ended<Message extends SyncMessage>(message: Message): Message {
    if (this.#at !== this.#bytes.length) throw wrong('something follows it')
    return message
  }
}

function wrong(reason: string): Error {
  return malformed('sync message', reason)
}
