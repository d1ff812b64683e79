import assert from 'node:assert/strict'
import { once } from 'node:events'
import path from 'node:path'
import { Worker } from 'node:worker_threads'

import { sha256 } from '#crypto'

import { convolve } from '../../inference/kernel/conv.ts'
import { multiply } from '../../inference/kernel/dense.ts'
import {
  type Bytes,
  convInteger,
  convIntegerPlain,
  convPacked,
  type ConvShape,
  denseInteger,
  denseIntegerPlain,
  densePacked,
  outputOf,
  packFilters,
  packWeights,
  type ZeroPoint,
} from '../../inference/kernel/index.ts'
import { limits } from '../../inference/kernel/limits.ts'
import { machine, type Machine, startMachine } from '../../inference/kernel/machine.ts'
import { kernelHash, kernelModule } from '../../inference/kernel/source.ts'
import type { Question } from './kernel-worker.ts'

/** Fast chance from a seed. */
class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** 0..bound - 1. */
  below(bound: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((this.#state / 2 ** 32) * bound)
  }

  bytes(size: number): Bytes {
    const elements = this.below(2) === 0 ? new Int8Array(size) : new Uint8Array(size)
    const only = this.below(8)
    if (only === 0) return elements.fill(255)
    if (only === 1) return elements.fill(128)
    if (only === 2) return elements.fill(127)
    for (let at = 0; at < size; at++) elements[at] = this.below(256)
    return elements
  }

  zero(elements: Bytes): number {
    const low = elements instanceof Int8Array ? -128 : 0
    const choice = this.below(4)
    if (choice === 0) return 0
    if (choice === 1) return low
    return choice === 2 ? low + 255 : low + this.below(256)
  }

  zeros(elements: Bytes, count: number): ZeroPoint {
    if (this.below(2) === 0) return this.zero(elements)
    return Array.from({ length: count }, () => this.zero(elements))
  }
}

/** Sizes at which tiles, pairs and panels begin and end, and any below `bound`. */
function sizeBelow(chance: Chance, bound: number): number {
  const edges = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17].filter((size) => size < bound)
  return chance.below(2) === 0 ? (edges[chance.below(edges.length)] ?? 1) : 1 + chance.below(bound)
}

interface Dense {
  readonly a: Bytes
  readonly b: Bytes
  readonly m: number
  readonly k: number
  readonly n: number
  readonly aZero: number
  readonly bZero: ZeroPoint
}

function anyDense(chance: Chance, [m, k, n]: readonly [number, number, number]): Dense {
  const [a, b] = [chance.bytes(m * k), chance.bytes(k * n)]
  return { a, b, m, k, n, aZero: chance.zero(a), bZero: chance.zeros(b, n) }
}

interface Conv {
  readonly x: Bytes
  readonly w: Bytes
  readonly shape: ConvShape
  readonly xZero: number
  readonly wZero: ZeroPoint
}

function anyConv(chance: Chance, shape: ConvShape): Conv {
  const { batch, channels, filters, groups, height, width, kernel } = shape
  const x = chance.bytes(batch * channels * height * width)
  const w = chance.bytes(((filters * channels) / groups) * kernel[0] * kernel[1])
  return { x, w, shape, xZero: chance.zero(x), wZero: chance.zeros(w, filters) }
}

function anyShape(chance: Chance): ConvShape {
  for (;;) {
    const groups = 1 + chance.below(3)
    const upTo = (bound: number): readonly [number, number] => [
      1 + chance.below(bound),
      1 + chance.below(bound),
    ]
    const pads = [0, 0, 0, 0].map(() => chance.below(4))
    const shape: ConvShape = {
      batch: 1 + chance.below(2),
      groups,
      channels: groups * (1 + chance.below(5)),
      filters: groups * (1 + chance.below(9)),
      height: sizeBelow(chance, 12),
      width: sizeBelow(chance, 20),
      kernel: upTo(4),
      strides: upTo(3),
      dilations: upTo(3),
      pads: [pads[0] ?? 0, pads[1] ?? 0, pads[2] ?? 0, pads[3] ?? 0],
    }
    if (outputOf(shape).every((size) => size > 0)) return shape
  }
}

