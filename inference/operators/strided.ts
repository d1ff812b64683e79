import type { TensorData } from '../types.ts'
import type { Shape } from './shape.ts'

/** Where the elements of a tensor lie in an array. */
export interface Strided {
  readonly data: TensorData
  readonly offset: number
  /** Elements between neighbours along each axis; may be negative or 0. */
  readonly strides: Shape
}

type Unsigned = Uint8Array | Uint16Array | Uint32Array | BigUint64Array

interface Axis {
  readonly size: number
  readonly target: number
  readonly source: number
}

/** Copies a tensor of `shape` between arrays of one width, wherever its elements lie in each. */
export function copyStrided(target: Strided, source: Strided, shape: Shape): void {
  const axes = join(shape, target.strides, source.strides)
  copyAxes(unsigned(target.data), target.offset, unsigned(source.data), source.offset, axes, 0)
}

function copyAxes(
  to: Unsigned,
  toAt: number,
  from: Unsigned,
  fromAt: number,
  axes: readonly Axis[],
  depth: number,
): void {
  const axis = axes[depth]
  if (axis === undefined) {
    to[toAt] = from[fromAt] as never
    return
  }
  if (depth === axes.length - 1) return copyRun(to, toAt, from, fromAt, axis)
  for (let step = 0; step < axis.size; step++) {
    copyAxes(to, toAt + step * axis.target, from, fromAt + step * axis.source, axes, depth + 1)
  }
}

/** Below this a call into the engine costs more than the loop. */
const shortRun = 16

function copyRun(to: Unsigned, toAt: number, from: Unsigned, fromAt: number, axis: Axis): void {
  const { size, target, source } = axis
  if (target === 1 && source === 1 && size >= shortRun) {
    to.set(from.subarray(fromAt, fromAt + size) as never, toAt)
  } else if (target === 1 && source === 0 && size >= shortRun) {
    to.fill(from[fromAt] as never, toAt, toAt + size)
  } else {
    for (let step = 0; step < size; step++) {
      to[toAt + step * target] = from[fromAt + step * source] as never
    }
  }
}

/** Without axes of one element; neighbours that are one run in both arrays are one axis. */
function join(shape: Shape, target: Shape, source: Shape): readonly Axis[] {
  const axes: Axis[] = []
  for (const [index, size] of shape.entries()) {
    if (size === 1) continue
    const axis = { size, target: target[index] ?? 0, source: source[index] ?? 0 }
    const outer = axes.at(-1)
    const isRun =
      outer !== undefined &&
      outer.target === axis.target * size &&
      outer.source === axis.source * size
    if (isRun) axes[axes.length - 1] = { ...axis, size: outer.size * size }
    else axes.push(axis)
  }
  return axes
}

function unsigned(data: TensorData): Unsigned {
  const { buffer, byteOffset, length } = data
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    return new BigUint64Array(buffer, byteOffset, length)
  }
  if (data.BYTES_PER_ELEMENT === 4) return new Uint32Array(buffer, byteOffset, length)
  if (data.BYTES_PER_ELEMENT === 2) return new Uint16Array(buffer, byteOffset, length)
  return new Uint8Array(buffer, byteOffset, length)
}
