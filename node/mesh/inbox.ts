import { concat, fixed, type Hex, hex, toBigInt, utf8 } from '#base'
import type { Change, Store } from '#storage'

import { decodeEnvelope, encodeLetter, type Letter } from './letters.ts'
import { mostNumber, Shelf, type ShelfLimits } from './shelf.ts'

const numberBytes = 6

export interface InboxLimits extends Omit<ShelfLimits, 'share'> {
  /** The part of each that one sender, or all who don't say who they are, may fill: one of so many. */
  readonly share: number
  /** Letters that are known again. */
  readonly seen: number
}

/** What was received, each letter once, however often it comes. */
export class Inbox {
  readonly shelf: Shelf
  readonly #limits: InboxLimits
  /** Under which number a letter came, by its id: the oldest first. */
  readonly #seen: Map<Hex, number>
  readonly #underWay = new Map<Hex, Promise<number>>()

  private constructor(shelf: Shelf, seen: Map<Hex, number>, limits: InboxLimits) {
    this.shelf = shelf
    this.#seen = seen
    this.#limits = limits
  }

  static async open(store: Store, limits: InboxLimits): Promise<Inbox> {
    const { items, bytes, share: parts } = limits
    const share = { parts, ownerOf: senderOf }
    const shelf = await Shelf.open(store, 'inbox', { items, bytes, share })
    const seen = new Map<Hex, number>()
    const range = { gte: seenKey(1), lt: seenKey(mostNumber + 1) }
    for await (const [key, id] of store.entries(range)) {
      seen.set(hex(id), Number(toBigInt(key.subarray(seenPrefix.length))))
    }
    return new Inbox(shelf, seen, limits)
  }

  /**
   * Resolved once it is on disk.
   *
   * @returns Its number; undefined for one that came before. Throws `MESH_SHELF_FULL`.
   */
  async add(letter: Letter): Promise<number | undefined> {
    const id = hex(letter.id)
    if (this.#seen.has(id)) return undefined
    const underWay = this.#underWay.get(id)
    if (underWay !== undefined) {
      await underWay
      return undefined
    }
    const added = this.#add(letter)
    this.#underWay.set(id, added)
    try {
      return await added
    } finally {
      this.#underWay.delete(id)
    }
  }

  async #add(letter: Letter): Promise<number> {
    const excess = Math.max(0, this.#seen.size + 1 - this.#limits.seen)
    const oldest = [...this.#seen.entries().take(excess)]
    const number = await this.shelf.add(encodeLetter(letter), (given): readonly Change[] => [
      { type: 'put', key: seenKey(given), value: letter.id },
      ...oldest.map(([, old]) => ({ type: 'del', key: seenKey(old) }) as const),
    ])
    for (const [id] of oldest) this.#seen.delete(id)
    this.#seen.set(hex(letter.id), number)
    return number
  }
}

const seenPrefix = utf8('seen/')

function seenKey(number: number): Uint8Array<ArrayBuffer> {
  return concat(seenPrefix, fixed(number, numberBytes))
}

function senderOf(value: Uint8Array): string {
  return decodeEnvelope(value).address?.toHex() ?? 'anonymous'
}
