import { Fault } from '#base'

import { bytesOf } from './graph/cost.ts'
import { dataOf } from './onnx/types.ts'
import type { Constant, Program } from './types.ts'

/**
 * A program that can run, of one whose model names data by roots.
 *
 * @param weights Data by root in hexadecimal: little-endian, row-major. That it has this root is the
 *   caller's to know. What stands here and is not asked for is left out.
 */
export function attachWeights(program: Program, weights: ReadonlyMap<string, Uint8Array>): Program {
  const constants = program.constants.map((constant) => attached(constant, weights))
  // Nodes of their own: what is prepared of constants is kept by node.
  return { ...program, constants, nodes: program.nodes.map((node) => ({ ...node })) }
}

function attached(constant: Constant, weights: ReadonlyMap<string, Uint8Array>): Constant {
  const { type, shape, root } = constant
  if (root === undefined) return constant
  const bytes = weights.get(root)
  if (bytes === undefined) throw new Fault({ code: 'INFERENCE_WEIGHTS', reason: 'missing' }, root)
  if (bytes.length !== bytesOf(constant)) {
    throw new Fault({ code: 'INFERENCE_WEIGHTS', reason: 'length' }, root)
  }
  if (type === 'bool' && !bytes.every((byte) => byte < 2)) {
    throw new Fault({ code: 'INFERENCE_WEIGHTS', reason: 'bool' }, 'a bool is 0 or 1')
  }
  return { ...constant, tensor: { type, shape, data: dataOf(type, bytes) } }
}
