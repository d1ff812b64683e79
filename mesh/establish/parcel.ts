import { concat, equal } from '#base'

import { malformed } from '../faults.ts'
import { meshHash } from '../hash.ts'
import { limits } from '../limits.ts'
import { Decoder, Encoder } from '../transfer/fountain.ts'

const tagBytes = 4
/** `tag4 | index2` before each symbol. */
export const partHeaderBytes = tagBytes + 2

export function partIndex(part: Uint8Array): number {
  const [high = 0, low = 0] = part.subarray(tagBytes)
  return (high << 8) | low
}

/**
 * A message before there is a link, cut into parts that each fit a cell: any of them that are as long
 * together as the message make it whole again.
 */
export class Parcel {
  readonly #tag: Uint8Array
  readonly #encoder: Encoder
  #sent = 0

  /** @param room Bytes of one part. */
  constructor(message: Uint8Array, room: number) {
    this.#tag = meshHash('parcel', tagBytes, message)
    this.#encoder = new Encoder(message, room - partHeaderBytes)
  }

  /** Parts that make up the message. */
  get count(): number {
    return this.#encoder.sources
  }

  /** Of parts that were not sent yet, the next; none when all there can be were. */
  next(count: number): readonly Uint8Array[] {
    const parts = this.from(this.#sent, count)
    this.#sent += parts.length
    return parts
  }

  /** The parts from the one of that number on, as far as there are any. */
  from(first: number, count: number): readonly Uint8Array[] {
    const parts: Uint8Array[] = []
    for (let at = first; at < Math.min(first + count, limits.parcelParts.value); at++) {
      const index = Uint8Array.of(at >> 8, at & 0xff)
      parts.push(concat(this.#tag, index, this.#encoder.symbol(at)))
    }
    return parts
  }
}

/** A message of a known length that comes in parts. The first part says how long the others are. */
export class Gathering {
  readonly #length: number
  #tag: Uint8Array | undefined
  #room = 0
  #decoder: Decoder | undefined
  /** The highest part that came, and how many were to come. */
  #latest = -1
  #awaited = 0

  constructor(length: number) {
    this.#length = length
  }

  /**
   * Parts to ask for: those that were to come have come or are lost. Undefined while others may be on
   * their way; once asked, they are awaited too.
   */
  takeShortage(): number | undefined {
    const missing = this.missing ?? 0
    if (missing === 0 || this.#latest + 1 < this.#awaited) return undefined
    this.#awaited = this.#latest + 1 + missing
    return missing
  }

  /** Parts that are missing; undefined before the first. */
  get missing(): number | undefined {
    return this.#decoder?.missing
  }

  /**
   * @returns The message when this part makes it whole, once.
   * @throws `MESH_MALFORMED`
   */
  add(part: Uint8Array): Uint8Array | undefined {
    const symbolBytes = part.length - partHeaderBytes
    if (symbolBytes < limits.parcelSymbol.value) throw malformed('part', 'it is too short')
    const tag = part.subarray(0, tagBytes)
    // Who could not get it through in parts of one size begins anew.
    if (this.#tag === undefined || !equal(tag, this.#tag)) this.#begin(new Uint8Array(tag))
    if (this.#decoder === undefined) {
      this.#decoder = new Decoder(this.#length, symbolBytes)
      this.#awaited = this.#decoder.missing
    }
    this.#room ||= part.length
    if (part.length !== this.#room) throw malformed('part', 'its length is not that of the first')
    const wasMissing = this.#decoder.missing
    this.#latest = Math.max(this.#latest, partIndex(part))
    this.#decoder.add(partIndex(part), part.subarray(partHeaderBytes))
    if (wasMissing === 0 || this.#decoder.missing > 0) return undefined
    return this.#checked(this.#decoder.result())
  }

  /** Forgets what came: the message was of no use, and may come again. */
  reset(): void {
    this.#begin(undefined)
  }

  #begin(tag: Uint8Array | undefined): void {
    this.#tag = tag
    this.#decoder = undefined
    this.#room = 0
    this.#latest = -1
  }

  #checked(message: Uint8Array): Uint8Array {
    if (this.#tag !== undefined && equal(meshHash('parcel', tagBytes, message), this.#tag)) {
      return message
    }
    // Somebody slipped one in: what comes anew may be whole.
    this.reset()
    throw malformed('message', 'its parts do not belong together')
  }
}
