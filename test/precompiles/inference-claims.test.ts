import assert from 'node:assert/strict'

import { hexToBytes } from 'viem'

import { fixed, hex } from '#base'
import { sha3_256 } from '#crypto'
import {
  attachWeights,
  claimLimits,
  compile,
  execute,
  firstDifference,
  prove,
  proveOutput,
  reveal,
  splitModel,
  type Tensor,
  trace,
  traceSize,
  Witness,
  writeModel,
} from '#inference'

import { Graph } from '../inference/commitment-programs.ts'
import { alice, bob, ModelWorld } from './model-world.ts'

const carol = fixed(0xca401, 20)
const bond = 10n ** 17n
const window = { seconds: 3600n, blocks: 100n }
const turn = { seconds: 60n, blocks: 10n }

/** Two layers of sums with a requantisation between. */
function network(): Uint8Array {
  const graph = new Graph(11)
  const input = graph.input('uint8', 4, 16)
  const sums = graph.node('MatMulInteger', [input, graph.weights('int8', 16, 24)])
  const hidden = graph.requantise(sums, 64)
  const last = graph.node('MatMulInteger', [hidden, graph.weights('int8', 24, 10)])
  graph.output(last, 'int32', 4, 10)
  return graph.model()
}

const { skeleton, weights } = splitModel(network(), 64)
const whole = attachWeights(compile(skeleton, { limits: claimLimits, external: true }), weights)
const input = Uint8Array.from({ length: 64 }, (_, index) => (index * 37) % 251)

/** What a claimant holds, with node output `value` other than it should be. */
function witnessOf(value?: number): Witness {
  const tensors: Tensor[] = [...trace(whole, input)]
  if (value !== undefined) {
    const honest = tensors[value]!
    const data = honest.data.slice()
    data[0] = ((data[0] as number) ^ 1) as never
    tensors[value] = { ...honest, data }
  }
  return new Witness(whole, tensors)
}

