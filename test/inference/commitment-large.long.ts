import assert from 'node:assert/strict'

import {
  checkProvable,
  checkWeights,
  inferLimits,
  inputRoot,
  leafAt,
  prove,
  stepCost,
  traceSize,
  verifyStep,
  Witness,
} from '#inference'

import { commit, type Committed, Graph } from './commitment-programs.ts'

const layers = 15
const [channels, side] = [512, 6]

/** Convolutions with what stands between them in a quantised network, and a head. */
function large(): Uint8Array {
  const graph = new Graph(5)
  let x = graph.input('uint8', 1, channels, side, side)
  for (let layer = 0; layer < layers; layer++) {
    const weights = graph.weights('int8', channels, channels, 3, 3)
    const made = graph.node('ConvInteger', [x, weights, graph.scalar('uint8', 128)], {
      pads: [1, 1, 1, 1],
    })
    x = graph.requantise(
      graph.node('Add', [made, graph.weights('int32', 1, channels, 1, 1)]),
      20_000,
    )
  }
  const wide = graph.node('Cast', [x], { to: 6 })
  const sums = graph.node('ReduceSum', [wide, graph.integers(2, 3)], { keepdims: 0 })
  const pooled = graph.requantise(sums, side * side)
  const logits = graph.node('MatMulInteger', [pooled, graph.weights('int8', channels, 1000)])
  const [best = ''] = graph.nodes('TopK', [logits, graph.integers(5)], 2)
  graph.output(best, 'int32', 1, 5)
  return graph.model()
}

describe('the commitment to a trace of a model of 32 MiB', function () {
  this.timeout(120_000)
  let committed: Committed

  before(() => {
    committed = commit(large(), 3, 4096)
  })

  it('is of a model that runs in no block', () => {
    const { program } = committed
    const bytes = program.constants.reduce(
      (all, { tensor }) => all + (tensor?.data.byteLength ?? 0),
      0,
    )
    assert.ok(bytes >= 32 * 2 ** 20)
    assert.ok(program.cost.macs >= 1e9)
    assert.ok(program.cost.macs > inferLimits.macs)
  })

  it('has its weights by root and can be disputed', () => {
    checkWeights(committed.program)
    checkProvable(committed.skeleton)
  })

  it('lets every kind of leaf be proven in one transaction', () => {
    const { program, skeleton, tensors, input } = committed
    const witness = new Witness(program, tensors)
    const claim = { inputRoot: inputRoot(skeleton, input), traceRoot: witness.trace.top }
    const envelope = 6 * 1024
    let before = -1
    for (let leaf = 0; leaf < traceSize(skeleton).leaves; leaf++) {
      const { node = -1, from } = leafAt(skeleton, leaf) ?? {}
      // The first leaf of each node, where windows meet the border, and one inside.
      if (node === before && from !== 8 * 2051) continue
      before = node
      const openings = prove(witness, leaf)
      const { bytes } = stepCost(skeleton, leaf)
      assert.ok(openings.length <= bytes && bytes <= 131_072 - envelope)
      const step = { ...claim, leaf, leafHash: witness.trace.hash(0, leaf) }
      assert.equal(verifyStep(skeleton, step, openings), true)
      const lie = { ...step, leafHash: step.leafHash.with(0, (step.leafHash[0] ?? 0) ^ 1) }
      assert.equal(verifyStep(skeleton, lie, openings), false)
    }
  })
})
