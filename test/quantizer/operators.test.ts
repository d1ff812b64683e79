import assert from 'node:assert/strict'

import { type InitializerSpec, type NodeSpec, writeModel } from '#inference'
import { openFloatModel, quantize, quantizeInput } from '#quantizer'

import { differences, onnxruntime } from './onnxruntime.ts'
import { initializer, integers } from './training/export.ts'
import { Sequence } from './training/random.ts'

interface Case {
  readonly name: string
  readonly input: readonly number[]
  readonly output: readonly number[]
  readonly nodes: readonly NodeSpec[]
  readonly constants?: readonly InitializerSpec[]
  /** @default 20 */
  readonly opset?: number
  /** Values are shifted by it. */
  readonly around?: number
}

const random = new Sequence(77)

function constant(name: string, ...shape: readonly number[]): InitializerSpec {
  const size = shape.reduce((all, dimension) => all * dimension, 1)
  return initializer(
    name,
    shape,
    Array.from({ length: size }, () => random.real()),
  )
}

function node(
  operator: string,
  inputs: string,
  output: string,
  attributes: NonNullable<NodeSpec['attributes']> = {},
): NodeSpec {
  return { operator, inputs: inputs.split(' '), outputs: output.split(' '), attributes }
}

/** A case of one node on `x` and constants. */
function single(
  operator: string,
  input: readonly number[],
  output: readonly number[],
  attributes: NonNullable<NodeSpec['attributes']> = {},
  constants: readonly InitializerSpec[] = [],
): Case {
  const inputs = ['x', ...constants.map(({ name }) => name)].join(' ')
  const form = Object.values(attributes).map((value) => JSON.stringify(value))
  const name = `${operator} of [${input.join(', ')}] ${form.join(' ')}`
  return { name, input, output, nodes: [node(operator, inputs, 'y', attributes)], constants }
}

const image = [1, 4, 6, 6]
const square = { kernel_shape: [3, 3] }

