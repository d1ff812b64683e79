/** Small models that tests bend. */
import {
  type ModelSpec,
  type NodeSpec,
  type TensorData,
  type ValueSpec,
  writeModel,
} from '#inference'

export function value(name: string, type: ValueSpec['type'], shape: readonly number[]): ValueSpec {
  return { name, type, shape }
}

export function constant(
  name: string,
  type: ValueSpec['type'],
  shape: readonly number[],
  data: TensorData,
) {
  return { name, type, shape, data }
}

/** Indices, axes and shapes, as ONNX has them. */
export function integers(name: string, ...values: readonly number[]) {
  return constant(name, 'int64', [values.length], BigInt64Array.from(values.map(BigInt)))
}

export function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[] = ['y'],
  attributes: NonNullable<NodeSpec['attributes']> = {},
): NodeSpec {
  return { operator, inputs, outputs, attributes }
}

/** A dense layer with bias, requantised: what a quantiser emits. */
export const layer: ModelSpec = {
  opset: 17,
  inputs: [value('x', 'uint8', [1, 4])],
  outputs: [value('y', 'uint8', [1, 3])],
  initializers: [
    constant('w', 'int8', [4, 3], Int8Array.of(1, -2, 3, -4, 5, -6, 7, -8, 9, -10, 11, -12)),
    constant('bias', 'int32', [3], Int32Array.of(100, -200, 300)),
    constant('scale', 'int32', [], Int32Array.of(7)),
    constant('low', 'int32', [], Int32Array.of(0)),
    constant('high', 'int32', [], Int32Array.of(255)),
  ],
  nodes: [
    node('MatMulInteger', ['x', 'w'], ['sum']),
    node('Add', ['sum', 'bias'], ['biased']),
    node('Div', ['biased', 'scale'], ['scaled']),
    node('Clip', ['scaled', 'low', 'high'], ['clipped']),
    node('Cast', ['clipped'], ['y'], { to: 2 }),
  ],
  metadata: { scale: '7' },
}

export function write(changes: Partial<ModelSpec> = {}): Uint8Array {
  return writeModel({ ...layer, ...changes })
}
