import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'

import * as fc from 'fast-check'

import { isFault } from '#base'
import {
  attachWeights,
  checkProvable,
  checkWeights,
  claimLimits,
  compile,
  element,
  execute,
  layoutsOf,
  type Program,
  splitModel,
  stepCost,
  type Tensor,
  trace,
  traceTree,
  weightsRoot,
} from '#inference'

import { Layout } from '../../inference/commitment/layout.ts'
import { cover, inputsRead, readings } from '../../inference/commitment/reading.ts'
import { bytesOf } from '../../inference/onnx/types.ts'
import { operators } from '../../inference/operators/index.ts'
import { sizeOf, stridesOf } from '../../inference/operators/shape.ts'
import { commit, generator, Graph, models, randomData } from './commitment-programs.ts'
import { randomGraph, recipeNames } from './random-graph.ts'

const shapes = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 5 })
const layouts = shapes.chain((shape) =>
  fc
    .shuffledSubarray(
      shape.map((_, axis) => axis),
      { minLength: shape.length, maxLength: shape.length },
    )
    .map((order) => new Layout(shape, order)),
)

/** Boxes that cover places in their order: a new one where the last would grow beyond extents. */
function boxesAround(places: readonly (readonly number[])[], extents: readonly number[]): number {
  let boxes = 0
  let low: number[] = []
  let high: number[] = []
  for (const place of places) {
    const lower = place.map((at, axis) => Math.min(at, low[axis] ?? at))
    const upper = place.map((at, axis) => Math.max(at, high[axis] ?? at))
    const fits =
      boxes > 0 && upper.every((at, axis) => at - (lower[axis] ?? 0) < (extents[axis] ?? 1))
    ;[low, high] = fits ? [lower, upper] : [[...place], [...place]]
    if (!fits) boxes++
  }
  return boxes
}

function isUnprovable(error: unknown): boolean {
  return isFault(error, 'INFERENCE_UNPROVABLE')
}

function sha3(...parts: readonly (Int8Array | Uint8Array)[]): Buffer {
  const hash = createHash('sha3-256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

describe('the layout of a commitment', () => {
  it('gives each element one position', () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        const size = sizeOf(layout.shape)
        const indices = Array.from({ length: size }, (_, position) => layout.index(position))
        assert.equal(new Set(indices).size, size)
        for (const [position, index] of indices.entries()) {
          assert.equal(layout.position(index), position)
        }
      }),
    )
  })

  it('commits elements in the order of their positions, as a whole and in part', () => {
    fc.assert(
      fc.property(
        layouts,
        fc.constantFrom('int8', 'int32', 'int64'),
        fc.nat(),
        (layout, type, from) => {
          const size = sizeOf(layout.shape)
          const data = randomData(type, layout.shape, generator(3))
          const moved = data.map((_: unknown, at: number) => data[layout.index(at)] as never)
          assert.deepEqual(layout.commit({ data }), bytesOf(moved))
          const start = from % size
          const part = layout.commitPart({ type, data }, start, size)
          assert.deepEqual(part, bytesOf(moved.subarray(start)))
        },
      ),
    )
  })

  it('keeps together what an operator reads together', () => {
    const graph = new Graph(1)
    const x = graph.input('uint8', 1, 3, 5, 5)
    const weights = graph.weights('int8', 4, 3, 3, 3)
    const made = graph.requantise(graph.node('ConvInteger', [x, weights]), 9)
    const second = graph.weights('int8', 2, 4, 1, 1)
    const last = graph.node('ConvInteger', [made, second])
    graph.output(last, 'int32', 1, 2, 3, 3)
    const program = compile(graph.model(), { limits: claimLimits })
    const orders = layoutsOf(program).map(({ order }) => order.join(''))
    const orderOf = (name: string) =>
      orders[program.values.findIndex((value) => value.name === name)]
    for (const name of [x, weights, made, second, 'value0.0', 'value1.0']) {
      assert.equal(orderOf(name), '0231', name)
    }
    assert.equal(orderOf(last), '0123')
  })
})

