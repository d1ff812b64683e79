import { Activation } from '../emit/activation.ts'
import type { Emitter } from '../emit/emitter.ts'
import type { Format } from '../emit/format.ts'
import { operatorFault } from '../faults.ts'
import { integerAttribute, resolveAxis } from '../float/graph.ts'
import { permutation, splitting } from '../float/operators/movement.ts'
import { at } from '../float/tensor.ts'
import { activationOf, constantOf, type Lower, outputOf } from './context.ts'
import { embedding } from './table.ts'

/** What only moves numbers moves them in whatever format is asked for. */
function moved(
  move: (emitter: Emitter, tensor: string, shape: readonly number[]) => string,
): Lower {
  return (context, node) => {
    const x = activationOf(context, node, 0)
    const { name, shape } = outputOf(context, node)
    const direct = (format: Format): string => move(context.emitter, x.as(format), shape)
    const value = { name, shape, range: x.range }
    return [new Activation(context.emitter, value, { direct, narrow: x.narrow })]
  }
}

const reshape = moved((emitter, tensor, shape) => emitter.reshape(tensor, shape))

const transpose: Lower = (context, node) => {
  const perm = permutation(node, activationOf(context, node, 0).shape.length)
  return moved((emitter, tensor) => emitter.node('Transpose', [tensor], { perm }))(context, node)
}

const gather: Lower = (context, node) => {
  const data = constantOf(context, node, 0)
  const indices = constantOf(context, node, 1)
  const axis = integerAttribute(node, 'axis', 0)
  if (indices === undefined) {
    const tokens = context.activations.get(node.inputs[1] ?? '')?.indices
    if (data === undefined || tokens === undefined || resolveAxis(node, axis, data.shape.length)) {
      throw operatorFault(node, 'neither constant rows at an input, nor constant indices')
    }
    return embedding(context, node, data, tokens)
  }
  const { shape } = activationOf(context, node, 0)
  const size = at(shape, resolveAxis(node, axis, shape.length))
  const rows = indices.data.map((index) => (index < 0 ? index + size : index))
  return moved((emitter, tensor) =>
    emitter.node(
      'Gather',
      [tensor, emitter.constant('int64', { shape: indices.shape, data: rows })],
      { axis: resolveAxis(node, axis, shape.length) },
    ),
  )(context, node)
}

const concat: Lower = (context, node) => {
  const parts = node.inputs.map((_, index) => activationOf(context, node, index))
  const output = outputOf(context, node)
  const axis = resolveAxis(node, integerAttribute(node, 'axis', 0), output.shape.length)
  const direct = (format: Format): string =>
    context.emitter.node(
      'Concat',
      parts.map((part) => part.as(format)),
      { axis },
    )
  return [new Activation(context.emitter, output, { direct })]
}

const split: Lower = (context, node) => {
  const x = activationOf(context, node, 0)
  const { axis, lengths } = splitting(node, x.shape, constantOf(context, node, 1))
  const emitted = new Map<string, readonly string[]>()
  return node.outputs.map((_, output) => {
    const direct = (format: Format): string | undefined => {
      const whole = x.as(format)
      const parts =
        emitted.get(whole) ??
        context.emitter.nodeOf(
          'Split',
          [whole, context.emitter.list('int64', lengths)],
          { axis },
          lengths.length,
        )
      emitted.set(whole, parts)
      return parts[output]
    }
    const value = { ...outputOf(context, node, output), range: x.range }
    return new Activation(context.emitter, value, { direct, narrow: x.narrow })
  })
}

export const movement: Readonly<Record<string, Lower>> = {
  Concat: concat,
  Flatten: reshape,
  Gather: gather,
  Reshape: reshape,
  Split: split,
  Squeeze: reshape,
  Transpose: transpose,
  Unsqueeze: reshape,
}
