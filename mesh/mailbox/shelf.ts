import { limits } from '../limits.ts'
import { decodePrekey, type PrekeyRoot, readRoot } from './prekeys.ts'

interface Owner {
  readonly root: PrekeyRoot
  readonly signed: Uint8Array
  /** Those that are left, by their index, as they travel. */
  readonly left: Map<number, Uint8Array>
  readonly neighbour: string
}

/** Prekeys that a relay gives out for those who are away: each once. */
export class PrekeyShelf {
  readonly #owners = new Map<string, Owner>()
  #count = 0

  /** Of all owners. */
  get size(): number {
    return this.#count
  }

  /**
   * Takes the prekeys of an owner; a root of a larger serial replaces what was left of the one before.
   * Throws `MESH_MALFORMED` for what the address did not sign: then nothing has changed.
   *
   * @param signed See `signRoot`. @param prekeys See `encodePrekey`.
   * @param neighbour Over whom they came: when the shelf is full, who brought most loses its oldest.
   * @returns How many were taken.
   */
  put(
    address: Uint8Array,
    signed: Uint8Array,
    prekeys: readonly Uint8Array[],
    neighbour = '',
  ): number {
    const root = readRoot(signed, address)
    const name = address.toHex()
    const before = this.#owners.get(name)
    if (before !== undefined && before.root.serial >= root.serial) return 0
    const checked = prekeys.slice(0, limits.prekeyShelfShare.value).map((bytes) => {
      const { index } = decodePrekey(bytes, root)
      return [index, bytes.slice()] as const
    })
    this.#drop(name)
    const left = new Map(checked)
    if (left.size === 0) return 0
    this.#owners.set(name, { root, signed: signed.slice(), left, neighbour })
    this.#count += left.size
    while (this.#count > limits.prekeyShelf.value) this.#drop(this.#mostBrought())
    return this.#owners.get(name)?.left.size ?? 0
  }

  /** The signed root, for who has it not yet. */
  root(address: Uint8Array): Uint8Array | undefined {
    return this.#owners.get(address.toHex())?.signed
  }

  /** One that nobody got before; undefined where none is left: the key of the address has to do. */
  take(address: Uint8Array): Uint8Array | undefined {
    const owner = this.#owners.get(address.toHex())
    const [next] = owner?.left ?? []
    if (owner === undefined || next === undefined) return undefined
    owner.left.delete(next[0])
    this.#count--
    return next[1]
  }

  /** @param today Days since 1970: what is of days before it goes. */
  expire(today: number): void {
    for (const [name, owner] of this.#owners) if (owner.root.until < today) this.#drop(name)
  }

  /** The oldest owner of the neighbour who brought most. */
  #mostBrought(): string {
    const counts = new Map<string, number>()
    for (const { neighbour, left } of this.#owners.values()) {
      counts.set(neighbour, (counts.get(neighbour) ?? 0) + left.size)
    }
    const most = Math.max(...counts.values())
    const [first] = [...this.#owners].filter(([, one]) => counts.get(one.neighbour) === most)
    return first?.[0] ?? ''
  }

  #drop(name: string): void {
    this.#count -= this.#owners.get(name)?.left.size ?? 0
    this.#owners.delete(name)
  }
}
