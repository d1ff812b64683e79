import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { isFault } from '#base'
import {
  below,
  checkProvable,
  checkWeights,
  element,
  execute,
  firstDifference,
  foldReveal,
  type InitializerSpec,
  inputRoot,
  layoutsOf,
  leafAt,
  type MerkleTree,
  outputCost,
  type Program,
  prove,
  proveOutput,
  reveal,
  stepCost,
  type Tensor,
  traceSize,
  type TreeNode,
  verifyOutput,
  verifyStep,
  Witness,
  writeModel,
} from '#inference'

import { decodeOpenings } from '../../inference/commitment/openings.ts'
import { bytesOf } from '../../inference/onnx/types.ts'
import { commit, type Committed, models } from './commitment-programs.ts'
import { randomGraph, recipeNames } from './random-graph.ts'

function verdict({ skeleton, input }: Committed, witness: Witness, leaf: number): boolean {
  const openings = prove(witness, leaf)
  const cost = stepCost(skeleton, leaf)
  assert.ok(openings.length <= cost.bytes)
  assert.ok(hashesOf(skeleton, witness, openings) <= cost.hashes)
  const claim = {
    inputRoot: inputRoot(skeleton, input),
    traceRoot: witness.trace.top,
    leaf,
    leafHash: witness.trace.hash(0, leaf),
  }
  return verifyStep(skeleton, claim, openings)
}

/** Of the leaves that are opened, of all nodes above them, and of the leaf that is proven. */
function hashesOf(skeleton: Program, witness: Witness, openings: Uint8Array): number {
  let hashes = openings.length > 0 ? 1 : 0
  for (const { source, leaves } of decodeOpenings(skeleton, openings)) {
    let known = leaves
    hashes += leaves.length
    for (let level = 0; level < witness.tree(source).depth; level++) {
      known = [...new Set(known.map((index) => index >>> 1))]
      hashes += known.length
    }
  }
  return hashes
}

/** Goes from the root to the first leaf that the honest tree does not have. */
function bisect(honest: MerkleTree, claimed: MerkleTree): number {
  let node: TreeNode = { level: claimed.depth, index: 0 }
  while (node.level > 0) {
    const hashes = reveal(claimed, node)
    assert.deepEqual(foldReveal(node.level, hashes), claimed.hash(node.level, node.index))
    const place = firstDifference(honest, node, hashes)
    assert.ok(place !== undefined)
    node = below(node, place)
  }
  return node.index
}

/** The trace with one element of one value one higher. */
function altered(tensors: readonly Tensor[], value: number, index: number): readonly Tensor[] {
  const tensor = tensors[value]
  assert.ok(tensor)
  const data = tensor.data.slice()
  const one = data[index]
  if (tensor.type === 'bool') data[index] = (1 - Number(one)) as never
  else data[index] = (typeof one === 'bigint' ? one + 1n : Number(one) + 1) as never
  return tensors.with(value, { ...tensor, data })
}

function refused(error: unknown): boolean {
  return isFault(error, 'INFERENCE_OPENING', 'INFERENCE_INPUT')
}

function madeValues(program: Program): readonly number[] {
  return program.nodes.flatMap(({ outputs }) => outputs)
}

function provesEveryLeaf(committed: Committed, witness: Witness): void {
  for (let leaf = 0; leaf < 2 ** witness.trace.depth; leaf++) {
    assert.equal(verdict(committed, witness, leaf), true, `leaf ${leaf}`)
  }
}

function catches(committed: Committed, witness: Witness, value: number, index: number): void {
  const { program, tensors } = committed
  const claimed = new Witness(program, altered(tensors, value, index))
  const leaf = bisect(witness.trace, claimed.trace)
  const { node = -1 } = leafAt(program, leaf) ?? {}
  assert.ok(program.nodes[node]?.outputs.includes(value))
  assert.equal(verdict(committed, claimed, leaf), false)
}

/** By definition: what computing the elements of each leaf does read. */
function staysWithinCosts({ skeleton, tensors }: Committed): void {
  const layouts = layoutsOf(skeleton)
  for (let leaf = 0; leaf < traceSize(skeleton).leaves; leaf++) {
    const { node, output, from, to } = leafAt(skeleton, leaf) ?? assert.fail()
    const { inputs, outputs } = skeleton.nodes[node] ?? assert.fail()
    const layout = layouts[outputs[output] ?? -1] ?? assert.fail()
    const cost = stepCost(skeleton, leaf)
    let reads = 0
    for (let position = from; position < to; position++) {
      const read = new Set<string>()
      element(skeleton, node, output, layout.index(position), (input, index) => {
        read.add(`${input} ${index}`)
        return tensors[inputs[input] ?? -1]?.data[index] ?? assert.fail()
      })
      reads += read.size
    }
    assert.ok(to - from <= cost.elements)
    assert.ok(
      reads <= cost.reads,
      `${skeleton.nodes[node]?.operator} reads ${reads} of ${cost.reads}`,
    )
  }
}

