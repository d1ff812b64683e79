import { constant, type Single, value } from './single.ts'

const picture = [1, 64, 32, 32] as const
const rows = [64, 1024] as const

/** Operators that handle elements one by one, over 65,536 of them. */
export const elementwise: readonly Single[] = [
  ...(['int8', 'int32', 'int64', 'uint64'] as const).flatMap((type) =>
    ['Add', 'Mul', 'Max'].map((operator) => ({
      name: `${operator} ${type}`,
      operator,
      inputs: [value(type, ...picture), value(type, ...picture)],
      outputs: [value(type, ...picture)],
    })),
  ),
  ...(['int32', 'int64'] as const).flatMap((type) => [
    {
      name: `Add ${type}, stretched`,
      operator: 'Add',
      inputs: [value(type, ...picture), value(type, 64, 1, 32)],
      outputs: [value(type, ...picture)],
    },
    {
      name: `Div ${type}`,
      operator: 'Div',
      inputs: [value(type, ...picture)],
      constants: [constant('divisor', type, [1], [777])],
      outputs: [value(type, ...picture)],
    },
    {
      name: `Less ${type}`,
      operator: 'Less',
      inputs: [value(type, ...picture), value(type, ...picture)],
      outputs: [value('bool', ...picture)],
    },
    {
      name: `ReduceSum ${type}`,
      operator: 'ReduceSum',
      inputs: [value(type, ...picture)],
      constants: [constant('axes', 'int64', [2], [1, 3])],
      outputs: [value(type, 1, 1, 32, 1)],
    },
    {
      name: `TopK ${type}`,
      operator: 'TopK',
      inputs: [value(type, ...rows)],
      constants: [constant('k', 'int64', [1], [512])],
      outputs: [value(type, 64, 512), value('int64', 64, 512)],
    },
    {
      name: `ArgMax ${type}`,
      operator: 'ArgMax',
      inputs: [value(type, ...rows)],
      outputs: [value('int64', 64, 1)],
      attributes: { axis: 1 },
    },
  ]),
  {
    name: 'Clip int32',
    operator: 'Clip',
    inputs: [value('int32', ...picture)],
    constants: [constant('low', 'int32', [], [0]), constant('high', 'int32', [], [255])],
    outputs: [value('int32', ...picture)],
  },
  {
    name: 'Cast int32 to uint8',
    operator: 'Cast',
    inputs: [value('int32', ...picture)],
    outputs: [value('uint8', ...picture)],
    attributes: { to: 2 },
  },
  {
    name: 'Cast int64 to int32',
    operator: 'Cast',
    inputs: [value('int64', ...picture)],
    outputs: [value('int32', ...picture)],
    attributes: { to: 6 },
  },
  {
    name: 'Where bool',
    operator: 'Where',
    inputs: [value('bool', ...picture), value('bool', ...picture), value('bool', ...picture)],
    outputs: [value('bool', ...picture)],
  },
  {
    name: 'Transpose int32',
    operator: 'Transpose',
    inputs: [value('int32', ...picture)],
    outputs: [value('int32', 32, 1, 32, 64)],
    attributes: { perm: [3, 0, 2, 1] },
  },
  {
    name: 'Concat int32',
    operator: 'Concat',
    inputs: [value('int32', ...picture), value('int32', ...picture)],
    outputs: [value('int32', 1, 64, 32, 64)],
    attributes: { axis: 3 },
  },
  {
    name: 'Gather int32',
    operator: 'Gather',
    inputs: [value('int32', ...picture)],
    constants: [constant('index', 'int32', [32], [5, 1, 30, 2, 7])],
    outputs: [value('int32', ...picture)],
    attributes: { axis: 3 },
  },
  {
    name: 'Pad int32',
    operator: 'Pad',
    inputs: [value('int32', ...picture)],
    constants: [constant('pads', 'int64', [8], [0, 0, 1, 1])],
    outputs: [value('int32', 1, 64, 34, 34)],
  },
  {
    name: 'MaxPool uint8 3 x 3',
    operator: 'MaxPool',
    inputs: [value('uint8', ...picture)],
    outputs: [value('uint8', 1, 64, 30, 30)],
    attributes: { kernel_shape: [3, 3] },
  },
  {
    name: 'AveragePool uint8 3 x 3',
    operator: 'AveragePool',
    inputs: [value('uint8', ...picture)],
    outputs: [value('uint8', 1, 64, 30, 30)],
    attributes: { kernel_shape: [3, 3] },
  },
]

/** Products as they suit the kernel, and as they suit it least. */
export const products: readonly Single[] = [
  matrix('dense 256 x 256', [1, 256], [256, 256], true),
  matrix('dense 1024 x 1024', [1, 1024], [1024, 1024], true),
  matrix('dense 1024 x 1024, weights as input', [1, 1024], [1024, 1024], false),
  matrix('dense 65,536 x 1, weights as input', [1, 65_536], [65_536, 1], false),
  matrix('dense 1 x 65,536', [1, 1], [1, 65_536], false),
  matrix('65,536 rows of 1 x 1', [65_536, 1], [1, 1], false),
  matrix('8,192 matrices of 1 x 1', [8192, 1, 1], [8192, 1, 1], false),
  matrix('8,192 matrices of 16 x 8', [8192, 1, 16], [8192, 16, 8], false),
  filters('convolution 3 x 3, 64 channels', [1, 64, 32, 32], [64, 64, 3, 3]),
  filters('convolution 3 x 3, 64 groups', [1, 64, 32, 32], [64, 1, 3, 3]),
  filters('convolution 1 x 1, 4,096 groups', [1, 4096, 4, 4], [4096, 1, 1, 1]),
  filters('convolution 3 x 3, 4,096 items', [4096, 1, 3, 3], [1, 1, 3, 3]),
  filters('convolution 3 x 3, 1,024 items of 6 x 6', [1024, 2, 6, 6], [8, 2, 3, 3]),
  filters('convolution 255 x 255 of 256 x 256', [1, 1, 256, 256], [1, 1, 255, 255]),
]

function matrix(
  name: string,
  left: readonly number[],
  right: readonly number[],
  isConstant: boolean,
): Single {
  const output = [...left.slice(0, -1), right.at(-1) ?? 1]
  const weights = constant('w', 'uint8', right, [200, 3, 17, 90, 255])
  return {
    name,
    operator: 'MatMulInteger',
    inputs: [value('uint8', ...left), ...(isConstant ? [] : [value('uint8', ...right)])],
    constants: isConstant ? [weights] : [],
    outputs: [value('int32', ...output)],
  }
}

function filters(name: string, input: readonly number[], shape: readonly number[]): Single {
  const [batch = 1, channels = 1, height = 1, width = 1] = input
  const [count = 1, depth = 1, down = 1, across = 1] = shape
  return {
    name,
    operator: 'ConvInteger',
    inputs: [value('uint8', ...input)],
    constants: [constant('w', 'uint8', shape, [200, 3, 17, 90, 255])],
    outputs: [value('int32', batch, count, height - down + 1, width - across + 1)],
    attributes: { group: channels / depth },
  }
}
