import assert from 'node:assert/strict'

import { isFault } from '#base'
import { attachWeights, claimLimits, compile, execute, inferLimits, type Program } from '#inference'

import { constant, integers, layer, node, value, write } from './models.ts'

function boundsOf(program: Program, name: string): readonly [bigint, bigint] {
  const found = program.values.find((item) => item.name === name)
  assert.ok(found)
  return [found.low, found.high]
}

function hasReason(reason: string) {
  return (error: unknown) => {
    assert.ok(isFault(error), String(error))
    assert.equal(Reflect.get(error.facts, 'reason'), reason)
    return true
  }
}

/** A table that is read by each byte of x. */
const table = (size: number) => ({
  initializers: [constant('t', 'uint8', [size], new Uint8Array(size))],
  outputs: [value('y', 'uint8', [1, 4])],
  nodes: [node('Cast', ['x'], ['i'], { to: 6 }), node('Gather', ['t', 'i'])],
})

/** A matrix by itself. */
const square = (size: number) => ({
  inputs: [value('x', 'int8', [size, size])],
  outputs: [value('y', 'int32', [size, size])],
  nodes: [node('MatMulInteger', ['x', 'x'])],
})

/** The cost of Max over as many operands. */
function elementsOfMax(count: number): number {
  const names = Array.from({ length: count }, () => 'x')
  const outputs = [value('y', 'uint8', [1, 4])]
  return compile(write({ outputs, nodes: [node('Max', names)] })).cost.elements
}

/** The cost of a convolution by filters of one tap. */
function costOfConvolution(
  channels: number,
  filters: number,
  height: number,
  width: number,
): readonly number[] {
  const graph = {
    inputs: [
      value('x', 'int8', [1, channels, height, width]),
      value('v', 'int8', [filters, channels, 1, 1]),
    ],
    outputs: [value('y', 'int32', [1, filters, height, width])],
    nodes: [node('ConvInteger', ['x', 'v'])],
  }
  const { macs, elements } = compile(write(graph)).cost
  return [macs, elements]
}

describe('static bounds', () => {
  it('of a product with known weights are reached, and not passed', () => {
    const program = compile(write())
    // Column by column: the positive weights times 255, and the negative ones.
    assert.deepEqual(boundsOf(program, 'sum'), [-18n * 255n, 16n * 255n])
    assert.deepEqual(boundsOf(program, 'y'), [0n, 255n])
    assert.ok(program.nodes.every(({ mayOverflow }) => !mayOverflow))
  })

  it('of many products with the same weights are known from one look at these', () => {
    const weights = new Int8Array(4096).fill(1)
    const names = Array.from({ length: 64 }, (_, at) => `y${at}`)
    const model = write({
      inputs: [value('x', 'uint8', [1, 4096])],
      outputs: [value('y0', 'int32', [1, 1])],
      initializers: [constant('w', 'int8', [4096, 1], weights)],
      nodes: names.map((name) => node('MatMulInteger', ['x', 'w'], [name])),
    })
    assert.ok(model.length < 2 * weights.length)
    const program = compile(model)
    for (const name of names) assert.deepEqual(boundsOf(program, name), [0n, 4096n * 255n])
  })

  it('come from the least and the most of weights that were looked at often enough', () => {
    const weights = Int8Array.from({ length: 4096 }, (_, at) => at & 1)
    const zeros = Array.from({ length: 8 }, (_, at) =>
      constant(`z${at}`, 'int8', [], Int8Array.of(1)),
    )
    const program = compile(
      write({
        inputs: [value('x', 'uint8', [1, 4096])],
        outputs: [value('y0', 'int32', [1, 1])],
        initializers: [constant('w', 'int8', [4096, 1], weights), ...zeros],
        nodes: zeros.map(({ name }, at) => node('MatMulInteger', ['x', 'w', '', name], [`y${at}`])),
      }),
    )
    assert.deepEqual(boundsOf(program, 'y0'), [-2048n * 255n, 0n])
    assert.deepEqual(boundsOf(program, 'y7'), [-4096n * 255n, 0n])
  })

  it('of a product with unknown weights come from their type', () => {
    const program = compile(
      write({
        inputs: [...layer.inputs, value('v', 'int8', [4, 3])],
        outputs: [value('y', 'int32', [1, 3])],
        nodes: [node('MatMulInteger', ['x', 'v'])],
      }),
    )
    assert.deepEqual(boundsOf(program, 'y'), [-4n * 255n * 128n, 4n * 255n * 127n])
  })

  it('follow a zero point', () => {
    const program = compile(
      write({
        outputs: [value('y', 'int32', [1, 3])],
        initializers: [
          constant('w', 'int8', [4, 3], new Int8Array(12).fill(1)),
          constant('zero', 'uint8', [], Uint8Array.of(255)),
        ],
        nodes: [node('MatMulInteger', ['x', 'w', 'zero'])],
      }),
    )
    assert.deepEqual(boundsOf(program, 'y'), [-1020n, 0n])
  })

  it('say where a result may wrap, and are the type’s from there', () => {
    const program = compile(
      write({
        outputs: [value('y', 'int32', [1, 3])],
        initializers: [
          ...(layer.initializers ?? []),
          constant('large', 'int32', [], Int32Array.of(2 ** 30)),
        ],
        nodes: [node('MatMulInteger', ['x', 'w'], ['sum']), node('Mul', ['sum', 'large'])],
      }),
    )
    assert.deepEqual(
      program.nodes.map(({ mayOverflow }) => mayOverflow),
      [false, true],
    )
    assert.deepEqual(boundsOf(program, 'y'), [-(2n ** 31n), 2n ** 31n - 1n])
  })

  it('let a table be read that is as long as its index goes', () => {
    assert.equal(compile(write(table(256))).outputs[0]?.high, 0n)
    assert.throws(() => compile(write(table(255))), hasReason('constant'))
  })
})

