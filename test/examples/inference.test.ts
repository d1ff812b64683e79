import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { type Abi, decodeEventLog } from 'viem'

import { fixed, hex, type Hex, unhex } from '#base'
import { sha3_256 } from '#crypto'
import {
  attachWeights,
  claimLimits,
  compile as compileModel,
  execute,
  proveOutput,
  splitModel,
  trace,
  Witness,
} from '#inference'
import type { Precompile } from '#precompiles'

import type { StoredReceipt } from '../../chain/port.ts'
import claimsPlugin from '../../precompiles/inference-claims/index.ts'
import modelsPlugin from '../../precompiles/models/index.ts'
import verifyPlugin from '../../precompiles/verify-inference/index.ts'
import { classifier as sample } from '../../scripts/vectors/model-samples.ts'
import { addressOf, alice, bob, carol, type Deployed, mallory, Scene } from '../contracts/scene.ts'
import { Graph } from '../inference/commitment-programs.ts'
import { compile } from '../precompiles/compile.ts'
import { repository } from './project.ts'

const deployedAt = ({ abi, address }: Precompile): Deployed => ({ abi: abi as Abi, address })
const models = deployedAt(modelsPlugin)
const verifier = deployedAt(verifyPlugin)
const claims = deployedAt(claimsPlugin)

const window = { seconds: 60, blocks: 3n }
const turn = { seconds: 30, blocks: 2n }
const bond = 10n ** 17n
const executed = 3
const optimistic = 2

/** Sixteen bytes to the place of the greatest of five sums. */
function classifier(): Uint8Array {
  const graph = new Graph(7)
  const input = graph.input('uint8', 1, 16)
  const sums = graph.node('MatMulInteger', [input, graph.weights('int8', 16, 5)])
  graph.output(graph.node('ArgMax', [sums], { axis: 1, keepdims: 0 }), 'int64', 1)
  return graph.model()
}

const whole = classifier()
const { skeleton, weights } = splitModel(whole, 64)
const program = attachWeights(
  compileModel(skeleton, { limits: claimLimits, external: true }),
  weights,
)

const answer = (input: Uint8Array): Uint8Array => execute(program, input)
const inputs = Array.from({ length: 40 }, (_, index) =>
  sha3_256(Uint8Array.of(index)).subarray(0, 16),
)
const wanted = Number(answer(inputs[0]!)[0])
const good = inputs.filter((input) => answer(input)[0] === wanted)
const bad = inputs.find((input) => answer(input)[0] !== wanted)!

/** A network on which the classifier is registered for both: to be run, and to be claimed about. */
class Stage {
  readonly scene: Scene
  readonly executable: Hex
  readonly claimed: Hex

  private constructor(scene: Scene, executable: Hex, claimed: Hex) {
    this.scene = scene
    this.executable = executable
    this.claimed = claimed
  }

  static async start(): Promise<Stage> {
    const scene = await Scene.start()
    const executable = await registered(scene, 'executable', whole, 0)
    return new Stage(scene, executable, await registered(scene, 'claimed', skeleton, 1))
  }

  deploy(name: string, args: readonly unknown[] = []): Promise<Deployed> {
    const contract = compile(`examples/inference/${name}.sol`)[name]!
    return this.scene.deploy({ abi: contract.abi as Abi, bytecode: contract.bytecode }, args)
  }

  /** Claims by a transaction of bob, truly. @returns Its id. */
  async claim(input: Uint8Array, value = bond): Promise<Hex> {
    const witness = new Witness(program, trace(program, input))
    const parts = [input, answer(input), witness.trace.top, proveOutput(witness)]
    const args = [this.claimed, ...parts.map((part) => hex(part))]
    return idOf(succeeded(await this.scene.send(bob, claims, 'claim', args, value)))
  }

  async settle(claim: Hex): Promise<void> {
    await this.pass(window.seconds, window.blocks)
    succeeded(await this.scene.send(carol, claims, 'settle', [claim]))
  }