const cases: readonly Case[] = [
  single('Conv', image, [1, 4, 4, 4], square, [constant('w', 4, 4, 3, 3), constant('b', 4)]),
  single(
    'Conv',
    image,
    [1, 4, 3, 3],
    { ...square, group: 2, strides: [2, 2], pads: [1, 1, 1, 1] },
    [constant('w', 4, 2, 3, 3)],
  ),
  single('Conv', image, [1, 4, 6, 6], { ...square, group: 4, auto_pad: 'SAME_UPPER' }, [
    constant('w', 4, 1, 3, 3),
  ]),
  single('Conv', image, [1, 2, 2, 6], { ...square, dilations: [2, 1], pads: [0, 1, 0, 1] }, [
    constant('w', 2, 4, 3, 3),
  ]),
  single('MaxPool', image, [1, 4, 3, 3], { kernel_shape: [2, 2], strides: [2, 2] }),
  single('MaxPool', image, [1, 4, 6, 6], { ...square, pads: [1, 1, 1, 1] }),
  single('AveragePool', image, [1, 4, 6, 6], { ...square, pads: [1, 1, 1, 1] }),
  single('AveragePool', image, [1, 4, 3, 3], {
    ...square,
    pads: [1, 1, 1, 1],
    strides: [2, 2],
    count_include_pad: 1,
  }),
  single('GlobalAveragePool', image, [1, 4, 1, 1]),
  single('BatchNormalization', image, [1, 4, 6, 6], {}, [
    constant('gain', 4),
    constant('shift', 4),
    constant('mean', 4),
    initializer('variance', [4], [0.5, 1, 2, 0.25]),
  ]),
  single('Gemm', [3, 8], [3, 5], { transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } }, [
    constant('w', 5, 8),
    constant('b', 5),
  ]),
  single('Gemm', [3, 8], [3, 5], {}, [constant('w', 8, 5), constant('b', 3, 1)]),
  single('MatMul', [2, 3, 8], [2, 3, 5], {}, [constant('w', 8, 5)]),
  single('MatMul', [2, 3, 8], [2, 3, 5], {}, [constant('w', 2, 8, 5)]),
  {
    name: 'MatMul of a value with itself, transposed',
    input: [2, 3, 8],
    output: [2, 3, 3],
    nodes: [node('Transpose', 'x', 't', { perm: [0, 2, 1] }), node('MatMul', 'x t', 'y')],
  },
  single('Add', [3, 4], [3, 4], {}, [constant('c', 4)]),
  single('Add', [4], [3, 4], {}, [constant('c', 3, 1)]),
  single('Sub', [3, 4], [3, 4], {}, [constant('c', 3, 1)]),
  single('Mul', [3, 4], [3, 4], {}, [constant('c', 4)]),
  single('Div', [3, 4], [3, 4], {}, [initializer('c', [4], [0.5, 3, -2, 7])]),
  {
    name: 'a constant minus a value',
    input: [3, 4],
    output: [3, 4],
    nodes: [node('Sub', 'c x', 'y')],
    constants: [constant('c', 3, 4)],
  },
  {
    name: 'Add, Sub and Mul of two values',
    input: [3, 4],
    output: [3, 4],
    nodes: [
      node('Tanh', 'x', 't'),
      node('Add', 'x t', 'a'),
      node('Sub', 'a t', 's'),
      node('Mul', 's t', 'm'),
      node('Add', 'm a', 'y'),
    ],
  },
  { ...single('Pow', [3, 4], [3, 4], {}, [initializer('two', [], [2])]), name: 'Pow by two' },
  single('Relu', [3, 4], [3, 4]),
  single('Clip', [3, 4], [3, 4], {}, [initializer('low', [], [-1]), initializer('high', [], [2])]),
  single('Erf', [3, 4], [3, 4]),
  single('Gelu', [3, 4], [3, 4]),
  single('Gelu', [3, 4], [3, 4], { approximate: 'tanh' }),
  single('Sigmoid', [3, 4], [3, 4]),
  { ...single('Sqrt', [3, 4], [3, 4]), around: 6 },
  single('Tanh', [3, 4], [3, 4]),
  single('Softmax', [3, 20], [3, 20]),
  single('Softmax', [2, 5, 3], [2, 5, 3], { axis: 1 }),
  single('LayerNormalization', [3, 16], [3, 16], {}, [constant('gain', 16), constant('shift', 16)]),
  single('LayerNormalization', [2, 4, 6], [2, 4, 6], { axis: 1 }, [constant('gain', 4, 6)]),
  {
    name: 'LayerNormalization as its steps',
    input: [3, 16],
    output: [3, 16],
    opset: 13,
    nodes: [
      node('ReduceMean', 'x', 'mean', { axes: [-1] }),
      node('Sub', 'x mean', 'd'),
      node('Pow', 'd two', 'squares'),
      node('ReduceMean', 'squares', 'variance', { axes: [-1] }),
      node('Add', 'variance epsilon', 'sum'),
      node('Sqrt', 'sum', 'spread'),
      node('Div', 'd spread', 'normal'),
      node('Mul', 'normal gain', 'y'),
    ],
    constants: [
      initializer('two', [], [2]),
      initializer('epsilon', [], [1e-5]),
      constant('gain', 16),
    ],
  },
  {
    name: 'GELU as its steps',
    input: [3, 16],
    output: [3, 16],
    opset: 13,
    nodes: [
      node('Div', 'x root', 'scaled'),
      node('Erf', 'scaled', 'e'),
      node('Add', 'e one', 'shifted'),
      node('Mul', 'x shifted', 'product'),
      node('Mul', 'product half', 'y'),
    ],
    constants: [
      initializer('root', [], [1.4142135623730951]),
      initializer('one', [], [1]),
      initializer('half', [], [0.5]),
    ],
  },
  { ...single('ReduceMean', [2, 3, 4], [2, 4], { axes: [1], keepdims: 0 }), opset: 13 },
  single('ReduceMean', [2, 3, 4], [2, 1, 1], {}, [integers('axes', [1, 2])]),
  { ...single('ReduceMean', [2, 3], [], { keepdims: 0 }), name: 'ReduceMean to one number' },
  single('Flatten', [2, 3, 4], [2, 12]),
  single('Reshape', [2, 3, 4], [2, 4, 3], {}, [integers('shape', [0, -1, 3])]),
  single('Transpose', [2, 3, 4], [4, 2, 3], { perm: [2, 0, 1] }),
  single('Squeeze', [2, 1, 4], [2, 4], {}, [integers('axes', [1])]),
  single('Unsqueeze', [2, 4], [2, 1, 4], {}, [integers('axes', [1])]),
  single('Gather', [2, 3, 4], [2, 2, 4], { axis: 1 }, [integers('rows', [2, -3])]),
  {
    name: 'Concat of values of unlike ranges and a constant',
    input: [2, 4],
    output: [2, 12],
    nodes: [node('Tanh', 'x', 't'), node('Concat', 'x t c', 'y', { axis: 1 })],
    constants: [constant('c', 2, 4)],
  },
  {
    name: 'Split, of which only parts are used',
    input: [2, 9],
    output: [2, 3],
    nodes: [node('Split', 'x sizes', 'a b c', { axis: 1 }), node('Add', 'a c', 'y')],
    constants: [integers('sizes', [3, 3, 3])],
  },
  {
    name: 'values of which a Clip leaves next to nothing',
    input: [3, 4],
    output: [3, 4],
    nodes: [node('Mul', 'x large', 'm'), node('Clip', 'm low high', 'c'), node('Add', 'c c', 'y')],
    constants: [
      initializer('large', [], [1e6]),
      initializer('low', [], [-1e-3]),
      initializer('high', [], [1e-3]),
    ],
  },
  {
    name: 'a sum of large values that nearly cancel',
    input: [3, 4],
    output: [3, 4],
    nodes: [
      node('Mul', 'x large', 'm'),
      node('Tanh', 'x', 't'),
      node('Add', 'm t', 's'),
      node('Sub', 's m', 'd'),
      node('Clip', 'd low high', 'y'),
    ],
    constants: [
      initializer('large', [], [8]),
      initializer('low', [], [-1]),
      initializer('high', [], [1]),
    ],
  },
  {
    name: 'values that are all beyond one end of a Clip, and multiplied by zero',
    input: [3, 4],
    output: [3, 4],
    nodes: [
      node('Mul', 'x none', 'm'),
      node('Add', 'm far', 'f'),
      node('Clip', 'f low high', 'c'),
      node('Add', 'c x', 'y'),
    ],
    constants: [
      initializer('none', [], [0]),
      initializer('far', [], [1e6]),
      initializer('low', [], [-1e-3]),
      initializer('high', [], [1e-3]),
    ],
  },
  {
    name: 'Constant and Identity',
    input: [2, 4],
    output: [2, 4],
    nodes: [
      {
        operator: 'Constant',
        inputs: [],
        outputs: ['c'],
        attributes: { value_float: { float: 3 } },
      },
      node('Identity', 'x', 'same'),
      node('Mul', 'same c', 'y'),
    ],
  },
]

