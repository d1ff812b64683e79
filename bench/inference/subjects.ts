import type { InitializerSpec } from '#inference'

import { type Subject, subjectOf } from './side.ts'

/** The models that engines are compared on: what onnxruntime is fastest at, bytes by bytes. */
export async function subjects(): Promise<readonly Subject[]> {
  return [
    await dense(1, 1024, 1024),
    await dense(1024, 1024, 1024),
    await convolution(64, 56, 3),
    await convolution(256, 14, 3),
    await convolution(256, 28, 1),
  ]
}

async function dense(m: number, k: number, n: number): Promise<Subject> {
  const node = { operator: 'MatMulInteger', inputs: ['x', 'w'] }
  const name = m === 1 ? `dense ${k} x ${n}` : `dense ${k} x ${n}, ${m} rows`
  return subjectOf(name, input([m, k]), [m, n], node, [weights([k, n])])
}

async function convolution(channels: number, size: number, kernel: number): Promise<Subject> {
  const shape = [1, channels, size, size]
  const pads = [0, 0, 0, 0].map(() => (kernel - 1) / 2)
  const node = { operator: 'ConvInteger', inputs: ['x', 'w'], attributes: { pads } }
  const name = `convolution ${kernel} x ${kernel}, ${channels} channels, ${size} x ${size}`
  return subjectOf(name, input(shape), shape, node, [weights([channels, channels, kernel, kernel])])
}

function input(shape: readonly number[]): Parameters<typeof subjectOf>[1] {
  return { type: 'uint8', shape, data: bytes(sizeOf(shape)) }
}

function weights(shape: readonly number[]): InitializerSpec {
  return { name: 'w', type: 'uint8', shape, data: bytes(sizeOf(shape)) }
}

/** The same each time, without a pattern that is short. */
export function bytes(size: number): Uint8Array<ArrayBuffer> {
  let state = 1
  return Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return state >>> 24
  })
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dimension) => size * dimension, 1)
}
