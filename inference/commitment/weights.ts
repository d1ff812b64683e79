import { concat, equal, Fault } from '#base'
import { sha3_256 } from '#crypto'

import { dataTypes } from '../onnx/types.ts'
import type { Program, Tensor } from '../types.ts'
import type { CommitmentFaults } from './faults.ts'
import { type Layout, layoutsOf } from './layout.ts'
import { forestOf, type Segment, segmentOf } from './segment.ts'
import { treeOf } from './witness.ts'

const rootTag = 2

/**
 * The root that a model names a constant by: SHA3-256 of `2 || element type || rank || order of axes
 * || dimensions, 4 bytes each || top of the tree`. Type, shape and order are in it, so that one root
 * stands for one tensor.
 */
export function weightsRoot(tensor: Tensor, layout: Layout): Uint8Array {
  const value = { ...tensor, index: 0, name: '', low: 0n, high: 0n }
  const segment = segmentOf(value, layout, 0)
  return weightsRootOf(segment, treeOf(forestOf([segment]), () => tensor).top)
}

/** @param top Of the tree over the segment's tiles. */
export function weightsRootOf({ type, layout }: Segment, top: Uint8Array): Uint8Array {
  const { order, shape } = layout
  const dimensions = new DataView(new ArrayBuffer(4 * shape.length))
  for (const [axis, dimension] of shape.entries()) dimensions.setUint32(4 * axis, dimension)
  const head = Uint8Array.of(rootTag, dataTypes[type], shape.length, ...order)
  return sha3_256(concat(head, new Uint8Array(dimensions.buffer), top))
}

/**
 * Whether the data attached to a program is what its model names.
 *
 * @throws `INFERENCE_ROOT` for the first constant of other data.
 */
export function checkWeights(program: Program): void {
  const layouts = layoutsOf(program)
  for (const { index, name, root, tensor } of program.constants) {
    const layout = layouts[index]
    if (root === undefined || tensor === undefined || layout === undefined) continue
    if (equal(weightsRoot(tensor, layout), Uint8Array.fromHex(root))) continue
    const facts: CommitmentFaults = { code: 'INFERENCE_ROOT', constant: name }
    throw new Fault(facts, 'these are not the weights that the model was registered with')
  }
}