  /** A commit without transactions may be without a block. */
  async pass(seconds: number, blocks: bigint): Promise<void> {
    this.scene.network.wait(seconds)
    for (let block = 0n; block < blocks; block++) await this.scene.network.run(carol)
  }
}

async function registered(
  scene: Scene,
  name: string,
  model: Uint8Array,
  kind: number,
): Promise<Hex> {
  const send = async (functionName: string, args: readonly unknown[]): Promise<void> => {
    succeeded(await scene.send(alice, models, functionName, args))
  }
  const hash = hex(sha3_256(model))
  await send('register', [name, hash, BigInt(model.length), 1n, kind, 'MIT', '{}'])
  const id = (await scene.value(models, 'idOf', [addressOf(alice), name, 1n])) as Hex
  const times = [window, turn].flatMap(({ seconds, blocks }) => [BigInt(seconds), blocks])
  await send('setTerms', [id, ...times, bond, hex(fixed(0, 32)), 0n])
  await send('putChunk', [id, 0n, hex(model)])
  await send('finalize', [id])
  return id
}

function succeeded(receipt: StoredReceipt): StoredReceipt {
  assert.equal(receipt.status, 1)
  return receipt
}

/** Of the claim that a transaction made. */
function idOf({ logs }: StoredReceipt): Hex {
  const [log] = logs
  assert.ok(log)
  const topics = log.topics.map((topic) => hex(topic)) as [Hex, ...Hex[]]
  const { args } = decodeEventLog({ abi: claims.abi, topics, data: hex(log.data) })
  return (args as unknown as { id: Hex }).id
}

describe('the gate that a classifier opens', function () {
  this.timeout(60_000)
  let stage: Stage
  before(async () => (stage = await Stage.start()))
  after(() => stage.scene.close())

  const gate = (model: Hex, minimum: number): Promise<Deployed> =>
    stage.deploy('AnswerGate', [model, BigInt(wanted), minimum])

  it('lets in by what every validator executes, once by one input', async () => {
    const { scene, executable } = stage
    const at = await gate(executable, executed)
    const enter = [hex(good[0]!)]
    assert.equal(await scene.value(at, 'isAdmitted', [addressOf(alice)]), false)
    succeeded(await scene.send(alice, at, 'enter', enter))
    assert.equal(await scene.value(at, 'isAdmitted', [addressOf(alice)]), true)
    assert.equal((await scene.ask(at, 'enter', enter, mallory)).error?.[0], 'UsedInput')
    const other = [hex(good[1]!), hex(answer(good[1]!)), '0x']
    succeeded(await scene.send(bob, at, 'enterWith', other))
    assert.equal(await scene.value(at, 'isAdmitted', [addressOf(bob)]), true)
  })

  it('refuses inputs of other classes, and answers that the model does not give', async () => {
    const { scene, executable } = stage
    const at = await gate(executable, executed)
    const other = BigInt(answer(bad)[0]!)
    assert.deepEqual((await scene.ask(at, 'enter', [hex(bad)])).error, ['AnotherClass', other])
    const lie = [hex(bad), hex(answer(good[0]!)), '0x']
    assert.deepEqual((await scene.ask(at, 'enterWith', lie)).error, ['LowTier', 0, executed])
  })

  it('demands its tier: a settled claim opens it on OPTIMISTIC and never on EXECUTED', async () => {
    const { scene, claimed } = stage
    const strict = await gate(claimed, executed)
    const lenient = await gate(claimed, optimistic)
    const input = good[0]!
    const parts = [hex(input), hex(answer(input)), '0x']
    const claim = await stage.claim(input)
    assert.deepEqual((await scene.ask(lenient, 'enterWith', parts)).error, [
      'LowTier',
      0,
      optimistic,
    ])
    await stage.settle(claim)
    assert.deepEqual((await scene.ask(strict, 'enterWith', parts)).error, ['LowTier', 0, executed])
    succeeded(await scene.send(alice, lenient, 'enterWith', parts))
    assert.equal(await scene.value(lenient, 'isAdmitted', [addressOf(alice)]), true)
  })
})

