import { concat } from '#base'
import { sha3_256 } from '#crypto'

const size = 32
const leafTag = 0
const nodeTag = 1

/** The hash in place of a leaf beyond the last one. No bytes are known to have it. */
export const paddingLeaf: Uint8Array = new Uint8Array(size)

export function leafHash(bytes: Uint8Array): Uint8Array {
  const tagged = new Uint8Array(1 + bytes.length)
  tagged[0] = leafTag
  tagged.set(bytes, 1)
  return sha3_256(tagged)
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const tagged = new Uint8Array(1 + 2 * size)
  tagged[0] = nodeTag
  tagged.set(left, 1)
  tagged.set(right, 1 + size)
  return sha3_256(tagged)
}

/** Levels above the leaves. */
export function depthOf(leaves: number): number {
  return leaves <= 1 ? 0 : 32 - Math.clz32(leaves - 1)
}

/** What stands over nothing but padding, by level. */
const paddings: readonly Uint8Array[] = (() => {
  const levels = [paddingLeaf]
  let top = paddingLeaf
  while (levels.length <= 32) levels.push((top = nodeHash(top, top)))
  return levels
})()

/** Takes leaves one by one and keeps their hashes. */
export class MerkleBuilder {
  readonly #leaves: Uint8Array
  #count = 0

  /** @param leaves How many there will be. */
  constructor(leaves: number) {
    this.#leaves = new Uint8Array(leaves * size)
  }

  add(bytes: Uint8Array): void {
    this.#leaves.set(leafHash(bytes), size * this.#count++)
  }

  build(): MerkleTree {
    return new MerkleTree(this.#leaves)
  }
}

/** A binary tree over the next power of two, in hashes. Level 0 holds the leaves. */
export class MerkleTree {
  readonly leaves: number
  readonly depth: number
  readonly #levels: readonly Uint8Array[]

  /** @param hashes Of all leaves, 32 bytes each. */
  constructor(hashes: Uint8Array) {
    this.leaves = hashes.length / size
    this.depth = depthOf(this.leaves)
    const levels = [hashes]
    let below = hashes
    for (let level = 0; level < this.depth; level++) levels.push((below = above(below, level)))
    this.#levels = levels
  }

  get top(): Uint8Array {
    return this.hash(this.depth, 0)
  }

  hash(level: number, index: number): Uint8Array {
    const hashes = this.#levels[level]
    if (hashes === undefined || index * size >= hashes.length) return padding(level)
    return hashes.subarray(index * size, (index + 1) * size)
  }

  /** What {@link foldMany} needs beside the leaves at `indices`, which rise. */
  proof(indices: readonly number[]): Uint8Array {
    const siblings: Uint8Array[] = []
    climb(this.depth, indices, (level, index) => siblings.push(this.hash(level, index)))
    return concat(...siblings)
  }
}

/** Bytes of the proof for the leaves at `indices`, which rise. */
export function proofBytes(depth: number, indices: readonly number[]): number {
  let siblings = 0
  climb(depth, indices, () => siblings++)
  return siblings * size
}

/**
 * The top of a tree of which the leaves at `indices` and their proof are known.
 *
 * @param hashes One for each index.
 * @param proof Exactly {@link proofBytes}.
 */
export function foldMany(
  depth: number,
  indices: readonly number[],
  hashes: readonly Uint8Array[],
  proof: Uint8Array,
): Uint8Array {
  let at = 0
  let known = new Map(indices.map((index, place) => [index, hashes[place] ?? paddingLeaf]))
  for (let level = 0; level < depth; level++) {
    const parents = new Map<number, Uint8Array>()
    for (const [index, hash] of known) {
      if (parents.has(index >>> 1)) continue
      const other = known.get(index ^ 1) ?? proof.subarray(at, (at += size))
      parents.set(index >>> 1, index % 2 === 0 ? nodeHash(hash, other) : nodeHash(other, hash))
    }
    known = parents
  }
  return known.get(0) ?? padding(depth)
}

/** The hash over a power of two of hashes. */
export function fold(hashes: readonly Uint8Array[]): Uint8Array {
  let level = hashes
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, index) =>
      nodeHash(level[2 * index] ?? paddingLeaf, level[2 * index + 1] ?? paddingLeaf),
    )
  }
  return level[0] ?? paddingLeaf
}

/** Names the siblings that a proof holds, from the leaves up and from left to right. */
function climb(
  depth: number,
  indices: readonly number[],
  sibling: (level: number, index: number) => void,
): void {
  let known = indices
  for (let level = 0; level < depth; level++) {
    const parents: number[] = []
    for (let place = 0; place < known.length; place++) {
      const index = known[place] ?? 0
      if (index % 2 === 0 && known[place + 1] === index + 1) place++
      else sibling(level, index ^ 1)
      parents.push(index >>> 1)
    }
    known = parents
  }
}

function above(hashes: Uint8Array, level: number): Uint8Array {
  const pairs = Math.ceil(hashes.length / (2 * size))
  const result = new Uint8Array(pairs * size)
  const tagged = new Uint8Array(1 + 2 * size)
  tagged[0] = nodeTag
  tagged.set(padding(level), 1 + size)
  for (let pair = 0; pair < pairs; pair++) {
    const both = hashes.subarray(pair * 2 * size, (pair + 1) * 2 * size)
    if (both.length < 2 * size) tagged.set(padding(level), 1 + size)
    tagged.set(both, 1)
    result.set(sha3_256(tagged), pair * size)
  }
  return result
}

function padding(level: number): Uint8Array {
  return paddings[level] ?? paddingLeaf
}