function plainly({ a, b, m, k, n, aZero, bZero }: Dense): Int32Array {
  return denseIntegerPlain(a, b, m, k, n, aZero, bZero)
}

function assertEqual(actual: Int32Array, expected: Int32Array, what: () => string): void {
  if (Buffer.compare(bytesOf(actual), bytesOf(expected)) !== 0) assert.fail(what())
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

describe('SIMD kernel', function () {
  this.timeout(60_000)
  let kernel: Machine

  before(() => {
    const started = machine()
    assert(started !== undefined)
    kernel = started
  })

  it('is, from its source, the module whose hash is pinned', () => {
    assert.equal(sha256(kernelModule()).toHex(), kernelHash)
  })

  it('equals its twin on six thousand products', () => {
    const chance = new Chance(1)
    for (let round = 0; round < 6000; round++) {
      const [k, n] = [sizeBelow(chance, 80), sizeBelow(chance, 50)]
      const sizes = [sizeBelow(chance, 14), k, n] as const
      const dense = anyDense(chance, sizes)
      const { a, b, m, aZero, bZero } = dense
      const expected = plainly(dense)
      const what = (): string => `round ${round}: ${sizes.join(' x ')}`
      const packed = packWeights(b, k, n, bZero)
      assertEqual(multiply(kernel, a, m, aZero, packed), expected, what)
      assertEqual(denseInteger(a, b, m, k, n, aZero, bZero), expected, what)
      assertEqual(densePacked(a, m, aZero, packed), expected, what)
      assertEqual(densePacked(a, m, aZero, packed), expected, what)
    }
  })

  it('equals its twin on six thousand convolutions', () => {
    const chance = new Chance(2)
    for (let round = 0; round < 6000; round++) {
      const { x, w, shape, xZero, wZero } = anyConv(chance, anyShape(chance))
      const expected = convIntegerPlain(x, w, shape, xZero, wZero)
      const what = (): string => `round ${round}: ${JSON.stringify(shape)}`
      const packed = packFilters(w, shape, wZero)
      assertEqual(convolve(kernel, x, xZero, packed), expected, what)
      assertEqual(convInteger(x, w, shape, xZero, wZero), expected, what)
      assertEqual(convPacked(x, xZero, packed), expected, what)
      assertEqual(convPacked(x, xZero, packed), expected, what)
    }
  })

  it('wraps sums mod 2^32 as its twin does', () => {
    const k = 70_001
    for (const [left, right, aZero, bZero] of [
      [new Uint8Array(k * 5).fill(255), new Uint8Array(k * 9).fill(255), 0, 0],
      [new Uint8Array(k * 5), new Uint8Array(k * 9).fill(255), 255, 0],
      [new Int8Array(k * 5).fill(-128), new Int8Array(k * 9).fill(-128), 127, 127],
      [new Uint8Array(k * 5).fill(255), new Int8Array(k * 9).fill(-128), 0, 127],
    ] as const) {
      const result = denseInteger(left, right, 5, k, 9, aZero, bZero)
      const product = ((left[0] ?? 0) - aZero) * ((right[0] ?? 0) - bZero)
      assert.deepEqual([...new Set(result)], [Number(BigInt.asIntN(32, BigInt(product * k)))])
      const dense = { a: left, b: right, m: 5, k, n: 9, aZero, bZero }
      assertEqual(result, plainly(dense), () => String(product))
    }
  })

  it('computes what does not fit into its scratch in parts', () => {
    const small = startMachine(80_000)
    assert(small !== undefined)
    const chance = new Chance(3)
    const sizes = [
      [1, 40_000, 3],
      [300, 300, 300],
      [2000, 5, 40],
      [3, 9, 9001],
      [33, 1027, 65],
    ] as const
    for (const size of sizes) {
      const dense = anyDense(chance, size)
      const { a, b, m, k, n, aZero, bZero } = dense
      const expected = plainly(dense)
      assertEqual(multiply(small, a, m, aZero, packWeights(b, k, n, bZero)), expected, () =>
        size.join(' x '),
      )
    }
    const pads = [1, 2, 0, 3] as const
    const one: ConvShape = {
      batch: 1,
      groups: 1,
      channels: 3,
      filters: 5,
      height: 70,
      width: 70,
      kernel: [66, 65],
      strides: [1, 1],
      dilations: [1, 1],
      pads,
    }
    const three = { kernel: [3, 3], strides: [2, 1] } as const
    const far = { strides: [2, 3], dilations: [20, 1000] } as const
    const shapes: readonly ConvShape[] = [
      one,
      { ...one, ...three, batch: 2, groups: 2, channels: 6, filters: 10, height: 90 },
      { ...one, ...three, channels: 301, filters: 7, height: 9, width: 9 },
      { ...one, ...three, channels: 1, filters: 900, height: 30, width: 5 },
      { ...one, ...three, ...far, channels: 2, filters: 2, height: 60, width: 3001 },
    ]
    for (const shape of shapes) {
      const { x, w, xZero, wZero } = anyConv(chance, shape)
      const expected = convIntegerPlain(x, w, shape, xZero, wZero)
      assertEqual(convolve(small, x, xZero, packFilters(w, shape, wZero)), expected, () =>
        JSON.stringify(shape),
      )
    }
  })

  it('packs weights again that it had to drop', () => {
    const chance = new Chance(5)
    const [k, n] = [1024, 4096]
    const count = Math.ceil(limits.memory.value / (k * n * 2))
    const all = Array.from({ length: count }, (_, seed) => {
      const b = new Int8Array(k * n).fill(seed + 1)
      return { packed: packWeights(b, k, n, 0), seed }
    })
    const a = chance.bytes(k)
    const sum = [...a].reduce((total, value) => total + value, 0)
    for (const { packed, seed } of [...all, ...all.toReversed()]) {
      assert.deepEqual(new Set(densePacked(a, 1, 0, packed)), new Set([sum * (seed + 1)]))
    }
  })

  it('keeps no weights whose packing was cut short', () => {
    const chance = new Chance(7)
    const lost = { zeros: undefined as never }
    const dense = { a: chance.bytes(4 * 64), b: chance.bytes(64 * 64) }
    const weights = packWeights(dense.b, 64, 64, 0)
    assert.throws(() => densePacked(dense.a, 4, 0, { ...weights, ...lost }), TypeError)
    assert.equal(machine()?.has(weights.slot), false)
    assert.deepEqual(
      densePacked(dense.a, 4, 0, weights),
      denseIntegerPlain(dense.a, dense.b, 4, 64, 64, 0, 0),
    )
    assert.equal(machine()?.has(weights.slot), true)

    const shape: ConvShape = {
      batch: 1,
      channels: 16,
      height: 8,
      width: 8,
      filters: 16,
      groups: 1,
      kernel: [1, 1],
      strides: [1, 1],
      dilations: [1, 1],
      pads: [0, 0, 0, 0],
    }
    const [x, w] = [chance.bytes(16 * 64), chance.bytes(16 * 16)]
    const filters = packFilters(w, shape, 0)
    assert.throws(() => convPacked(x, 0, { ...filters, ...lost }), TypeError)
    assert.equal(machine()?.has(filters.slot), false)
    assert.deepEqual(convPacked(x, 0, filters), convIntegerPlain(x, w, shape, 0, 0))
    assert.equal(machine()?.has(filters.slot), true)
  })

  it('leaves the work to its twin where there is no WebAssembly', async () => {
    const chance = new Chance(6)
    const a = Uint8Array.from({ length: 4 * 90 }, () => chance.below(256))
    const b = Int8Array.from({ length: 8 * 36 }, () => chance.below(256))
    const shape: ConvShape = {
      batch: 1,
      channels: 4,
      height: 9,
      width: 10,
      filters: 8,
      groups: 1,
      kernel: [3, 3],
      strides: [1, 1],
      dilations: [1, 1],
      pads: [1, 1, 1, 1],
    }
    const workerData: Question = { a, b, k: 36, shape }
    const file = path.join(import.meta.dirname, 'kernel-worker.ts')
    const worker = new Worker(file, { workerData })
    try {
      assert.deepEqual(await once(worker, 'message'), [
        {
          hasMachine: false,
          dense: denseInteger(a, b, 10, 36, 8, 7, -3),
          conv: convInteger(a, b, shape, 7, -3),
        },
      ])
    } finally {
      await worker.terminate()
    }
  })
})
