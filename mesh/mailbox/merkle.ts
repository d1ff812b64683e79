import { meshHash } from '../hash.ts'

const none = new Uint8Array(32)

/** Over a power of two of leaves, 32 bytes each. */
export class MerkleTree {
  /** From the leaves to the root. */
  readonly #levels: (readonly Uint8Array[])[]

  constructor(leaves: readonly Uint8Array[]) {
    this.#levels = [leaves]
    for (let level = leaves; level.length > 1;) {
      const below = level
      level = Array.from({ length: below.length / 2 }, (_, index) =>
        nodeOf(below[index * 2], below[index * 2 + 1]),
      )
      this.#levels.push(level)
    }
  }

  get root(): Uint8Array {
    return this.#levels.at(-1)?.[0] ?? none
  }

  /** The siblings on the way up. */
  path(index: number): readonly Uint8Array[] {
    return this.#levels.slice(0, -1).map((level, height) => level[(index >>> height) ^ 1] ?? none)
  }
}

/** The root that `leaf` has at `index` if `path` is right. */
export function rootOf(leaf: Uint8Array, index: number, path: readonly Uint8Array[]): Uint8Array {
  return path.reduce(
    (node, sibling, height) =>
      ((index >>> height) & 1) === 0 ? nodeOf(node, sibling) : nodeOf(sibling, node),
    leaf,
  )
}

function nodeOf(left: Uint8Array = none, right: Uint8Array = none): Uint8Array {
  return meshHash('prekey-node', 32, left, right)
}
