import { type NodeSpec, writeModel } from '../../../inference/index.ts'
import { digits, type Sample } from './digits.ts'
import { initializer } from './export.ts'
import { affine, type BatchStatistics, batchStatistics, normalizeChannels, ones } from './layers.ts'
import { Sequence } from './random.ts'
import { type Tape, type Variable, variable, weights } from './tape.ts'
import { stack, train } from './train.ts'

const channels = 8

/** 3x3, padded by one; images stand here as [batch, pixels, channels]. */
class NormalizedConvolution {
  readonly weights: Variable
  readonly gain: Variable
  readonly shift: Variable
  readonly running: BatchStatistics
  readonly #size: number
  readonly #stride: number
  readonly #from: number
  #positions = new Int32Array(0)

  constructor(random: Sequence, from: number, size: number, stride: number) {
    this.#from = from
    this.#size = size
    this.#stride = stride
    this.weights = weights(random, [1, 9 * from, channels], 9 * from)
    this.gain = ones(channels)
    this.shift = variable([channels])
    this.running = batchStatistics(channels)
  }

  get parameters(): readonly Variable[] {
    return [this.weights, this.gain, this.shift]
  }

  forward(tape: Tape, x: Variable): Variable {
    const batch = x.shape[0] as number
    const side = this.#size / this.#stride
    const shape = [1, batch * side * side, 9 * this.#from]
    const windows = tape.gather(x, this.#windows(batch), shape)
    const product = tape.product(windows, this.weights)
    const normal = normalizeChannels(tape, product, this.running)
    return reshape(tape, affine(tape, normal, this.gain, this.shift), [
      batch,
      side * side,
      channels,
    ])
  }

  /** Where in the images each pixel of each window is; the batches of a training are of one size. */
  #windows(batch: number): Int32Array {
    const [size, from] = [this.#size, this.#from]
    const side = size / this.#stride
    const count = batch * side * side * 9 * from
    if (this.#positions.length === count) return this.#positions
    this.#positions = new Int32Array(count).map((_, index) => {
      const channel = index % from
      const tap = Math.floor(index / from) % 9
      const place = Math.floor(index / from / 9)
      const y = (Math.floor(place / side) % side) * this.#stride + Math.floor(tap / 3) - 1
      const x = (place % side) * this.#stride + (tap % 3) - 1
      if (y < 0 || y >= size || x < 0 || x >= size) return -1
      return ((Math.floor(place / side / side) * size + y) * size + x) * from + channel
    })
    return this.#positions
  }

  /** OIHW, as ONNX has them. */
  get onnxWeights(): Float64Array {
    const from = this.#from
    return Float64Array.from({ length: channels * from * 9 }, (_, index) => {
      const tap = index % 9
      const input = Math.floor(index / 9) % from
      const output = Math.floor(index / 9 / from)
      return this.weights.data[(tap * from + input) * channels + output] as number
    })
  }

  get onnxShape(): readonly number[] {
    return [channels, this.#from, 3, 3]
  }
}

function reshape(tape: Tape, x: Variable, shape: readonly number[]): Variable {
  return tape.gather(
    x,
    x.data.map((_, index) => index),
    shape,
  )
}

/** Means of squares of 2 by 2 pixels of 8 by 8, and all as one row. */
function pool(tape: Tape, x: Variable): Variable {
  const batch = x.shape[0] as number
  const positions = new Int32Array(batch * 16 * channels * 4).map((_, index) => {
    const tap = index % 4
    const channel = Math.floor(index / 4) % channels
    const place = Math.floor(index / 4 / channels)
    const y = (Math.floor(place / 4) % 4) * 2 + (tap >> 1)
    const column = (place % 4) * 2 + (tap & 1)
    return ((Math.floor(place / 16) * 8 + y) * 8 + column) * channels + channel
  })
  const squares = tape.gather(x, positions, [1, batch * 16 * channels, 4])
  const means = tape.product(squares, variable([1, 4, 1], [0.25, 0.25, 0.25, 0.25]))
  return reshape(tape, means, [1, batch, 16 * channels])
}

/** A float ONNX model: convolutions with BatchNormalization and a residual, that reads digits. */
export function trainResidual(): Uint8Array {
  const random = new Sequence(2)
  const stem = new NormalizedConvolution(random, 1, 16, 2)
  const inner = new NormalizedConvolution(random, channels, 8, 1)
  const outer = new NormalizedConvolution(random, channels, 8, 1)
  const dense = weights(random, [1, 16 * channels, 10], 16 * channels)
  const bias = variable([10])
  const forward = (tape: Tape, batch: readonly Sample[]): Variable => {
    const image = variable([batch.length, 256, 1], stack(batch))
    const first = tape.relu(stem.forward(tape, image))
    const branch = outer.forward(tape, tape.relu(inner.forward(tape, first)))
    const joined = tape.relu(tape.add(branch, first))
    return tape.add(tape.product(pool(tape, joined), dense), bias)
  }
  const parameters = [stem, inner, outer].flatMap((layer) => layer.parameters)
  const all = { parameters: [...parameters, dense, bias], forward }
  train(all, digits(1_200, 21), { epochs: 3, batch: 24, rate: 0.006 })
  return exportResidual({ stem, inner, outer }, dense, bias)
}

function exportResidual(
  layers: Readonly<Record<string, NormalizedConvolution>>,
  dense: Variable,
  bias: Variable,
): Uint8Array {
  // ONNX flattens channels first, the tape has them last.
  const rows = dense.data.map((_, index) => {
    const [channel, place] = [Math.floor(index / 10 / 16), Math.floor(index / 10) % 16]
    return dense.data[(place * channels + channel) * 10 + (index % 10)] as number
  })
  return writeModel({
    opset: 13,
    inputs: [{ name: 'image', type: 'float', shape: [1, 1, 16, 16] }],
    outputs: [{ name: 'scores', type: 'float', shape: [1, 10] }],
    initializers: [
      ...Object.entries(layers).flatMap(([name, layer]) => [
        initializer(`${name}.weights`, layer.onnxShape, layer.onnxWeights),
        initializer(`${name}.gain`, [channels], layer.gain.data),
        initializer(`${name}.shift`, [channels], layer.shift.data),
        initializer(`${name}.mean`, [channels], layer.running.mean),
        initializer(`${name}.variance`, [channels], layer.running.variance),
      ]),
      initializer('dense', [16 * channels, 10], rows),
      initializer('bias', [10], bias.data),
    ],
    nodes: [
      ...convolution('stem', 'image', 2),
      { operator: 'Relu', inputs: ['stem'], outputs: ['first'] },
      ...convolution('inner', 'first', 1),
      { operator: 'Relu', inputs: ['inner'], outputs: ['hidden'] },
      ...convolution('outer', 'hidden', 1),
      { operator: 'Add', inputs: ['outer', 'first'], outputs: ['sum'] },
      { operator: 'Relu', inputs: ['sum'], outputs: ['joined'] },
      {
        operator: 'AveragePool',
        inputs: ['joined'],
        outputs: ['pooled'],
        attributes: { kernel_shape: [2, 2], strides: [2, 2] },
      },
      { operator: 'Flatten', inputs: ['pooled'], outputs: ['row'] },
      { operator: 'Gemm', inputs: ['row', 'dense', 'bias'], outputs: ['scores'] },
    ],
  })
}

function convolution(name: string, input: string, stride: number): readonly NodeSpec[] {
  return [
    {
      operator: 'Conv',
      inputs: [input, `${name}.weights`],
      outputs: [`${name}.sums`],
      attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [stride, stride] },
    },
    {
      operator: 'BatchNormalization',
      inputs: [`${name}.sums`, ...['gain', 'shift', 'mean', 'variance'].map((p) => `${name}.${p}`)],
      outputs: [name],
    },
  ]
}
