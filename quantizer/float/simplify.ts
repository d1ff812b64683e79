import { fuseLayerNormalization } from './fuse.ts'
import type { FloatGraph, FloatNode } from './graph.ts'
import type { Evaluate } from './operators/evaluation.ts'
import type { FloatTensor } from './tensor.ts'

/**
 * The same function with less: what depends on constants alone is a constant, an Identity is
 * another name, a LayerNormalization that was exported as its steps is one node, and what no
 * output needs is gone.
 *
 * @param values What each name is for some input, for the shapes.
 */
export function simplify(
  graph: FloatGraph,
  values: ReadonlyMap<string, FloatTensor>,
  evaluate: Evaluate,
): FloatGraph {
  const constants = new Map(graph.constants)
  const names = new Map<string, string>()
  const nodes: FloatNode[] = []
  for (const original of graph.nodes) {
    const node = { ...original, inputs: original.inputs.map((name) => names.get(name) ?? name) }
    const [first = ''] = node.inputs
    const given = node.inputs.map((name) => constants.get(name))
    if (node.inputs.every((name, index) => name === '' || given[index] !== undefined)) {
      const results = evaluate(node, given, graph.opset)
      for (const [index, name] of node.outputs.entries()) {
        const result = results[index]
        if (result !== undefined) constants.set(name, result)
      }
    } else if (node.operator === 'Identity') {
      for (const name of node.outputs) names.set(name, first)
    } else {
      nodes.push(node)
    }
  }
  const outputs = graph.outputs.map((name) => names.get(name) ?? name)
  const fused = fuseLayerNormalization({ ...graph, constants, nodes, outputs }, values)
  return { ...fused, nodes: needed(fused) }
}

function needed(graph: FloatGraph): readonly FloatNode[] {
  const wanted = new Set(graph.outputs)
  const kept: FloatNode[] = []
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue
    kept.push(node)
    for (const name of node.inputs) wanted.add(name)
  }
  return kept.toReversed()
}
