import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'

import * as fc from 'fast-check'

import { concat, isFault } from '#base'
import { below, firstDifference, foldReveal, reveal, stride } from '#inference'

import {
  depthOf,
  foldMany,
  leafHash,
  MerkleBuilder,
  type MerkleTree,
  proofBytes,
} from '../../inference/commitment/merkle.ts'

function sha3(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha3-256')
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

/** By definition: over the next power of two, with zeros for leaves that are not there. */
function topByDefinition(tiles: readonly Uint8Array[]): Uint8Array {
  let size = 1
  while (size < tiles.length) size *= 2
  let level = Array.from({ length: size }, (_, leaf) => {
    const tile = tiles[leaf]
    return tile === undefined ? new Uint8Array(32) : sha3(Uint8Array.of(0), tile)
  })
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, pair) =>
      sha3(Uint8Array.of(1), ...level.slice(2 * pair, 2 * pair + 2)),
    )
  }
  return level[0] ?? new Uint8Array(0)
}

function treeOf(tiles: readonly Uint8Array[]): MerkleTree {
  const builder = new MerkleBuilder(tiles.length)
  for (const tile of tiles) builder.add(tile)
  return builder.build()
}

function refusesReveal(error: unknown): boolean {
  return isFault(error, 'INFERENCE_REVEAL')
}

const tiles = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 70 })

describe('the tree of a commitment', () => {
  it('is a binary tree of SHA3-256 over the next power of two', () => {
    fc.assert(
      fc.property(tiles, (all) => {
        assert.deepEqual(treeOf(all).top, topByDefinition(all))
      }),
    )
  })

  it('proves any set of leaves, and no other leaf in their place', () => {
    fc.assert(
      fc.property(tiles, fc.infiniteStream(fc.boolean()), (all, choices) => {
        const tree = treeOf(all)
        const leaves = all.flatMap((_, leaf) => (choices.next().value === true ? [leaf] : []))
        const proof = tree.proof(leaves)
        const hashes = leaves.map((leaf) => tree.hash(0, leaf))
        if (leaves.length === 0) return
        assert.equal(proof.length, proofBytes(tree.depth, leaves))
        assert.deepEqual(foldMany(tree.depth, leaves, hashes, proof), tree.top)
        const lie = hashes.with(0, leafHash(concat(all[leaves[0] ?? 0] ?? proof, Uint8Array.of(1))))
        assert.notDeepEqual(foldMany(tree.depth, leaves, lie, proof), tree.top)
      }),
    )
  })

  it('has the depth of the next power of two', () => {
    const depths = [0, 1, 2, 3, 4, 5, 1024, 1025, 2 ** 24].map(depthOf)
    assert.deepEqual(depths, [0, 0, 1, 2, 2, 3, 10, 11, 24])
  })

  it('leads a bisection to the first leaf that differs', () => {
    fc.assert(
      fc.property(tiles, fc.nat(), fc.nat(), (all, one, two) => {
        const [first, second] = [one % all.length, two % all.length]
        const change = (tile: Uint8Array, leaf: number) =>
          leaf === first || leaf === second ? concat(tile, Uint8Array.of(7)) : tile
        const [honest, claimed] = [treeOf(all), treeOf(all.map(change))]
        let node = { level: claimed.depth, index: 0 }
        while (node.level > 0) {
          const hashes = reveal(claimed, node)
          assert.equal(hashes.length, 2 ** stride(node.level))
          assert.deepEqual(foldReveal(node.level, hashes), claimed.hash(node.level, node.index))
          node = below(node, firstDifference(honest, node, hashes) ?? -1)
        }
        assert.equal(node.index, Math.min(first, second))
      }),
    )
  })

  it('has no difference from itself', () => {
    const tree = treeOf([Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)])
    const root = { level: tree.depth, index: 0 }
    assert.equal(firstDifference(tree, root, reveal(tree, root)), undefined)
  })

  it('refuses a reveal of another number of hashes', () => {
    for (const [level, count] of [
      [5, 15],
      [5, 17],
      [3, 16],
      [1, 0],
      [0, 2],
    ] as const) {
      const hashes = Array.from({ length: count }, () => new Uint8Array(32))
      assert.throws(() => foldReveal(level, hashes), refusesReveal)
    }
    assert.throws(() => foldReveal(1, [new Uint8Array(31), new Uint8Array(33)]), refusesReveal)
  })
})