describe('the static cost', () => {
  it('counts products, elements and bytes', () => {
    const { cost } = compile(write())
    assert.deepEqual(cost, {
      macs: 12,
      // All results, and what it takes to begin a product and to do 12 without the kernel.
      elements: 5 * 3 + 128 + 6,
      // Nodes, their inputs, their outputs, initializers.
      parts: 5 + 10 + 5 + 5,
      inputBytes: 4,
      outputBytes: 3,
      // Constants, what lives at the second node, since the input is gone, and its working copies.
      peakBytes: 12 + 12 + 3 * 4 + 2 * 12 + 4 * 12,
    })
  })

  it('counts elements of 64 bits eight times', () => {
    const graph = { inputs: [value('x', 'int64', [5])], outputs: [value('y', 'int64', [5])] }
    const { cost } = compile(write({ ...graph, nodes: [node('Add', ['x', 'x'])] }))
    assert.equal(cost.elements, 40)
  })

  it('of Max and Min grows with their operands', () => {
    assert.deepEqual([1, 2, 3, 256].map(elementsOfMax), [4, 4, 8, 4 * 255])
  })

  it('counts what a convolution copies and packs beside its products', () => {
    // By the kernel: results, the beginning, rows of 64 channels, their bytes, and the weights.
    const beside = 128 + 64 * 8 * 4 + (64 * 8 * 8) / 8 + (64 * 64) / 4
    assert.deepEqual(costOfConvolution(64, 64, 8, 8), [64 * 64 * 64, 64 * 64 + beside])
    // Without it, where most of its work were copies: results, and products each in a row of its own.
    assert.deepEqual(costOfConvolution(4096, 1, 1, 2), [8192, 2 + 8192 / 2 + 8192 / 4])
  })

  it('counts outputs and initializers as parts, and tells of them before it looks at them', () => {
    const split = {
      inputs: [value('x', 'int8', [8])],
      outputs: [value('y0', 'int8', [1])],
      initializers: [],
      nodes: [
        node(
          'Split',
          ['x'],
          Array.from({ length: 8 }, (_, at) => `y${at}`),
        ),
      ],
      opset: 12,
    }
    assert.equal(compile(write(split)).cost.parts, 1 + 1 + 8)
    const charged: number[] = []
    compile(write(), { charge: (parts) => charged.push(parts) })
    assert.deepEqual(charged, [1, 1, 1, 1, 1, 4, 4, 4, 5, 3])
    assert.equal(
      charged.reduce((all, parts) => all + parts),
      compile(write()).cost.parts,
    )
    const nodeParts = 3
    const unknown = write({ nodes: [node('Unknown', ['x'])] })
    const charge = (parts: number) => {
      if (parts === nodeParts) throw new TypeError('no gas')
    }
    assert.throws(() => compile(unknown, { charge }), TypeError)
  })

  it('is refused at the node that passes a limit', () => {
    const products = Array.from({ length: 40 }, (_, at) =>
      node('MatMulInteger', ['x', 'x'], [`v${at}`]),
    )
    const nodes = [...products, node('Unknown', ['x'])]
    assert.throws(() => compile(write({ ...square(256), nodes })), hasReason('macs'))
  })

  it('is limited: products, elements and bytes', () => {
    assert.throws(() => compile(write(square(512))), hasReason('macs'))
    assert.equal(compile(write(square(512)), { limits: claimLimits }).cost.macs, 2 ** 27)
    const copies = Array.from({ length: 10 }, (_, at) => node('Abs', ['x'], [`v${at}`]))
    const wide = {
      inputs: [value('x', 'int8', [2 ** 21])],
      outputs: [value('v0', 'int8', [2 ** 21])],
    }
    assert.throws(() => compile(write({ ...wide, nodes: copies })), hasReason('elements'))
    const narrow = { ...inferLimits, peakBytes: 59 }
    assert.throws(() => compile(write(), { limits: narrow }), hasReason('memory'))
  })
})

