import type { InitializerSpec } from '../../../inference/index.ts'

/** A float constant of an ONNX model. */
export function initializer(
  name: string,
  shape: readonly number[],
  data: ArrayLike<number>,
): InitializerSpec {
  return { name, type: 'float', shape, data: Float32Array.from(data) }
}

export function integers(name: string, values: readonly number[]): InitializerSpec {
  return { name, type: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) }
}
