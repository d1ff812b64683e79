import { concat, Fault, fixed, toBigInt, utf8 } from '#base'
import type { Store } from '#storage'

const numberBytes = 6
const most = 2 ** 48 - 1

export interface ShelfLimits {
  readonly items: number
  readonly bytes: number
}

/** Values in the order in which they came, on disk before who brought one is told so. */
export class Shelf {
  readonly #store: Store
  readonly #prefix: Uint8Array
  readonly #limits: ShelfLimits
  readonly #sizes = new Map<number, number>()
  #bytes = 0
  #last = 0

  private constructor(store: Store, name: string, limits: ShelfLimits) {
    this.#store = store
    this.#prefix = utf8(`${name}/`)
    this.#limits = limits
  }

  static async open(store: Store, name: string, limits: ShelfLimits): Promise<Shelf> {
    const shelf = new Shelf(store, name, limits)
    for await (const [number, value] of shelf.entries(0)) shelf.#count(number, value.length)
    return shelf
  }

  get count(): number {
    return this.#sizes.size
  }

  /** @returns Its number, from 1 on. Throws `MESH_SHELF_FULL`. */
  async add(value: Uint8Array): Promise<number> {
    const isFull =
      this.#sizes.size >= this.#limits.items || this.#bytes + value.length > this.#limits.bytes
    if (isFull) throw new Fault({ code: 'MESH_SHELF_FULL' }, 'remove what is not needed any more')
    const number = this.#last + 1
    this.#count(number, value.length)
    await this.#store.write([{ type: 'put', key: this.#key(number), value }], { sync: true })
    return number
  }

  get(number: number): Uint8Array | undefined {
    return this.#store.get(this.#key(number))
  }

  has(number: number): boolean {
    return this.#sizes.has(number)
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
    const size = this.#sizes.get(number)
    if (size === undefined) return false
    this.#sizes.delete(number)
    this.#bytes -= size
    await this.#store.write([{ type: 'del', key: this.#key(number) }], { sync: true })
    return true
  }

  #count(number: number, size: number): void {
    this.#sizes.set(number, size)
    this.#bytes += size
    this.#last = Math.max(this.#last, number)
  }

  #key(number: number): Uint8Array<ArrayBuffer> {
    return concat(this.#prefix, fixed(number, numberBytes))
  }
}
