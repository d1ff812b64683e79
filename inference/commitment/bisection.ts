import { equal, Fault } from '#base'

import type { CommitmentFaults } from './faults.ts'
import { limits } from './limits.ts'
import { fold, type MerkleTree } from './merkle.ts'

/** A node of a tree: `level` 0 holds the leaves. */
export interface TreeNode {
  readonly level: number
  readonly index: number
}

/** Levels that one step of a bisection goes down from `level`. */
export function stride(level: number): number {
  return Math.min(limits.revealLevels.value, level)
}

/** The hashes one step below a node: 16, or fewer where the leaves are nearer. */
export function reveal(tree: MerkleTree, { level, index }: TreeNode): readonly Uint8Array[] {
  const down = stride(level)
  return Array.from({ length: 2 ** down }, (_, place) =>
    tree.hash(level - down, index * 2 ** down + place),
  )
}

/**
 * The hash of a node on `level` by what was revealed below it.
 *
 * @throws `INFERENCE_REVEAL` when it is not as many hashes as {@link reveal} gives there.
 */
export function foldReveal(level: number, hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length !== 2 ** stride(level) || hashes.some(({ length }) => length !== 32)) {
    const facts: CommitmentFaults = { code: 'INFERENCE_REVEAL', hashes: hashes.length }
    throw new Fault(facts, `${2 ** stride(level)} hashes of 32 bytes`)
  }
  return fold(hashes)
}

/** The node that hash number `place` of a reveal is of. */
export function below({ level, index }: TreeNode, place: number): TreeNode {
  const down = stride(level)
  return { level: level - down, index: index * 2 ** down + place }
}

/** The first hash of another's reveal that is not one's own; undefined when all are. */
export function firstDifference(
  own: MerkleTree,
  node: TreeNode,
  hashes: readonly Uint8Array[],
): number | undefined {
  const expected = reveal(own, node)
  const place = hashes.findIndex((hash, at) => !equal(hash, expected[at] ?? hash))
  return place < 0 ? undefined : place
}