for (const [name, model] of Object.entries(models)) {
  describe(`the commitment to a trace of ${name}`, function () {
    this.timeout(60_000)
    let committed: Committed
    let witness: Witness

    before(() => {
      committed = commit(model(), 7)
      witness = new Witness(committed.program, committed.tensors)
    })

    it('is cut in the same way with weights and without them', () => {
      const { program, skeleton } = committed
      checkProvable(skeleton)
      checkWeights(program)
      assert.deepEqual(traceSize(program), traceSize(skeleton))
      for (let leaf = 0; leaf < traceSize(program).leaves; leaf++) {
        assert.deepEqual(leafAt(program, leaf), leafAt(skeleton, leaf))
      }
    })

    it('lets every honest leaf be proven', () => {
      provesEveryLeaf(committed, witness)
    })

    it('says before what a proof may read', () => {
      staysWithinCosts(committed)
    })

    it('lets nobody prove a value with one altered element', () => {
      const { program, tensors } = committed
      for (const value of madeValues(program)) {
        const size = tensors[value]?.data.length ?? 0
        for (const index of [0, size >>> 1, size - 1]) catches(committed, witness, value, index)
      }
    })

    it('holds the output of the inference and no other', () => {
      const { program, skeleton, input, tensors } = committed
      const output = execute(program, input)
      const proof = proveOutput(witness)
      const root = witness.trace.top
      assert.equal(proof.length, outputCost(skeleton).bytes)
      assert.equal(verifyOutput(skeleton, root, output, proof), true)
      const last = program.outputs.at(-1)?.index ?? 0
      const lie = Buffer.concat(
        program.outputs.map(({ index }) => {
          const size = tensors[index]?.data.length ?? 0
          const tensor = index === last ? altered(tensors, last, size - 1)[last] : tensors[index]
          return bytesOf(tensor?.data ?? new Uint8Array(0))
        }),
      )
      assert.equal(verifyOutput(skeleton, root, lie, proof), false)
      assert.throws(() => verifyOutput(skeleton, root, output.subarray(1), proof), refused)
      assert.throws(
        () => verifyOutput(skeleton, root, output, Buffer.alloc(proof.length + 1)),
        refused,
      )
    })
  })
}

describe('a false trace', () => {
  it('with an index to where nothing is gives no proof and no other fault', () => {
    const committed = commit(models['attention']?.() ?? assert.fail(), 2)
    const { program, tensors } = committed
    const node = program.nodes.findIndex(({ operator }) => operator === 'Gather')
    const [, indices = -1] = program.nodes[node]?.inputs ?? []
    const { trace } = new Witness(program, tensors)
    const leaf = Array.from({ length: traceSize(program).leaves }, (_, at) => at).find(
      (at) => leafAt(program, at)?.node === node,
    )
    assert.ok(leaf !== undefined)
    for (const index of [256, -257, 2 ** 31 - 1, -(2 ** 31)]) {
      const { data, ...type } = tensors[indices] ?? assert.fail()
      const lie = { ...type, data: data.map(() => index as never) }
      const claimed = new Witness(program, tensors.with(indices, lie))
      assert.notDeepEqual(claimed.trace.top, trace.top)
      assert.throws(() => prove(claimed, leaf), refused)
    }
  })
})

describe('the commitment to a trace of a random graph', function () {
  this.timeout(60_000)

  for (const first of recipeNames) {
    it(`with ${first} proves what is right and nothing else`, () => {
      fc.assert(
        fc.property(fc.integer(), fc.nat(), fc.nat(), (seed, which, where) => {
          const { model, input } = randomGraph(seed, { oracle: false, first })
          const committed = withWeightsByRoot(model, input)
          const witness = new Witness(committed.program, committed.tensors)
          provesEveryLeaf(committed, witness)
          staysWithinCosts(committed)
          const made = madeValues(committed.program)
          const value = made[which % made.length] ?? assert.fail()
          const size = committed.tensors[value]?.data.length ?? 1
          catches(committed, witness, value, where % size)
        }),
        { numRuns: 8 },
      )
    })
  }
})

function integer(name: string, value: number): InitializerSpec {
  return { name, type: 'int64', shape: [1], data: BigInt64Array.of(BigInt(value)) }
}

describe('the bound of a proof', function () {
  this.timeout(60_000)

  it('covers openings that skip every other leaf of a long reduction', () => {
    // Each row of it is a leaf of one byte, of which the slice leaves out every second.
    const [rows, width] = [128, 65_536]
    const data = Int8Array.from({ length: rows * width }, (_, at) => (at * 7) % 120)
    const model = writeModel({
      opset: 13,
      inputs: [{ name: 'x', type: 'int8', shape: [1] }],
      outputs: [{ name: 'y', type: 'int8', shape: [rows / 2] }],
      initializers: [
        { name: 'w', type: 'int8', shape: [rows, width], data },
        integer('start', 0),
        integer('end', rows),
        integer('axis', 0),
        integer('step', 2),
        { name: 'zero', type: 'int8', shape: [1, 1], data: Int8Array.of(0) },
      ],
      nodes: [
        { operator: 'Add', inputs: ['w', 'zero'], outputs: ['v'] },
        {
          operator: 'ReduceMax',
          inputs: ['v'],
          outputs: ['m'],
          attributes: { axes: [1], keepdims: 0 },
        },
        { operator: 'Slice', inputs: ['m', 'start', 'end', 'axis', 'step'], outputs: ['h'] },
        { operator: 'Max', inputs: ['h', 'x'], outputs: ['y'] },
      ],
    })
    const committed = commit(model, 1, 1024, Uint8Array.of(5))
    const witness = new Witness(committed.program, committed.tensors)
    const { leaves } = traceSize(committed.skeleton)
    const proven = [leaves - 1, leaves - 2, leaves - rows / 2]
    for (const leaf of proven) {
      const openings = prove(witness, leaf)
      assert.ok(openings.length <= stepCost(committed.skeleton, leaf).bytes)
      assert.equal(verdict(committed, witness, leaf), true)
    }
  })
})

/** Where what is known of the weights is what makes the model one, they stay in it. */
function withWeightsByRoot(model: Uint8Array, input: Uint8Array): Committed {
  try {
    return commit(model, 1, 1, input)
  } catch (error) {
    if (!isFault(error, 'INFERENCE_MODEL')) throw error
    return commit(model, 1, Infinity, input)
  }
}