describe('boxes around elements that stand together', () => {
  it('hold as much as the elements need', () => {
    fc.assert(
      fc.property(
        shapes,
        fc.integer({ min: 0, max: 8 }),
        fc.nat(),
        fc.boolean(),
        (shape, power, at, isAligned) => {
          const size = sizeOf(shape)
          const length = 2 ** power
          const start = isAligned ? length * (at % Math.ceil(size / length)) : at % size
          const { copies, extents } = cover(shape, length, isAligned)
          const places = Array.from({ length: Math.min(length, size - start) }, (_, step) =>
            stridesOf(shape).map(
              (stride, axis) => Math.floor((start + step) / stride) % (shape[axis] ?? 1),
            ),
          )
          assert.ok(boxesAround(places, extents) <= copies)
        },
      ),
      { numRuns: 2_000 },
    )
  })
})

describe('what an operator reads', () => {
  it('is tried for every operator', () => {
    const untried = [...operators.keys()].filter((name) => !recipeNames.includes(name))
    assert.deepEqual(untried, [])
  })

  for (const first of recipeNames) {
    it(`for elements of ${first} that stand together lies in the boxes it declares`, () => {
      fc.assert(
        fc.property(
          fc.integer(),
          fc.integer({ min: 0, max: 5 }),
          fc.nat(),
          (seed, power, which) => {
            const { model, input } = randomGraph(seed, { oracle: false, first })
            const program = compile(model)
            const tensors = trace(program, input)
            for (const node of program.nodes.keys()) {
              readsWithinBoxes(program, tensors, { node, length: 2 ** power, which })
            }
          },
        ),
        { numRuns: 40 },
      )
    })
  }
})

interface Run {
  readonly node: number
  /** Elements that stand together, from a multiple of as many on. */
  readonly length: number
  readonly which: number
}

function readsWithinBoxes(
  program: Program,
  tensors: readonly Tensor[],
  { node: place, length, which }: Run,
): void {
  const node = program.nodes[place] ?? assert.fail()
  const output = which % node.outputs.length
  const layout = layoutsOf(program)[node.outputs[output] ?? -1] ?? assert.fail()
  const size = sizeOf(layout.shape)
  const committed = layout.order.map((axis) => layout.shape[axis] ?? 1)
  const { copies, extents } = cover(committed, length, true)
  const box = layout.logical(extents)
  const start = length * (which % Math.ceil(size / length))
  const read = node.inputs.map(() => new Set<number>())
  for (let position = start; position < Math.min(start + length, size); position++) {
    element(program, place, output, layout.index(position), (input, index) => {
      read[input]?.add(index)
      return tensors[node.inputs[input] ?? -1]?.data[index] ?? assert.fail()
    })
  }
  const touched = read.filter(({ size: count }) => count > 0).length
  assert.ok(touched <= copies * inputsRead(program, node, box), node.operator)
  const declared = new Map(readings(program, node, output, box).map((each) => [each.input, each]))
  for (const [input, indices] of read.entries()) {
    if (indices.size === 0) continue
    const reading = declared.get(input) ?? assert.fail(`${node.operator} reads input ${input}`)
    const shape = program.values[node.inputs[input] ?? -1]?.shape ?? assert.fail()
    assert.ok(indices.size <= copies * reading.copies * sizeOf(reading.extents), node.operator)
    if (copies * reading.copies > 1) continue
    for (const [axis, stride] of stridesOf(shape).entries()) {
      const along = [...indices].map((index) => Math.floor(index / stride) % (shape[axis] ?? 1))
      assert.ok(
        Math.max(...along) - Math.min(...along) < (reading.extents[axis] ?? 1),
        node.operator,
      )
    }
  }
}

