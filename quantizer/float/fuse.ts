import type { FloatGraph, FloatNode } from './graph.ts'
import { reducedAxes } from './operators/pool.ts'
import { at, type FloatTensor } from './tensor.ts'

/**
 * Exporters before opset 17 write LayerNormalization as
 * `d = x − mean(x)`, `d / √(mean(d²) + ε)`, then gain and shift. The division becomes one node with
 * a gain of one; gain and shift stay as they are.
 */
export function fuseLayerNormalization(
  graph: FloatGraph,
  values: ReadonlyMap<string, FloatTensor>,
): FloatGraph {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node])))
  const constants = new Map(graph.constants)
  const nodes = graph.nodes.map((node) => {
    const match = normalization(node, { makers, constants, values })
    if (match === undefined) return node
    const gain = `${node.name}.gain`
    constants.set(gain, { shape: [match.length], data: new Float64Array(match.length).fill(1) })
    return {
      ...node,
      operator: 'LayerNormalization',
      inputs: [match.input, gain],
      attributes: new Map([['epsilon', match.epsilon]]),
    }
  })
  return { ...graph, constants, nodes }
}

interface Context {
  readonly makers: ReadonlyMap<string, FloatNode>
  readonly constants: ReadonlyMap<string, FloatTensor>
  readonly values: ReadonlyMap<string, FloatTensor>
}

interface Match {
  readonly input: string
  readonly length: number
  readonly epsilon: number
}

function normalization(node: FloatNode, context: Context): Match | undefined {
  const [centred = '', spread = ''] = node.inputs
  const difference = maker(context, centred, 'Sub')
  const root = maker(context, spread, 'Sqrt')
  if (node.operator !== 'Div' || difference === undefined || root === undefined) return undefined
  const [input = '', mean = ''] = difference.inputs
  const sum = maker(context, root.inputs[0], 'Add')
  if (sum === undefined || !isMeanOf(context, mean, (name) => name === input)) return undefined
  const [variance, epsilon] = constantLast(context, sum)
  const isSquare = (name: string): boolean => {
    const multiplied = maker(context, name, 'Mul')
    const power = maker(context, name, 'Pow')
    if (multiplied !== undefined) return multiplied.inputs.every((factor) => factor === centred)
    return (
      power?.inputs[0] === centred && context.constants.get(power.inputs[1] ?? '')?.data[0] === 2
    )
  }
  if (epsilon?.data.length !== 1 || !isMeanOf(context, variance, isSquare)) return undefined
  const shape = context.values.get(input)?.shape ?? []
  return { input, length: at(shape, shape.length - 1), epsilon: at(epsilon.data, 0) }
}

/** Whether `name` is the mean over the last dimension, kept, of what `isSubject` accepts. */
function isMeanOf(context: Context, name: string, isSubject: (name: string) => boolean): boolean {
  const mean = maker(context, name, 'ReduceMean')
  const subject = mean?.inputs[0] ?? ''
  const rank = context.values.get(subject)?.shape.length ?? 0
  if (mean === undefined || rank === 0 || !isSubject(subject)) return false
  const axes = reducedAxes(mean, rank, context.constants.get(mean.inputs[1] ?? ''))
  const keeps = (mean.attributes.get('keepdims') ?? 1) === 1
  return keeps && axes.length === 1 && axes[0] === rank - 1
}

function constantLast(
  { constants }: Context,
  { inputs: [first = '', second = ''] }: FloatNode,
): readonly [string, FloatTensor | undefined] {
  const constant = constants.get(first)
  return constant === undefined ? [first, constants.get(second)] : [second, constant]
}

function maker({ makers }: Context, name = '', operator: string): FloatNode | undefined {
  const node = makers.get(name)
  return node?.operator === operator ? node : undefined
}
