import assert from 'node:assert/strict'

import { Fault } from '#base'
import { compile, execute, writeModel } from '#inference'
import {
  argMax,
  dequantizeOutput,
  evaluate,
  type Quantization,
  quantize,
  quantizeInput,
  readMetadata,
} from '#quantizer'

import { differences } from './onnxruntime.ts'
import { initializer } from './training/export.ts'
import { Sequence } from './training/random.ts'

const random = new Sequence(12)
const model = writeModel({
  opset: 13,
  inputs: [{ name: 'x', type: 'float', shape: [1, 6] }],
  outputs: [{ name: 'y', type: 'float', shape: [1, 3] }],
  initializers: [
    initializer(
      'w',
      [6, 3],
      Array.from({ length: 18 }, () => random.real()),
    ),
  ],
  nodes: [{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
})
const samples = Array.from({ length: 30 }, () => [
  Float32Array.from({ length: 6 }, () => random.real()),
])
const labels = ['cat', 'dog', 'Über']

function isFault(code: string) {
  return (error: unknown): boolean => error instanceof Fault && error.code === code
}

describe('what a quantised model says about itself', () => {
  for (const output of ['class', 'int32', 'uint8'] as const) {
    it(`stands in the model, with its labels, when it answers as ${output}`, async () => {
      const quantized = quantize(model, samples, { output, labels })
      const read = readMetadata(compile(quantized.model).metadata)
      const { input, output: answer } = quantized
      assert.deepEqual(read, { input, output: answer, labels })
      const inputs = samples.map(([values = []]) => quantizeInput(values, input))
      assert.equal(await differences(quantized.model, inputs), 0)
    })
  }

  it('is enough to ask it and to understand the answer', () => {
    const quantized = quantize(model, samples)
    const program = compile(quantized.model)
    const { input, output } = readMetadata(program.metadata)
    for (const [values = new Float32Array(0)] of samples) {
      const answer = dequantizeOutput(execute(program, quantizeInput(values, input)), output)
      const [expected = new Float32Array(0)] = evaluate(model, [values])
      for (const [index, value] of expected.entries()) {
        assert.ok(Math.abs(value - (answer[index] ?? NaN)) < 0.03)
      }
    }
  })

  it('is the class of the largest output where the model answers with a class', () => {
    const program = compile(quantize(model, samples, { output: 'class' }).model)
    const { input } = readMetadata(program.metadata)
    let equal = 0
    for (const [values = new Float32Array(0)] of samples) {
      const answer = execute(program, quantizeInput(values, input))
      assert.equal(answer.length, 1)
      if (answer[0] === argMax(evaluate(model, [values])[0] ?? [])) equal++
    }
    assert.ok(equal >= samples.length - 1, `${equal}`)
  })

  it('is refused where a model has none, or something else', () => {
    const wrong = [
      {},
      { 'pars.input': '{', 'pars.output': '{}' },
      { 'pars.input': '{"type":"float","shape":[1],"scale":1,"zeroPoint":0}' },
      { 'pars.input': '{"type":"uint8","shape":[1],"scale":0,"zeroPoint":0}' },
      { 'pars.labels': '[1]' },
    ]
    for (const properties of wrong) {
      const all = new Map(Object.entries(properties))
      assert.throws(() => readMetadata(all), isFault('QUANTIZER_METADATA'))
    }
  })
})

describe('numbers on their way in and out', () => {
  const input: Quantization = { type: 'uint8', shape: [3], scale: 0.5, zeroPoint: 10 }

  it('are rounded to the nearest, and held where the range ends', () => {
    assert.deepEqual([...quantizeInput([0.24, 0.26, -1], input)], [10, 11, 8])
    assert.deepEqual([...quantizeInput([-1e30, 1e30, 0], input)], [0, 255, 10])
  })

  it('are little-endian where they have more than a byte', () => {
    const wide: Quantization = { type: 'uint16', shape: [1], scale: 1, zeroPoint: 0 }
    assert.deepEqual([...quantizeInput([258], wide)], [2, 1])
    const answer: Quantization = { type: 'int32', shape: [1], scale: 2, zeroPoint: 1 }
    assert.deepEqual([...dequantizeOutput(Uint8Array.of(0xff, 0xff, 0xff, 0xff), answer)], [-4])
  })

  it('are refused when they are not finite or not as many', () => {
    for (const values of [
      [1, 2],
      [1, 2, NaN],
      [1, 2, Infinity],
    ]) {
      assert.throws(() => quantizeInput(values, input), isFault('QUANTIZER_INPUT'))
    }
    assert.throws(() => dequantizeOutput(new Uint8Array(2), input), isFault('QUANTIZER_INPUT'))
  })
})