describe('commitments to weights and traces', () => {
  it('have the root of weights that its definition gives', () => {
    const data = Int8Array.from({ length: 3 * 700 }, (_, at) => at)
    const columns = Array.from(data, (_, at) => data[(at % 3) * 700 + Math.floor(at / 3)] ?? 0)
    const leaves = [0, 1024, 2048].map((from) =>
      sha3(Uint8Array.of(0), Int8Array.from(columns.slice(from, from + 1024))),
    )
    const [one = data, two = data, three = data] = leaves
    const nodes = [
      sha3(Uint8Array.of(1), one, two),
      sha3(Uint8Array.of(1), three, new Uint8Array(32)),
    ]
    const head = Uint8Array.of(2, 3, 2, 1, 0, 0, 0, 0, 3, 0, 0, 700 >> 8, 700 & 255)
    const root = sha3(head, sha3(Uint8Array.of(1), ...nodes))
    const tensor = { type: 'int8', shape: [3, 700], data } as const
    assert.deepEqual(weightsRoot(tensor, new Layout(tensor.shape, [1, 0])), new Uint8Array(root))
  })

  it('have roots of traces that never change', () => {
    const roots = Object.entries(models).map(([name, model]) => {
      const { program, tensors } = commit(model(), 1)
      return [name, traceTree(program, tensors).top.toHex()]
    })
    assert.deepEqual(Object.fromEntries(roots), {
      dense: '5b8f502466ee4a48c1cf04fe09e1292850ad659acb977b156fb58505d280ad3b',
      convolutions: 'fdd6b99ce7fab391685760db2c8a707c36896cf2ff6f7c3af1faba3bee095e3d',
      attention: 'f12e3ec07f36737858df150595e06a2927447a8e15c966e20e170ce72ff46353',
      movements: 'b51795efef6a97a2516e63f361f642391795c733905c3cb8f24879c6a0f72a08',
    })
  })

  it('tell weights from others of the same bytes', () => {
    const data = Int8Array.from({ length: 12 }, (_, at) => at)
    const roots = [
      { type: 'int8', shape: [3, 4], data } as const,
      { type: 'int8', shape: [4, 3], data } as const,
      { type: 'uint8', shape: [3, 4], data: new Uint8Array(data) } as const,
      { type: 'int8', shape: [12], data } as const,
    ].map((tensor) =>
      weightsRoot(
        tensor,
        new Layout(
          tensor.shape,
          tensor.shape.map((_, axis) => axis),
        ),
      ),
    )
    assert.equal(new Set(roots.map((root) => root.toHex())).size, 4)
  })

  it('leave small constants and those of compilation in the model', () => {
    const { skeleton, weights } = splitModel(models['convolutions']?.() ?? new Uint8Array(0), 64)
    const program = compile(skeleton, { limits: claimLimits, external: true })
    const named = program.constants.filter(({ root }) => root !== undefined)
    assert.equal(named.length, weights.size)
    assert.deepEqual(new Set(named.map(({ shape }) => shape.length)), new Set([2, 4]))
  })

  it('are to the same model', () => {
    for (const model of Object.values(models)) {
      const whole = compile(model(), { limits: claimLimits })
      const { program, input } = commit(model(), 5, 1)
      assert.deepEqual(execute(program, input), execute(whole, input))
    }
  })

  it('refuse weights that are not those of the model', () => {
    const { skeleton, weights } = splitModel(models['dense']?.() ?? new Uint8Array(0), 64)
    const program = compile(skeleton, { limits: claimLimits, external: true })
    const others = new Map(
      Array.from(weights, ([root, bytes]) => [root, bytes.map((byte) => byte ^ 1)]),
    )
    checkWeights(attachWeights(program, weights))
    assert.throws(
      () => checkWeights(attachWeights(program, others)),
      (error) => isFault(error, 'INFERENCE_ROOT'),
    )
  })

  it('refuse a model in which one element needs more than a transaction proves', () => {
    const graph = new Graph(1)
    const x = graph.input('int32', 1, 100_000)
    graph.output(graph.node('ReduceSum', [x, graph.integers(1)]), 'int32', 1, 1)
    assert.throws(
      () => checkProvable(compile(graph.model(), { limits: claimLimits })),
      isUnprovable,
    )
    const echo = new Graph(1)
    echo.input('int32', 4)
    echo.output('in0', 'int32', 4)
    assert.throws(() => checkProvable(compile(echo.model(), { limits: claimLimits })), isUnprovable)
  })

  it('cost nothing beyond the last leaf', () => {
    const { skeleton } = commit(models['dense']?.() ?? new Uint8Array(0), 1)
    assert.deepEqual(stepCost(skeleton, 2 ** 30), { elements: 0, reads: 0, bytes: 0, hashes: 0 })
  })
})
