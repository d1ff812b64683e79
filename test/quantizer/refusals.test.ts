import assert from 'node:assert/strict'

import { Fault } from '#base'
import { type InitializerSpec, type ModelSpec, type NodeSpec, writeModel } from '#inference'
import { openFloatModel, quantize, type QuantizeOptions } from '#quantizer'

import { initializer, integers } from './training/export.ts'
import { Sequence } from './training/random.ts'

const samples = [[Float32Array.of(1, -2, 3, 0.5)]]

function model(changes: Partial<ModelSpec> = {}): Uint8Array {
  return writeModel({
    opset: 13,
    inputs: [{ name: 'x', type: 'float', shape: [1, 4] }],
    outputs: [{ name: 'y', type: 'float', shape: [1, 2] }],
    initializers: [initializer('w', [4, 2], [1, -1, 2, 0.5, -3, 1, 0, 1])],
    nodes: [{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
    ...changes,
  })
}

function one(
  operator: string,
  inputs: readonly string[],
  attributes: NonNullable<NodeSpec['attributes']> = {},
  initializers: readonly InitializerSpec[] = [],
): Uint8Array {
  return model({
    initializers,
    nodes: [{ operator, name: 'n', inputs, outputs: ['y'], attributes }],
  })
}

function refusal(code: string, reason: RegExp, at?: string) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof Fault, String(error))
    const facts = error.facts as { readonly reason?: string; readonly node?: string }
    assert.equal(error.code, code)
    assert.match(facts.reason ?? '', reason)
    if (at !== undefined) assert.equal(facts.node, at)
    return true
  }
}

