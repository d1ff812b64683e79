import { Activation } from '../emit/activation.ts'
import type { Emitter } from '../emit/emitter.ts'
import { decode, encode, type Format, formatOf } from '../emit/format.ts'
import { operatorFault } from '../faults.ts'
import type { FloatNode } from '../float/graph.ts'
import { unary } from '../float/operators/elementwise.ts'
import type { FloatTensor } from '../float/tensor.ts'
import { at } from '../float/tensor.ts'
import { activationOf, type Context, type Lower, outputOf } from './context.ts'

/** Rows of `values`, in `format`, at the int32 `indices`. */
function lookUp(emitter: Emitter, values: FloatTensor, indices: string, format: Format): string {
  const codes = { shape: values.shape, data: values.data.map((value) => encode(value, format)) }
  if (format.type === 'uint8') {
    return emitter.node('Gather', [emitter.constant('uint8', codes), indices])
  }
  const isShort = format.levels < 2 ** 16
  const rows = emitter.node('Gather', [
    emitter.constant(isShort ? 'uint16' : 'int32', codes),
    indices,
  ])
  return isShort ? emitter.cast(rows, 'int32') : rows
}

/** Where a function is not yet flat: a table has no use for entries beyond. */
const changes: Readonly<Record<string, readonly [low: number, high: number]>> = {
  Erf: [-4, 4],
  Gelu: [-6, Infinity],
  Sigmoid: [-16, 16],
  Sqrt: [0, Infinity],
  Tanh: [-9, 9],
}

/** A function of one number: a table over the calibrated range. */
export const table: Lower = (context, node) => {
  const each = unary(node)
  if (each === undefined) throw operatorFault(node, 'no function of one number')
  const x = activationOf(context, node, 0)
  const [from, to] = changes[node.operator] ?? [-Infinity, Infinity]
  const range = { low: Math.max(x.range.low, from), high: Math.min(x.range.high, to) }
  const keys = formatOf(range, 'int32', context.tableSize - 1)
  const data = Float64Array.from({ length: context.tableSize }, (_, key) => each(decode(key, keys)))
  const direct = (format: Format): string =>
    lookUp(context.emitter, { shape: [data.length], data }, x.as(keys), format)
  return [new Activation(context.emitter, outputOf(context, node), { direct })]
}

/** Rows of a constant, by indices that are an input of the model: an embedding. */
export function embedding(
  context: Context,
  node: FloatNode,
  rows: FloatTensor,
  indices: string,
): readonly Activation[] {
  const { emitter } = context
  let wide: string | undefined
  const inside = (): string =>
    (wide ??= emitter.clip(emitter.cast(indices, 'int32'), 0, at(rows.shape, 0) - 1))
  const direct = (format: Format): string => lookUp(emitter, rows, inside(), format)
  return [new Activation(emitter, outputOf(context, node), { direct })]
}