describe('the bounty for a claim that survives its window', function () {
  this.timeout(60_000)
  const reward = 10n ** 18n
  let stage: Stage
  let bounty: Deployed
  before(async () => {
    stage = await Stage.start()
    bounty = await stage.deploy('ClaimBounty')
  })
  after(() => stage.scene.close())

  async function offered(
    input: Uint8Array,
    { minimumBond = bond, seconds = 3600n } = {},
  ): Promise<bigint> {
    const { scene, claimed } = stage
    const deadline = scene.network.timestamp + seconds
    const args = [claimed, hex(sha3_256(input)), minimumBond, deadline]
    succeeded(await scene.send(alice, bounty, 'offer', args, reward))
    return (await scene.value(bounty, 'count')) as bigint
  }

  const balance = (of: Uint8Array): bigint => stage.scene.network.balance(of)
  const refusal = async (name: string, args: readonly unknown[]): Promise<unknown> =>
    (await stage.scene.ask(bounty, name, args)).error

  it('pays the claimant, whoever asks, once and not before the claim is settled', async () => {
    const { scene, claimed } = stage
    const input = inputs[0]!
    const number = await offered(input)
    const claim = await stage.claim(input)
    assert.deepEqual(await refusal('collect', [number, claim]), ['ClaimNotSettled', 1])
    await stage.settle(claim)
    const hashes = [sha3_256(input), sha3_256(answer(input))].map((hash) => hex(hash))
    assert.equal(await scene.value(verifier, 'settledClaim', [claimed, ...hashes]), claim)
    const before = balance(bob.address)
    succeeded(await scene.send(mallory, bounty, 'collect', [number, claim]))
    assert.equal(balance(bob.address), before + reward)
    assert.equal(balance(unhex(bounty.address)), 0n)
    assert.deepEqual(await refusal('collect', [number, claim]), ['NoBounty', number])
    assert.deepEqual(await refusal('refund', [number]), ['NoBounty', number])
  })

  it('wants the question that was asked, and the bond that was named', async () => {
    const number = await offered(inputs[1]!, { minimumBond: bond + 1n })
    const [other, cheap] = [await stage.claim(inputs[2]!), await stage.claim(inputs[1]!)]
    const dear = await stage.claim(inputs[1]!, bond + 1n)
    for (const claim of [other, cheap, dear]) await stage.settle(claim)
    assert.equal(((await refusal('collect', [number, other])) as [string])[0], 'AnotherQuestion')
    const small = ['BondTooSmall', bond, bond + 1n]
    assert.deepEqual(await refusal('collect', [number, cheap]), small)
    succeeded(await stage.scene.send(bob, bounty, 'collect', [number, dear]))
  })

  it('pays nobody for a claim that was refuted, and gives the reward back', async () => {
    const { scene } = stage
    const input = inputs[3]!
    const number = await offered(input, { seconds: 600n })
    const claim = await stage.claim(input)
    succeeded(await scene.send(mallory, claims, 'challenge', [claim], bond))
    await stage.pass(turn.seconds, turn.blocks)
    succeeded(await scene.send(mallory, claims, 'timeout', [claim, 1n]))
    assert.deepEqual(await refusal('collect', [number, claim]), ['ClaimNotSettled', 3])
    assert.equal(((await refusal('refund', [number])) as [string])[0], 'BeforeDeadline')
    await stage.pass(600, 1n)
    const before = balance(alice.address)
    succeeded(await scene.send(carol, bounty, 'refund', [number]))
    assert.equal(balance(alice.address), before + reward)
  })
})

describe('the classifier of the guide', () => {
  it('is that of the vectors', () => {
    const file = path.join(repository, 'examples/inference/classifier.onnx')
    assert.equal(hex(readFileSync(file)), sample.bytes)
  })
})
