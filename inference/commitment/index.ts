/**
 * Commitments to a model's weights and to all that an inference made, and the proof of one leaf of
 * it: what a claim about a model that is too large for a block rests on. A dispute goes down one
 * Merkle tree over the outputs of all nodes to a leaf; openings of what that leaf is made of prove it
 * right or wrong.
 *
 * @module
 */
export { below, firstDifference, foldReveal, reveal, stride, type TreeNode } from './bisection.ts'
export { inputRoot, outputCost, type OutputCost, proveOutput, verifyOutput } from './boundary.ts'
export type { CommitmentFault, CommitmentFaults, OpeningReason } from './faults.ts'
export { type Layout, layoutsOf } from './layout.ts'
export { leafHash, type MerkleTree } from './merkle.ts'
export { type SplitModel, splitModel } from './skeleton.ts'
export { prove, type StepClaim, verifyStep } from './step.ts'
export type { StepCost } from './step-cost.ts'
export { checkProvable, leafAt, type LeafPlace, stepCost, stepCosts, traceSize } from './tiling.ts'
export { checkWeights, weightsRoot } from './weights.ts'
export { traceTree, Witness } from './witness.ts'