function outputOf(witness: Witness): Uint8Array {
  const { data } = witness.tensor(whole.outputs[0]!.index)
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

const honest = witnessOf()
const { depth } = traceSize(whole)

class Dispute {
  readonly world = new ModelWorld()
  readonly model: string
  readonly claim: string
  readonly witness: Witness

  constructor(witness: Witness) {
    this.witness = witness
    this.model = this.world.drafted(skeleton, 1)
    const terms = [window.seconds, window.blocks, turn.seconds, turn.blocks]
    this.world.call('models', 'setTerms', [this.model, ...terms, bond, fixed(0, 32), 0n])
    this.world.call('models', 'putChunk', [this.model, 0n, skeleton])
    this.world.call('models', 'finalize', [this.model])
    this.claim = this.made(witness)
  }

  made(witness: Witness): string {
    const parts = [input, outputOf(witness), witness.trace.top, proveOutput(witness)]
    return this.world.call('claims', 'claim', [this.model, ...parts], { value: bond }) as string
  }

  challenge(from = bob): bigint {
    return this.world.call('claims', 'challenge', [this.claim], { from, value: bond }) as bigint
  }

  state(challenge: bigint): { turn: number; level: number; index: number } {
    const words = this.world.call('claims', 'challengeOf', [this.claim, challenge]) as unknown[]
    return { turn: words[1] as number, level: words[2] as number, index: Number(words[3]) }
  }

  get status(): number {
    return (this.world.call('claims', 'claimOf', [this.claim]) as unknown[])[0] as number
  }

  /** The claimant's and the challenger's moves, down to a leaf. */
  bisect(challenge: bigint, choose: (own: readonly Uint8Array[]) => number, from = bob): number {
    for (;;) {
      const node = this.state(challenge)
      if (node.turn === 2) return node.index
      const hashes = reveal(this.witness.trace, node)
      this.world.call('claims', 'reveal', [this.claim, challenge, hashes])
      const place = BigInt(choose(hashes))
      this.world.call('claims', 'choose', [this.claim, challenge, hashes, place], { from })
    }
  }

  /** As an honest challenger does it. */
  bisectTruly(challenge: bigint, from = bob): number {
    return this.bisect(
      challenge,
      (hashes) => {
        const { level, index } = this.state(challenge)
        return firstDifference(honest.trace, { level, index }, hashes) ?? 0
      },
      from,
    )
  }

  settle(): void {
    this.world.call('claims', 'settle', [this.claim])
  }
}

/** One leaf of it reads 100,000 weights; `nodes` beside that make it dear to load. */
function beside(nodes: number): Uint8Array {
  return writeModel({
    opset: 13,
    inputs: [{ name: 'x', type: 'int8', shape: [1] }],
    outputs: [{ name: 'y', type: 'int8', shape: [1] }],
    initializers: [{ name: 'w', type: 'int8', shape: [1, 100_000], root: '00'.repeat(32) }],
    nodes: [
      {
        operator: 'ReduceMax',
        inputs: ['w'],
        outputs: ['m'],
        attributes: { axes: [1], keepdims: 0 },
      },
      { operator: 'Max', inputs: ['m', 'x'], outputs: ['y'] },
      ...Array.from({ length: nodes }, (_, index) => ({
        operator: 'Concat',
        inputs: Array.from({ length: 255 }, () => 'x'),
        outputs: [`c${index}`],
        attributes: { axis: 0 },
      })),
    ],
  })
}

describe('a claim', () => {
  it('that nobody challenges is settled when its window is over, and stands as OPTIMISTIC', () => {
    const { world, model, claim, ...rest } = new Dispute(honest)
    const output = outputOf(honest)
    const standing = (minimum: number): unknown =>
      world.call('verify', 'verify', [model, input, output, minimum, '0x'])
    assert.equal(standing(0), 0)
    const settle = () => world.call('claims', 'settle', [claim])
    assert.throws(settle, /window is open/)
    // Time without blocks is no time, and blocks without time are none either.
    world.pass(100_000n, 1n)
    assert.throws(settle, /window is open/)
    world.timestamp -= 100_000n
    world.pass(0n, 1000n)
    assert.throws(settle, /window is open/)
    world.pass(3600n, 0n)
    settle()
    assert.equal(world.balance(alice), bond)
    assert.equal(standing(2), 2)
    assert.equal(standing(3), 0)
    assert.throws(settle, /not open/)
    const hashes = [sha3_256(input), sha3_256(output)]
    assert.equal(world.call('verify', 'settledClaim', [model, ...hashes]), claim)
    const other = [model, input, output.with(0, output[0]! ^ 1), 1, '0x']
    assert.equal(world.call('verify', 'verify', other), 0)
    assert.ok(rest.witness)
  })

  it('that is altered in any single node output falls to an honest challenger', () => {
    for (const value of whole.nodes.flatMap(({ outputs }) => outputs)) {
      const dispute = new Dispute(witnessOf(value))
      const number = dispute.challenge()
      const leaf = dispute.bisectTruly(number)
      const right = dispute.world.call(
        'claims',
        'prove',
        [dispute.claim, number, prove(dispute.witness, leaf)],
        { from: bob },
      )
      assert.equal(right, false)
      assert.equal(dispute.status, 3)
      assert.equal(dispute.world.balance(bob), bond + bond / 2n)
      assert.throws(() => dispute.settle(), /not open/)
    }
  })

  it('that is right takes the bond of who challenges it, wherever he points', () => {
    for (const place of [0, 1, 15]) {
      const dispute = new Dispute(honest)
      const number = dispute.challenge()
      const leaf = dispute.bisect(number, (hashes) => Math.min(place, hashes.length - 1))
      const proof = prove(dispute.witness, leaf)
      assert.equal(dispute.world.call('claims', 'prove', [dispute.claim, number, proof]), true)
      assert.equal(dispute.world.balance(alice), bond)
      assert.equal(dispute.status, 1)
      dispute.world.pass(window.seconds, window.blocks)
      dispute.settle()
      assert.equal(dispute.world.balance(alice), 2n * bond)
    }
  })

  it('falls when its claimant is absent, and stands when its challenger is', () => {
    const absent = new Dispute(honest)
    const number = absent.challenge()
    const timeout = (of: Dispute) => () => of.world.call('claims', 'timeout', [of.claim, number])
    assert.throws(timeout(absent), /not over/)
    // A day without blocks counts against nobody.
    absent.world.pass(86_400n, 1n)
    assert.throws(timeout(absent), /not over/)
    absent.world.pass(0n, 9n)
    timeout(absent)()
    assert.equal(absent.status, 3)
    assert.equal(absent.world.balance(bob), bond + bond / 2n)

    const lone = new Dispute(honest)
    lone.challenge()
    const node = lone.state(number)
    lone.world.call('claims', 'reveal', [lone.claim, number, reveal(honest.trace, node)])
    lone.world.pass(turn.seconds, turn.blocks)
    timeout(lone)()
    assert.equal(lone.status, 1)
    assert.equal(lone.world.balance(alice), bond)
  })

  it('is not protected by a challenger who loses on purpose', () => {
    const dispute = new Dispute(witnessOf(whole.nodes[0]!.outputs[0]))
    const friend = dispute.challenge(carol)
    const leaf = dispute.bisect(friend, (hashes) => hashes.length - 1, carol)
    const proof = prove(dispute.witness, leaf)
    assert.equal(dispute.world.call('claims', 'prove', [dispute.claim, friend, proof]), true)
    assert.equal(dispute.status, 1)
    const number = dispute.challenge()
    const wrong = prove(dispute.witness, dispute.bisectTruly(number))
    assert.equal(dispute.world.call('claims', 'prove', [dispute.claim, number, wrong]), false)
    assert.equal(dispute.status, 3)
  })

  it('has its challenges side by side; with the first that wins all others have their bond back', () => {
    const dispute = new Dispute(witnessOf(whole.nodes[0]!.outputs[0]))
    const [first, second] = [dispute.challenge(), dispute.challenge(carol)]
    const withdraw = () => dispute.world.call('claims', 'withdraw', [dispute.claim, second])
    assert.throws(withdraw, /not refuted/)
    dispute.world.pass(window.seconds, window.blocks)
    assert.throws(() => dispute.settle(), /not decided/)
    assert.throws(() => dispute.challenge(), /window is over/)
    const wrong = prove(dispute.witness, dispute.bisectTruly(first))
    dispute.world.call('claims', 'prove', [dispute.claim, first, wrong])
    withdraw()
    assert.equal(dispute.world.balance(carol), bond)
    assert.throws(withdraw, /decided/)
    const won = () => dispute.world.call('claims', 'withdraw', [dispute.claim, first])
    assert.throws(won, /decided/)
  })

  it('refuses moves out of turn, by others, of others and after the end', () => {
    const dispute = new Dispute(honest)
    const { world, claim } = dispute
    const number = dispute.challenge()
    const top = { level: depth, index: 0 }
    const hashes = reveal(honest.trace, top)
    const move = (name: string, rest: readonly unknown[], why: RegExp, from = alice): void => {
      assert.throws(() => world.call('claims', name, [claim, number, ...rest], { from }), why)
    }
    move('choose', [hashes, 0n], /nothing is to be chosen/, bob)
    move('prove', ['0x'], /nothing is to be proven/)
    move('reveal', [hashes], /only the claimant/, bob)
    move('reveal', [hashes.slice(1)], /number of hashes/)
    move('reveal', [hashes.with(0, fixed(1, 32))], /other hashes/)
    world.call('claims', 'reveal', [claim, number, hashes])
    move('reveal', [hashes], /nothing is to be revealed/)
    move('choose', [hashes, 0n], /only the challenger/)
    move('choose', [hashes.toReversed(), 0n], /other hashes/, bob)
    move('choose', [hashes, BigInt(hashes.length)], /no such place/, bob)
    move('choose', [hashes, 2n ** 64n - 1n], /no such place/, bob)
    world.call('claims', 'choose', [claim, number, hashes, 0n], { from: bob })
    const leaf = dispute.bisect(number, () => 0)
    move('prove', ['0x'], /not the openings/)
    const proof = prove(honest, leaf)
    move('prove', [proof.subarray(1)], /not the openings/)
    move('prove', [Uint8Array.of(...proof, 0)], /not the openings/)
    world.call('claims', 'prove', [claim, number, proof], { from: carol })
    move('prove', [proof], /decided/)
    move('timeout', [], /decided/)
    assert.throws(() => world.call('claims', 'timeout', [claim, 2n]), /unknown challenge/)
    assert.throws(() => world.call('claims', 'timeout', [fixed(1, 32), 1n]), /unknown claim/)
  })

  it('has to be whole, about a model that is claimed, and worth its bond', () => {
    const { world, model } = new Dispute(honest)
    const parts = [model, input, outputOf(honest), honest.trace.top, proveOutput(honest)]
    const claiming =
      (args: readonly unknown[], value = bond) =>
      () =>
        world.call('claims', 'claim', args, { value })
    assert.throws(claiming(parts, bond - 1n), /bond is too small/)
    assert.throws(claiming(parts, 0n), /bond is too small/)
    assert.throws(claiming(parts.with(1, input.subarray(1))), /not an input/)
    assert.throws(claiming(parts.with(2, new Uint8Array(160))), /not that of the trace/)
    assert.throws(claiming(parts.with(2, '0x')), /not an output of the model/)
    assert.throws(claiming(parts.with(3, fixed(1, 32))), /not that of the trace/)
    assert.throws(claiming(parts.with(4, '0x')), /not that of the trace/)
    assert.throws(claiming(parts.with(0, fixed(1, 32))), /unknown model/)
    const executable = world.registered(network(), 0)
    assert.throws(claiming(parts.with(0, executable)), /ask 0x0303/)
    const output = execute(whole, input)
    assert.deepEqual(world.call('infer', 'infer', [executable, input]), [hex(output), 3])
    world.call('models', 'deactivate', [model])
    assert.throws(claiming(parts), /not active/)
  })

  it('is not to be made about a model whose claims or proofs would fit no transaction', () => {
    const graph = new Graph(1)
    const wide = graph.input('uint8', 100_000)
    graph.output(graph.node('Abs', [wide]), 'uint8', 100_000)
    const world = new ModelWorld()
    assert.throws(() => world.registered(graph.model(), 1), /too large to be claimed/)

    world.registered(beside(0), 1)
    assert.throws(() => world.registered(beside(80), 1), /too large to be claimed/)
  })

  it('is numbered, listed and shown', () => {
    const dispute = new Dispute(honest)
    const second = dispute.made(honest)
    const { world, claim } = dispute
    assert.equal(world.call('claims', 'count'), 2n)
    assert.deepEqual(world.call('claims', 'list', [0n, 100n]), [claim, second])
    assert.deepEqual(world.call('claims', 'list', [1n, 1n]), [second])
    assert.throws(() => world.call('claims', 'list', [0n, 101n]), /page too long/)
    assert.deepEqual((world.call('claims', 'claimOf', [claim]) as unknown[]).slice(3, 7), [
      bond,
      hex(honest.trace.top),
      hex(sha3_256(input)),
      hex(sha3_256(outputOf(honest))),
    ])
    assert.equal(hexToBytes(claim as `0x${string}`).length, 32)
  })
})
