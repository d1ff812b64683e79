import assert from 'node:assert/strict'

import { type Abi, encodeFunctionData } from 'viem'

import { fixed, type Hex, hex, unhex } from '#base'
import {
  checkProvable,
  inferLimits,
  prove,
  proveOutput,
  reveal,
  splitModel,
  stepCost,
  stride,
  traceSize,
  type StepCost,
  Witness,
} from '#inference'
import { algorithms, encodeTransaction, requiredGas, type Transaction } from '#protocol'

import { limits as steps } from '../../inference/commitment/limits.ts'
import { stepGas } from '../../precompiles/inference-claims/gas.ts'
import { limits as models } from '../../precompiles/models/limits.ts'
import { commit, type Committed, Graph } from '../inference/commitment-programs.ts'
import { bob, chunksOf, ModelWorld, plugins } from './model-world.ts'

const gasLimit = 2 ** 24
const transactionBytes = 131_072
const bond = 10n ** 17n
const [channels, side, layers] = [512, 6, 13]
const threshold = 4096

/** Convolutions, and a head whose every sum is over all that they made. */
function large(): Uint8Array {
  const graph = new Graph(5)
  let x = graph.input('uint8', 1, channels, side, side)
  for (let layer = 0; layer < layers; layer++) {
    const weights = graph.weights('int8', channels, channels, 3, 3)
    const made = graph.node('ConvInteger', [x, weights], { pads: [1, 1, 1, 1] })
    x = graph.requantise(made, 20_000)
  }
  const flat = graph.node('Flatten', [x])
  const head = graph.weights('int8', channels * side * side, 200)
  graph.output(graph.node('MatMulInteger', [flat, head]), 'int32', 1, 200)
  return graph.model()
}

function callOf(functionName: string, args: readonly unknown[]): Uint8Array {
  const abi = plugins.claims.abi as Abi
  return unhex(encodeFunctionData({ abi, functionName, args }))
}

/** Of the largest keys. */
function transactionOf(data: Uint8Array): Transaction {
  const { publicKeyBytes, signatureBytes } = algorithms[0x87]
  return {
    chainId: 2n ** 51n,
    nonceKey: 2n ** 63n,
    nonce: 2n ** 63n,
    validUntil: 2n ** 63n,
    maxPriorityFeePerGas: 2n ** 63n,
    maxFeePerGas: 2n ** 63n,
    gasLimit: BigInt(gasLimit),
    to: fixed(0x305, 20),
    value: 0n,
    data,
    accessList: [],
    sender: bob,
    algorithm: 0x87,
    key: new Uint8Array(publicKeyBytes),
    signature: new Uint8Array(signatureBytes),
  }
}

/** What a transaction with the call costs, beside its execution, and its size. */
function envelopeOf(data: Uint8Array): { readonly gas: number; readonly bytes: number } {
  const transaction = transactionOf(data)
  return { gas: Number(requiredGas(transaction)), bytes: encodeTransaction(transaction).length }
}

describe('the proof of one leaf', function () {
  this.timeout(300_000)
  let committed: Committed
  let skeleton: Uint8Array

  before(() => {
    const model = large()
    skeleton = splitModel(model, threshold).skeleton
    committed = commit(model, 3, threshold)
  })

  /** The leaf of which `weigh` says most. */
  function largest(weigh: (cost: StepCost) => number): number {
    const { program } = committed
    const weights = Array.from({ length: traceSize(program).leaves }, (_, leaf) =>
      weigh(stepCost(program, leaf)),
    )
    return weights.indexOf(Math.max(...weights))
  }

  /** A claim, challenged and bisected down to `leaf`. */
  function disputed(world: ModelWorld, witness: Witness, leaf: number): Hex {
    const { program, input } = committed
    const model = world.drafted(skeleton, 1)
    for (const [index, chunk] of chunksOf(skeleton).entries()) {
      world.call('models', 'putChunk', [model, BigInt(index), chunk])
    }
    const terms = [60n, 10n, 60n, 10n, bond, fixed(0, 32), 0n]
    world.call('models', 'setTerms', [model, ...terms])
    world.call('models', 'finalize', [model])
    const { data } = witness.tensor(program.outputs[0]!.index)
    const output = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    const parts = [input, output, witness.trace.top, proveOutput(witness)]
    const claim = world.call('claims', 'claim', [model, ...parts], { value: bond }) as Hex
    world.call('claims', 'challenge', [claim], { from: bob, value: bond })
    for (let level = traceSize(program).depth; level > 0;) {
      const hashes = reveal(witness.trace, { level, index: Math.floor(leaf / 2 ** level) })
      world.call('claims', 'reveal', [claim, 1n, hashes])
      level -= stride(level)
      const place = BigInt(Math.floor(leaf / 2 ** level) % hashes.length)
      world.call('claims', 'choose', [claim, 1n, hashes, place], { from: bob })
    }
    return claim
  }

  it('is of a model of 32 MiB that no block runs', () => {
    const { program, skeleton: graph } = committed
    const bytes = program.constants.reduce((all, { tensor }) => all + tensor!.data.byteLength, 0)
    assert.ok(bytes >= 2 ** 25)
    assert.ok(program.cost.macs >= 1e9 && program.cost.macs > inferLimits.macs)
    checkProvable(graph)
  })

  for (const [name, weigh] of [
    ['dearest', stepGas],
    ['longest', ({ bytes }: StepCost) => bytes],
  ] as const) {
    it(`fits a transaction where it is the ${name}`, function () {
      const witness = new Witness(committed.program, committed.tensors)
      const leaf = largest(weigh)
      const world = new ModelWorld()
      const claim = disputed(world, witness, leaf)
      const openings = prove(witness, leaf)
      const args = [claim, 1n, openings]
      const outcome = world.outcome('claims', 'prove', args, { gasLimit: 2n ** 24n })
      assert.equal(outcome.status, 'returned')
      const envelope = envelopeOf(callOf('prove', [claim, 1n, hex(openings)]))
      const gas = Number(outcome.gas) + envelope.gas
      this.test!.title += `: ${gas} gas, ${envelope.bytes} bytes`
      assert.ok(gas < gasLimit)
      assert.ok(envelope.bytes <= transactionBytes)
    })
  }

  it('fits a transaction at the limits of a model that becomes active', function () {
    const openings = new Uint8Array(steps.elementBytes.value).fill(0xff)
    const longest = envelopeOf(callOf('prove', [hex(fixed(1, 32)), 1n, hex(openings)]))
    // Call data is in what finalize counts.
    const { gas: empty } = envelopeOf(new Uint8Array(0))
    const slots = 12 * 2100 + 2 * 5000 + 34_000 + 5000
    const gas = models.stepGas.value + empty + slots
    this.test!.title += `: ${gas} gas, ${longest.bytes} bytes`
    assert.ok(gas < gasLimit)
    assert.ok(longest.bytes <= transactionBytes)
  })
})
