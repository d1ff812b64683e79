import { type InitializerSpec, type NodeSpec, writeModel } from '../../../inference/index.ts'
import type { Sample } from './digits.ts'
import { initializer, integers } from './export.ts'
import { affine, gelu, normalizeRows, ones } from './layers.ts'
import { Sequence } from './random.ts'
import { recallLength, recalls, recallVocabulary } from './recall.ts'
import { type Tape, type Variable, variable, weights } from './tape.ts'
import { train } from './train.ts'

const width = 16
const heads = 2
const headWidth = width / heads
const hidden = 32
const classes = 4
const length = recallLength

/** All that training changes; the shapes are those of ONNX, but for a leading one of matrices. */
function parametersOf(random: Sequence) {
  return {
    tokens: weights(random, [recallVocabulary, width], 1),
    places: weights(random, [length, width], 4),
    attentionGain: ones(width),
    attentionShift: variable([width]),
    projection: weights(random, [1, width, 3 * width], width),
    projectionBias: variable([3 * width]),
    mix: weights(random, [1, width, width], width),
    mixBias: variable([width]),
    denseGain: ones(width),
    denseShift: variable([width]),
    up: weights(random, [1, width, hidden], width),
    upBias: variable([hidden]),
    down: weights(random, [1, hidden, width], hidden),
    downBias: variable([width]),
    lastGain: ones(width),
    lastShift: variable([width]),
    classifier: weights(random, [1, width, classes], width),
    classifierBias: variable([classes]),
  }
}

type Parameters = ReturnType<typeof parametersOf>

function forward(all: Parameters, tape: Tape, batch: readonly Sample[]): Variable {
  const count = batch.length
  const rows = count * length
  const indices = batch.flatMap(({ values }) =>
    [...values].flatMap((token) => Array.from({ length: width }, (_, i) => token * width + i)),
  )
  const embedded = tape.add(tape.gather(all.tokens, indices, [1, rows, width]), all.places)
  const attended = attention(all, tape, embedded, count)
  const middle = tape.add(embedded, attended)
  const normal = affine(tape, normalizeRows(tape, middle), all.denseGain, all.denseShift)
  const grown = gelu(tape, tape.add(tape.product(normal, all.up), all.upBias))
  const dense = tape.add(tape.product(grown, all.down), all.downBias)
  const last = tape.add(middle, dense)
  const first = tape.gather(
    last,
    Int32Array.from(
      { length: count * width },
      (_, index) => Math.floor(index / width) * length * width + (index % width),
    ),
    [1, count, width],
  )
  const final = affine(tape, normalizeRows(tape, first), all.lastGain, all.lastShift)
  return tape.add(tape.product(final, all.classifier), all.classifierBias)
}

function attention(all: Parameters, tape: Tape, x: Variable, count: number): Variable {
  const normal = affine(tape, normalizeRows(tape, x), all.attentionGain, all.attentionShift)
  const projected = tape.add(tape.product(normal, all.projection), all.projectionBias)
  const size = count * heads * length * headWidth
  const part = (number: number, isTransposed: boolean): Variable => {
    const positions = new Int32Array(size).map((_, index) => {
      const [inner, outer] = isTransposed
        ? [Math.floor(index / length) % headWidth, index % length]
        : [index % headWidth, Math.floor(index / headWidth) % length]
      const head = Math.floor(index / length / headWidth) % heads
      const sample = Math.floor(index / length / headWidth / heads)
      const row = (sample * length + outer) * 3 * width
      return row + number * width + head * headWidth + inner
    })
    const shape = isTransposed ? [headWidth, length] : [length, headWidth]
    return tape.gather(projected, positions, [count * heads, ...shape])
  }
  const scores = tape.scale(tape.product(part(0, false), part(1, true)), attentionScale)
  const found = tape.product(tape.softmax(scores), part(2, false))
  const joined = new Int32Array(size).map((_, index) => {
    const channel = index % width
    const place = Math.floor(index / width) % length
    const sample = Math.floor(index / width / length)
    const head = Math.floor(channel / headWidth)
    return ((sample * heads + head) * length + place) * headWidth + (channel % headWidth)
  })
  const rows = tape.gather(found, joined, [1, count * length, width])
  return tape.add(tape.product(rows, all.mix), all.mixBias)
}