describe('what the quantiser refuses', () => {
  const calibrations: readonly (readonly [string, Float32Array[][], string, RegExp])[] = [
    ['no samples', [], 'QUANTIZER_CALIBRATION', /no samples/],
    ['samples of another size', [[Float32Array.of(1)]], 'QUANTIZER_INPUT', /1 values for x/],
    [
      'samples of more inputs',
      [[...(samples[0] ?? []), Float32Array.of(1)]],
      'QUANTIZER_INPUT',
      /2/,
    ],
    ['samples without inputs', [[]], 'QUANTIZER_INPUT', /0 arrays/],
    ['a sample with NaN', [[Float32Array.of(1, NaN, 2, 3)]], 'QUANTIZER_INPUT', /not finite/],
  ]
  for (const [name, calibration, code, reason] of calibrations) {
    it(name, () => {
      assert.throws(() => quantize(model(), calibration), refusal(code, reason))
    })
  }

  it('samples for which the model overflows', () => {
    const huge = model({
      initializers: [initializer('w', [4, 2], new Float32Array(8).fill(3e38))],
      nodes: [
        { operator: 'MatMul', inputs: ['x', 'w'], outputs: ['a'] },
        { operator: 'Mul', inputs: ['a', 'a'], outputs: ['b'] },
        { operator: 'Mul', inputs: ['b', 'b'], outputs: ['c'] },
        { operator: 'Mul', inputs: ['c', 'c'], outputs: ['d'] },
        { operator: 'Mul', inputs: ['d', 'd'], outputs: ['y'] },
      ],
    })
    assert.throws(() => quantize(huge, samples), refusal('QUANTIZER_CALIBRATION', /not finite/))
  })

  it('weights that are not finite', () => {
    for (const value of [NaN, Infinity]) {
      const weights = initializer('w', [4, 2], [1, value, 1, 1, 1, 1, 1, 1])
      const broken = model({ initializers: [weights] })
      assert.throws(() => quantize(broken, samples), refusal('QUANTIZER_MODEL', /w has an element/))
    }
  })

  it('models that are not one function of one input', () => {
    const x = { name: 'x', type: 'float', shape: [1, 4] } as const
    const two = model({ inputs: [x, { ...x, name: 'other' }] })
    const pair = [Float32Array.of(1, 2, 3, 4), Float32Array.of(1, 2, 3, 4)]
    assert.throws(() => quantize(two, [pair]), refusal('QUANTIZER_MODEL', /2 inputs/))
    const passing = model({ outputs: [x], nodes: [], initializers: [] })
    assert.throws(
      () => quantize(passing, samples),
      refusal('QUANTIZER_MODEL', /output is an input/),
    )
  })

  it('graphs whose names do not fit', () => {
    const relu = { operator: 'Relu', inputs: ['x'], outputs: ['y'] }
    const broken: readonly (readonly [Partial<ModelSpec>, RegExp])[] = [
      [{ nodes: [relu, relu] }, /made twice/],
      [{ nodes: [{ ...relu, inputs: ['z'] }] }, /before it is made/],
      [{ nodes: [{ ...relu, outputs: ['z'] }] }, /never made/],
      [{ opset: 6 }, /opset 6/],
      [{ inputs: [{ name: 'x', type: 'bool', shape: [1, 4] }] }, /element type 9/],
      [{ inputs: [{ name: 'x', type: 'float', shape: [1, 2 ** 31] }] }, /dimension/],
    ]
    for (const [changes, reason] of broken) {
      assert.throws(() => quantize(model(changes), samples), refusal('QUANTIZER_MODEL', reason))
    }
  })

  const operators: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['an operator it does not have', one('LSTM', ['x']), /not an operator/],
    ['a name of every object', one('constructor', ['x']), /not an operator/],
    ['an input that is missing', one('Add', ['x']), /input 1 is missing/],
    [
      'shapes that do not fit',
      one('Add', ['x', 'c'], {}, [initializer('c', [3], [1, 2, 3])]),
      /shap/,
    ],
    ['an axis too many', one('Softmax', ['x'], { axis: 2 }), /axis 2/],
    ['an attribute of another type', one('Softmax', ['x'], { axis: 'last' }), /attribute axis/],
    ['a division by a value', one('Div', ['x', 'x']), /not a constant/],
    [
      'a convolution of a row',
      one('Conv', ['x', 'w'], {}, [initializer('w', [2], [1, 2])]),
      /rank/,
    ],
    [
      'bounds in the wrong order',
      one('Clip', ['x', 'h', 'l'], {}, [initializer('h', [], [2]), initializer('l', [], [1])]),
      /min is above max/,
    ],
    ['a power other than two', one('Pow', ['x', 'c'], {}, [initializer('c', [], [3])]), /squares/],
    ['rows that are not there', one('Gather', ['x', 'i'], {}, [integers('i', [7])]), /index 7/],
    [
      'a dimension to be kept that is not there',
      one('Reshape', ['x', 's'], {}, [integers('s', [1, 2, 2, 0])]),
      /as \[1, 2, 2, 0/,
    ],
    ['a shape that depends on the input', one('Squeeze', ['x', 'x']), /not a constant|axis/],
    ['a permutation that names one twice', one('Transpose', ['x'], { perm: [0, -2] }), /perm/],
    [
      'parts of unlike rank',
      one('Concat', ['x', 'c'], { axis: 1 }, [initializer('c', [1], [1])]),
      /do not fit/,
    ],
    [
      'a bias of another size',
      one('Conv', ['i', 'w', 'b'], {}, [
        initializer('i', [1, 1, 2, 2], [1, 2, 3, 4]),
        initializer('w', [2, 1, 1, 1], [1, 2]),
        initializer('b', [1], [1]),
      ]),
      /bias/,
    ],
    ['a shape of another size', one('Reshape', ['x', 's'], {}, [integers('s', [3, -1])]), /as \[3/],
  ]
  for (const [name, bytes, reason] of operators) {
    it(`${name}, naming the node`, () => {
      assert.throws(() => quantize(bytes, samples), refusal('QUANTIZER_OPERATOR', reason, 'n'))
    })
  }

  it('sums that 32 bits do not hold', () => {
    const length = 80_000
    const wide = model({
      inputs: [{ name: 'x', type: 'float', shape: [1, length] }],
      initializers: [initializer('w', [length, 1], new Float32Array(length).fill(1))],
    })
    const sample = [[new Float32Array(length).fill(1)]]
    assert.throws(() => quantize(wide, sample), refusal('QUANTIZER_OVERFLOW', /32 bits/))
  })

  it('options that make no sense', () => {
    const wrong: readonly QuantizeOptions[] = [
      { tableSize: 100 },
      { tableSize: 1_000.5 },
      { labels: ['x'.repeat(257)] },
      { labels: Array.from({ length: 5_000 }, () => 'x') },
      { output: 'float' as 'uint8' },
    ]
    for (const options of wrong) {
      assert.throws(() => quantize(model(), samples, options), refusal('QUANTIZER_OPTION', /./))
    }
  })

  it('bytes cut anywhere or with a flipped bit, or takes them, and throws nothing else', function () {
    this.timeout(60_000)
    const random = new Sequence(4)
    const real = rich()
    const image = [[Float32Array.from({ length: 32 }, () => random.real())]]
    const survives = (bytes: Uint8Array): void => {
      try {
        quantize(bytes, image)
      } catch (error) {
        assert.ok(error instanceof Fault, String((error as Error).stack))
        assert.match(error.code, /^QUANTIZER_/)
      }
    }
    survives(real)
    for (let length = 0; length < real.length; length++) survives(real.subarray(0, length))
    for (let index = 0; index < real.length; index++) {
      const flipped = new Uint8Array(real)
      flipped[index] = (flipped[index] ?? 0) ^ (1 << random.below(8))
      survives(flipped)
    }
  })

  it('inputs of a float model that are not whole where it takes indices', () => {
    const embedding = model({
      inputs: [{ name: 'x', type: 'int64', shape: [1, 2] }],
      nodes: [{ operator: 'Gather', inputs: ['w', 'x'], outputs: ['y'] }],
    })
    const opened = openFloatModel(embedding)
    assert.throws(() => opened.run([Float32Array.of(0.5, 1)]), refusal('QUANTIZER_INPUT', /whole/))
    assert.throws(
      () => opened.run([Float32Array.of(0, 9)]),
      refusal('QUANTIZER_OPERATOR', /index 9/),
    )
  })
})

/** A small model with something of everything. */
function rich(): Uint8Array {
  const random = new Sequence(9)
  const weights = (name: string, ...shape: readonly number[]): InitializerSpec => {
    const size = shape.reduce((all, dimension) => all * dimension, 1)
    return initializer(
      name,
      shape,
      Array.from({ length: size }, () => random.real()),
    )
  }
  return writeModel({
    opset: 17,
    inputs: [{ name: 'x', type: 'float', shape: [1, 2, 4, 4] }],
    outputs: [{ name: 'y', type: 'float', shape: [1, 3] }],
    initializers: [
      weights('w', 2, 2, 2, 2),
      initializer('b', [2], [1, 2]),
      weights('d', 8, 3),
      weights('g', 4),
      integers('s', [1, 2, 4]),
    ],
    nodes: [
      node('Conv', 'x w', 'c', { strides: [2, 2], kernel_shape: [2, 2] }),
      node('BatchNormalization', 'c b b b b', 'n'),
      node('Relu', 'n', 'r'),
      node('MaxPool', 'r', 'p', { kernel_shape: [1, 1] }),
      node('Reshape', 'p s', 't'),
      node('Softmax', 't', 'f', { axis: -1 }),
      node('LayerNormalization', 't g', 'l', { axis: 2 }),
      node('Add', 'f l', 'a'),
      node('Split', 'a', 'a1 a2', { axis: 1 }),
      node('Concat', 'a2 a1', 'j', { axis: 2 }),
      node('Gelu', 'j', 'q'),
      node('Flatten', 'q', 'o', { axis: 2 }),
      node('Gemm', 'o d', 'y'),
    ],
  })
}

function node(operator: string, inputs: string, outputs: string, attributes = {}): NodeSpec {
  return { operator, inputs: inputs.split(' '), outputs: outputs.split(' '), attributes }
}