describe('inputs', () => {
  it('of another length are refused', () => {
    assert.throws(() => execute(compile(write()), new Uint8Array(5)), hasReason('length'))
  })

  it('of bool are 0 or 1', () => {
    const program = compile(
      write({
        inputs: [value('x', 'bool', [2])],
        outputs: [value('y', 'bool', [2])],
        nodes: [node('Not', ['x'])],
      }),
    )
    assert.deepEqual(execute(program, Uint8Array.of(0, 1)), Uint8Array.of(1, 0))
    assert.throws(() => execute(program, Uint8Array.of(0, 2)), hasReason('bool'))
  })
})

describe('weights outside the model', () => {
  const root = 'ab'.repeat(32)
  const [weights, ...others] = layer.initializers ?? []
  const skeleton = write({
    initializers: [{ name: 'w', type: 'int8', shape: [4, 3], root }, ...others],
  })
  const bytes =
    weights !== undefined && 'data' in weights
      ? new Uint8Array(weights.data.buffer)
      : new Uint8Array(0)

  it('are refused unless they are asked for', () => {
    assert.throws(() => compile(skeleton), hasReason('external'))
  })

  it('leave a program that does not run, with bounds from their type', () => {
    const program = compile(skeleton, { external: true })
    const [constantOfWeights] = program.constants
    assert.equal(constantOfWeights?.root, root)
    assert.equal(constantOfWeights.tensor, undefined)
    assert.deepEqual(boundsOf(program, 'sum'), [-4n * 255n * 128n, 4n * 255n * 127n])
    assert.throws(() => execute(program, new Uint8Array(4)), hasReason('missing'))
  })

  it('give what they give inside it, once they are attached', () => {
    const program = attachWeights(compile(skeleton, { external: true }), new Map([[root, bytes]]))
    const input = Uint8Array.of(9, 200, 0, 255)
    assert.deepEqual(execute(program, input), execute(compile(write()), input))
  })

  it('are refused when they are absent or of another length', () => {
    const program = compile(skeleton, { external: true })
    assert.throws(() => attachWeights(program, new Map()), hasReason('missing'))
    assert.throws(
      () => attachWeights(program, new Map([[root, bytes.subarray(1)]])),
      hasReason('length'),
    )
  })

  it('are not what a divisor or a shape may be', () => {
    const scale = { name: 'scale', type: 'int32' as const, shape: [], root }
    const initializers = (layer.initializers ?? []).map((item) =>
      item.name === 'scale' ? scale : item,
    )
    assert.throws(() => compile(write({ initializers }), { external: true }), hasReason('constant'))
    const shape = { name: 'shape', type: 'int64' as const, shape: [1], root }
    const reshape = { initializers: [shape], nodes: [node('Reshape', ['x', 'shape'])] }
    assert.throws(() => compile(write(reshape), { external: true }), hasReason('constant'))
  })
})

describe('shapes', () => {
  it('that come from an input are refused', () => {
    const graph = { inputs: [...layer.inputs, value('s', 'int64', [1])] }
    const model = write({ ...graph, nodes: [node('Reshape', ['x', 's'])] })
    assert.throws(() => compile(model), hasReason('constant'))
  })

  it('may come from a node Constant', () => {
    const shape = { tensor: integers('', 4) }
    const program = compile(
      write({
        outputs: [value('y', 'uint8', [4])],
        nodes: [node('Constant', [], ['s'], { value: shape }), node('Reshape', ['x', 's'])],
      }),
    )
    assert.deepEqual(program.outputs[0]?.shape, [4])
    assert.equal(program.nodes.length, 1)
  })
})