describe('the operators of the quantiser', () => {
  for (const example of cases) {
    it(`takes ${example.name}`, async () => {
      const model = modelOf(example)
      const size = example.input.reduce((all, dimension) => all * dimension, 1)
      const draw = (): Float32Array =>
        Float32Array.from({ length: size }, () => 4 * random.real() + (example.around ?? 0))
      const samples = Array.from({ length: 40 }, () => [draw()] as const)
      const { model: integer, input, output, report } = quantize(model, samples)
      const original = openFloatModel(model)

      const run = await onnxruntime(model, { name: 'x', shape: example.input })
      for (const [values] of samples.slice(0, 5)) {
        const expected = new Float32Array((await run(values)).buffer as ArrayBuffer)
        const [found = new Float32Array(0)] = original.run([values])
        assert.equal(found.length, expected.length)
        const distances = expected.map((value, index) => Math.abs(value - (found[index] ?? NaN)))
        assert.ok(Math.max(...distances) < 1e-4, 'the float model differs from onnxruntime')
      }

      assert.deepEqual(output.shape, example.output)
      assert.ok(report.maxError < 0.03 * output.scale * 65_535, `${report.maxError}`)
      const inputs = samples.map(([values]) => quantizeInput(values, input))
      assert.equal(await differences(integer, inputs), 0)
    })
  }

  it('reads an embedding of more than 256 rows by indices of two bytes', async () => {
    const model = writeModel({
      opset: 13,
      inputs: [{ name: 'x', type: 'int64', shape: [1, 5] }],
      outputs: [{ name: 'y', type: 'float', shape: [1, 5, 3] }],
      initializers: [constant('rows', 300, 3)],
      nodes: [node('Gather', 'rows x', 'y')],
    })
    const samples = [[Float32Array.of(0, 299, 17, 256, 1)]] as const
    const { model: integer, input, report } = quantize(model, samples)
    assert.equal(input.type, 'uint16')
    assert.ok(report.maxError < 1e-3)
    assert.equal(await differences(integer, [quantizeInput(samples[0][0], input)]), 0)
  })
})

function modelOf(example: Case): Uint8Array {
  return writeModel({
    opset: example.opset ?? 20,
    irVersion: 9,
    inputs: [{ name: 'x', type: 'float', shape: example.input }],
    outputs: [{ name: 'y', type: 'float', shape: example.output }],
    initializers: example.constants ?? [],
    nodes: example.nodes,
  })
}
