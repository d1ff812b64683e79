import { concat, Fault, fixed, toBigInt, utf8 } from '#base'
import type { Change, Store } from '#storage'

const numberBytes = 6
const most = 2 ** 48 - 1

/** The highest number that anything on a shelf can have. */
export const mostNumber = most - 1

/** Under this number, which nothing has, is the last that was given. */
const lastGiven = 0

export interface ShelfLimits {
  readonly items: number
  readonly bytes: number
  /** One owner has at most one of so many parts of each. */
  readonly share?: { readonly parts: number; ownerOf(value: Uint8Array): string }
}

interface Held {
  items: number
  bytes: number
}

interface Place {
  readonly owner: string
  readonly size: number
}

/** Values in the order in which they came, on disk before who brought one is told so. */
export class Shelf {
  readonly #store: Store
  readonly #prefix: Uint8Array
  readonly #limits: ShelfLimits
  readonly #places = new Map<number, Place>()
  readonly #held: Held = { items: 0, bytes: 0 }
  readonly #owners = new Map<string, Held>()
  #last = 0
  #written: Promise<void> = Promise.resolve()

  private constructor(store: Store, name: string, limits: ShelfLimits) {
    this.#store = store
    this.#prefix = utf8(`${name}/`)
    this.#limits = limits
  }

  static async open(store: Store, name: string, limits: ShelfLimits): Promise<Shelf> {
    const shelf = new Shelf(store, name, limits)
    const last = shelf.get(lastGiven)
    if (last !== undefined) shelf.#last = Number(toBigInt(last))
    for await (const [number, value] of shelf.entries(0)) {
      shelf.#put(number, shelf.#placeOf(value))
      shelf.#last = Math.max(shelf.#last, number)
    }
    return shelf
  }

  get count(): number {
    return this.#held.items
  }

  /**
   * @param also What is written together with it.
   * @returns Its number, from 1 on; no other ever has it. Throws `MESH_SHELF_FULL`.
   */
  async add(
    value: Uint8Array,
    also: (number: number) => readonly Change[] = () => [],
  ): Promise<number> {
    const place = this.#placeOf(value)
    this.#checkRoom(place)
    const number = ++this.#last
    this.#put(number, place)
    try {
      await this.#write([
        { type: 'put', key: this.#key(number), value },
        { type: 'put', key: this.#key(lastGiven), value: fixed(number, numberBytes) },
        ...also(number),
      ])
    } catch (error) {
      this.#take(number)
      throw error
    }
    return number
  }

  get(number: number): Uint8Array | undefined {
    return this.#store.get(this.#key(number))
  }

  has(number: number): boolean {
    return this.#places.has(number)
  }

  /** Those after `after`, in order. */
  async *entries(after: number): AsyncIterable<readonly [number: number, value: Uint8Array]> {
    const range = { gte: this.#key(after + 1), lt: this.#key(most) }
    for await (const [key, value] of this.#store.entries(range)) {
      yield [Number(toBigInt(key.subarray(this.#prefix.length))), value]
    }
  }

  /** @returns Whether it was there. */
  async remove(number: number): Promise<boolean> {
    const place = this.#take(number)
    if (place === undefined) return false
    try {
      await this.#write([{ type: 'del', key: this.#key(number) }])
    } catch (error) {
      this.#put(number, place)
      throw error
    }
    return true
  }

  /** One after the other, so that no older `lastGiven` is written over a newer one. */
  #write(changes: readonly Change[]): Promise<void> {
    const written = this.#written.then(() => this.#store.write(changes, { sync: true }))
    this.#written = written.catch(() => {})
    return written
  }

  #checkRoom({ owner, size }: Place): void {
    const { items, bytes, share } = this.#limits
    if (this.#held.items >= items || this.#held.bytes + size > bytes) throw full()
    const held = this.#owners.get(owner)
    if (share === undefined || held === undefined) return
    const { parts } = share
    if (held.items >= items / parts || held.bytes + size > bytes / parts) throw full()
  }

  #placeOf(value: Uint8Array): Place {
    return { owner: this.#limits.share?.ownerOf(value) ?? '', size: value.length }
  }

  #put(number: number, place: Place): void {
    const { owner, size } = place
    const held = this.#owners.get(owner) ?? { items: 0, bytes: 0 }
    this.#owners.set(owner, held)
    this.#places.set(number, place)
    for (const one of [this.#held, held]) {
      one.items += 1
      one.bytes += size
    }
  }

  #take(number: number): Place | undefined {
    const place = this.#places.get(number)
    const held = place && this.#owners.get(place.owner)
    if (place === undefined || held === undefined) return undefined
    this.#places.delete(number)
    for (const one of [this.#held, held]) {
      one.items -= 1
      one.bytes -= place.size
    }
    if (held.items === 0) this.#owners.delete(place.owner)
    return place
  }

  #key(number: number): Uint8Array<ArrayBuffer> {
    return concat(this.#prefix, fixed(number, numberBytes))
  }
}

function full(): Fault {
  return new Fault({ code: 'MESH_SHELF_FULL' }, 'remove what is not needed any more')
}
