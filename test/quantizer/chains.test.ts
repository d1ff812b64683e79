import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { type InitializerSpec, type NodeSpec, writeModel } from '#inference'
import { quantize, quantizeInput } from '#quantizer'

import { differences } from './onnxruntime.ts'
import { initializer } from './training/export.ts'
import { Sequence } from './training/random.ts'

const width = 12
const rows = 3

const steps = [
  'Add',
  'BatchNormalization',
  'Clip',
  'Gelu',
  'LayerNormalization',
  'MatMul',
  'Mul',
  'Product',
  'Relu',
  'Residual',
  'Sigmoid',
  'Softmax',
  'Tanh',
] as const

interface Step {
  readonly operator: (typeof steps)[number]
  /** Constants are from -10^magnitude to 10^magnitude. */
  readonly magnitude: number
}

const chain = fc.record({
  seed: fc.nat(),
  magnitude: fc.integer({ min: -4, max: 4 }),
  steps: fc.array(
    fc.record({
      operator: fc.constantFrom(...steps),
      magnitude: fc.integer({ min: -2, max: 1 }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
})

describe('chains of operators, of any magnitude', () => {
  it('stay near the float original, never overflow, and equal onnxruntime', async function () {
    this.timeout(60_000)
    await fc.assert(
      fc.asyncProperty(chain, async ({ seed, magnitude, steps: chosen }) => {
        const random = new Sequence(seed)
        const model = build(random, chosen)
        const samples = Array.from({ length: 20 }, () => [
          Float32Array.from({ length: rows * width }, () => random.real() * 10 ** magnitude),
        ])
        const { model: integer, input, output, report } = quantize(model, samples)
        const range = output.scale * 65_535
        assert.ok(report.meanError <= 0.05 * range, `${report.meanError} of ${range}`)
        const inputs = samples.map(([values = []]) => quantizeInput(values, input))
        assert.equal(await differences(integer, inputs), 0)
      }),
      { numRuns: 80, seed: 1 },
    )
  })
})

function build(random: Sequence, chosen: readonly Step[]): Uint8Array {
  const nodes: NodeSpec[] = []
  const initializers: InitializerSpec[] = []
  const constant = (magnitude: number, ...shape: readonly number[]): string => {
    const name = `c${initializers.length}`
    const size = shape.reduce((all, dimension) => all * dimension, 1)
    const values = Array.from({ length: size }, () => random.real() * 10 ** magnitude)
    initializers.push(initializer(name, shape, values))
    return name
  }
  const node = (operator: string, ...inputs: readonly string[]): string => {
    const output = `v${nodes.length}`
    nodes.push({ operator, inputs, outputs: [output] })
    return output
  }
  let value = 'x'
  let before = 'x'
  for (const { operator, magnitude } of chosen) {
    const last = value
    if (operator === 'Residual') value = node('Add', value, before)
    else if (operator === 'Product') value = node('Mul', value, before)
    else if (operator === 'MatMul') value = node('MatMul', value, constant(magnitude, width, width))
    else if (operator === 'Add') value = node('Add', value, constant(magnitude, rows, width))
    else if (operator === 'Mul') value = node('Mul', value, constant(magnitude, width))
    else if (operator === 'Clip') value = node('Clip', value, '', bound(initializers, magnitude))
    else if (operator === 'LayerNormalization') {
      value = node(operator, value, constant(magnitude, width), constant(magnitude, width))
    } else if (operator === 'BatchNormalization') {
      const [gain, shift] = [constant(magnitude, width), constant(magnitude, width)]
      const variance = `c${initializers.length}`
      const spread = Array.from({ length: width }, () => 0.1 + random.below(10))
      initializers.push(initializer(variance, [width], spread))
      value = node(operator, value, gain, shift, constant(0, width), variance)
    } else if (operator === 'Softmax') value = node('Softmax', node('Tanh', value))
    else value = node(operator, value)
    before = last
  }
  return writeModel({
    opset: 20,
    irVersion: 9,
    inputs: [{ name: 'x', type: 'float', shape: [rows, width] }],
    outputs: [{ name: value, type: 'float', shape: [rows, width] }],
    initializers,
    nodes,
  })
}

function bound(initializers: InitializerSpec[], magnitude: number): string {
  const name = `c${initializers.length}`
  initializers.push(initializer(name, [], [10 ** magnitude]))
  return name
}
