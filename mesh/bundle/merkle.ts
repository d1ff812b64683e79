import { meshHash } from '../hash.ts'

interface Tree {
  readonly root: Uint8Array
  readonly leaves: number
}

/**
 * The root of a Merkle tree over ids in their order, which needs no more of them than one for each level.
 *
 * @see RFC 6962 §2.1, with other hashes
 */
export class MerkleRoot {
  count = 0
  /** Roots of perfect trees, the largest first. */
  readonly #perfect: Tree[] = []

  /** @param id 32 bytes. */
  add(id: Uint8Array): void {
    this.count++
    let tree: Tree = { root: meshHash('bundle-leaf', 32, id), leaves: 1 }
    for (
      let left = this.#perfect.at(-1);
      left?.leaves === tree.leaves;
      left = this.#perfect.at(-1)
    ) {
      this.#perfect.pop()
      tree = { root: join(left.root, tree.root), leaves: tree.leaves * 2 }
    }
    this.#perfect.push(tree)
  }

  /** 32 bytes; zeros for none. */
  get root(): Uint8Array {
    const [last, ...larger] = this.#perfect.map(({ root }) => root).toReversed()
    return larger.reduce<Uint8Array>((right, left) => join(left, right), last ?? new Uint8Array(32))
  }
}

function join(left: Uint8Array, right: Uint8Array): Uint8Array {
  return meshHash('bundle-node', 32, left, right)
}
