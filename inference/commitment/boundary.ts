import { equal, Fault } from '#base'

import type { InferenceFaults } from '../faults.ts'
import { dataOf, widths } from '../onnx/types.ts'
import { sizeOf } from '../operators/shape.ts'
import type { Program, Tensor, Value } from '../types.ts'
import { refuseOpening } from './faults.ts'
import { foldMany, leafHash, proofBytes } from './merkle.ts'
import { tilingOf, type TraceSegment } from './tiling.ts'
import { tilesOf, treeOf, type Witness } from './witness.ts'

/** What {@link verifyOutput} takes beside the claim, known before. */
export interface OutputCost {
  /** Bytes of the proof, exactly. */
  readonly bytes: number
  /** Hashes of leaves and nodes, at most. */
  readonly hashes: number
}

/**
 * The root over the graph's inputs: tiles of 1 KiB of each, in one tree.
 *
 * @param input As `execute` takes it.
 * @throws `INFERENCE_INPUT` when it has another length, or a bool that is neither 0 nor 1.
 */
export function inputRoot(program: Program, input: Uint8Array): Uint8Array {
  const tensors = split(program.inputs, input)
  return treeOf(tilingOf(program).inputs, (value) => tensorAt(tensors, value)).top
}

/** Siblings that join the tiles of the graph's outputs to the root of the trace. */
export function proveOutput(witness: Witness): Uint8Array {
  return witness.trace.proof(outputLeaves(outputSegments(witness.program)))
}

export function outputCost(program: Program): OutputCost {
  const leaves = outputLeaves(outputSegments(program))
  const { depth } = tilingOf(program).trace
  const bytes = proofBytes(depth, leaves)
  return { bytes, hashes: 2 * leaves.length + bytes / 32 + depth }
}

/**
 * Whether the output of a claim is what its trace ends in.
 *
 * @param output As `execute` gives it.
 * @param proof By {@link proveOutput}.
 * @throws `INFERENCE_OPENING` when the proof has another length, `INFERENCE_INPUT` when the output has,
 *   or a bool that is neither 0 nor 1.
 */
export function verifyOutput(
  program: Program,
  traceRoot: Uint8Array,
  output: Uint8Array,
  proof: Uint8Array,
): boolean {
  const { bytes } = outputCost(program)
  if (proof.length !== bytes) refuseOpening('length', `${bytes} bytes`)
  const tensors = split(program.outputs, output)
  const segments = outputSegments(program)
  const hashes = segments.flatMap((segment) =>
    Array.from(tilesOf(segment, tensorAt(tensors, segment.value)), leafHash),
  )
  const { depth } = tilingOf(program).trace
  return equal(traceRoot, foldMany(depth, outputLeaves(segments), hashes, proof))
}

/** Rising; a value that is several outputs once. */
function outputSegments(program: Program): readonly TraceSegment[] {
  const outputs = new Set(program.outputs.map(({ index }) => index))
  return tilingOf(program).trace.segments.filter(({ value }) => outputs.has(value))
}

function outputLeaves(segments: readonly TraceSegment[]): readonly number[] {
  return segments.flatMap(({ first, tiles }) =>
    Array.from({ length: tiles }, (_, tile) => first + tile),
  )
}

function split(values: readonly Value[], bytes: Uint8Array): ReadonlyMap<number, Tensor> {
  const size = values.reduce((all, { type, shape }) => all + sizeOf(shape) * widths[type], 0)
  if (bytes.length !== size) refuse('length', `${size} bytes`)
  const tensors = new Map<number, Tensor>()
  let at = 0
  for (const { index, type, shape } of values) {
    const part = bytes.subarray(at, (at += sizeOf(shape) * widths[type]))
    if (type === 'bool' && part.some((byte) => byte > 1)) refuse('bool', 'a bool is 0 or 1')
    tensors.set(index, { type, shape, data: dataOf(type, part) })
  }
  return tensors
}

function refuse(reason: 'bool' | 'length', cure: string): never {
  const facts: InferenceFaults = { code: 'INFERENCE_INPUT', reason }
  throw new Fault(facts, cure)
}

function tensorAt(tensors: ReadonlyMap<number, Tensor>, value: number): Tensor {
  const tensor = tensors.get(value)
  if (tensor === undefined) throw new RangeError('a value that the program does not have')
  return tensor
}