const attentionScale = 1 / Math.sqrt(headWidth)

/** A float ONNX model: one block of attention and a dense layer, that finds a value by its key. */
export function trainTransformer(): Uint8Array {
  const all = parametersOf(new Sequence(3))
  const model = {
    parameters: Object.values(all),
    forward: (tape: Tape, batch: readonly Sample[]) => forward(all, tape, batch),
  }
  train(model, recalls(3_000, 31), { epochs: 6, batch: 30, rate: 0.008 })
  return writeModel({
    opset: 20,
    irVersion: 9,
    inputs: [{ name: 'sequence', type: 'int64', shape: [1, length] }],
    outputs: [{ name: 'scores', type: 'float', shape: [1, classes] }],
    initializers: constants(all),
    nodes: [...attentionNodes, ...denseNodes],
  })
}

function constants(all: Parameters): readonly InitializerSpec[] {
  return [
    ...Object.entries(all).map(([name, { shape, data }]) =>
      initializer(name, shape.length === 3 ? shape.slice(1) : shape, data),
    ),
    initializer('scale', [], [attentionScale]),
    integers('split', [width, width, width]),
    integers('heads', [1, length, heads, headWidth]),
    integers('rows', [1, length, width]),
    { name: 'first', type: 'int64', shape: [], data: BigInt64Array.of(0n) },
  ]
}

function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: NonNullable<NodeSpec['attributes']> = {},
): NodeSpec {
  return { operator, inputs, outputs: [output], attributes }
}

const attentionNodes: readonly NodeSpec[] = [
  node('Gather', ['tokens', 'sequence'], 'found'),
  node('Add', ['found', 'places'], 'embedded'),
  node('LayerNormalization', ['embedded', 'attentionGain', 'attentionShift'], 'normal'),
  node('MatMul', ['normal', 'projection'], 'product'),
  node('Add', ['product', 'projectionBias'], 'projected'),
  {
    operator: 'Split',
    inputs: ['projected', 'split'],
    outputs: ['queries', 'keys', 'values'],
    attributes: { axis: 2 },
  },
  ...['queries', 'keys', 'values'].flatMap((name) => [
    node('Reshape', [name, 'heads'], `${name}.split`),
    node('Transpose', [`${name}.split`], `${name}.heads`, {
      perm: name === 'keys' ? [0, 2, 3, 1] : [0, 2, 1, 3],
    }),
  ]),
  node('MatMul', ['queries.heads', 'keys.heads'], 'raw'),
  node('Mul', ['raw', 'scale'], 'weights'),
  node('Softmax', ['weights'], 'shares'),
  node('MatMul', ['shares', 'values.heads'], 'mixed'),
  node('Transpose', ['mixed'], 'mixed.rows', { perm: [0, 2, 1, 3] }),
  node('Reshape', ['mixed.rows', 'rows'], 'joined'),
  node('MatMul', ['joined', 'mix'], 'out'),
  node('Add', ['out', 'mixBias'], 'attended'),
  node('Add', ['embedded', 'attended'], 'middle'),
]

const denseNodes: readonly NodeSpec[] = [
  node('LayerNormalization', ['middle', 'denseGain', 'denseShift'], 'middle.normal'),
  node('MatMul', ['middle.normal', 'up'], 'up.product'),
  node('Add', ['up.product', 'upBias'], 'grown'),
  node('Gelu', ['grown'], 'curved'),
  node('MatMul', ['curved', 'down'], 'down.product'),
  node('Add', ['down.product', 'downBias'], 'dense'),
  node('Add', ['middle', 'dense'], 'last'),
  node('Gather', ['last', 'first'], 'query', { axis: 1 }),
  node('LayerNormalization', ['query', 'lastGain', 'lastShift'], 'final'),
  node('Gemm', ['final', 'classifier', 'classifierBias'], 'scores'),
]
