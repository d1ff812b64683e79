import assert from 'node:assert/strict'

import { type Abi, encodeFunctionData, toHex } from 'viem'

import { concat, fixed, type Hex, hex, unhex } from '#base'
import { sha3_256 } from '#crypto'
import {
  attachWeights,
  claimLimits,
  compile,
  prove,
  proveOutput,
  reveal,
  splitModel,
  trace,
  traceSize,
  Witness,
} from '#inference'
import { callInMemory } from '#precompiles'

import { Graph } from '../inference/commitment-programs.ts'
import { Seeded } from '../seeded.ts'
import { alice, bob, ModelWorld, type PluginName, plugins } from './model-world.ts'

const calls = 10_000
const seed = process.env['PARS_SEED'] ?? 'malformed models'
const bond = 10n ** 17n
const none = hex(fixed(0, 32))

function network(): Uint8Array {
  const graph = new Graph(11)
  const input = graph.input('uint8', 1, 16)
  const sums = graph.node('MatMulInteger', [input, graph.weights('int8', 16, 12)])
  const hidden = graph.requantise(sums, 64)
  const last = graph.node('MatMulInteger', [hidden, graph.weights('int8', 12, 5)])
  graph.output(last, 'int32', 1, 5)
  return graph.model()
}

const { skeleton, weights } = splitModel(network(), 32)
const whole = attachWeights(compile(skeleton, { limits: claimLimits, external: true }), weights)
const input = sha3_256(Uint8Array.of(1)).subarray(0, 16)
const witness = new Witness(whole, trace(whole, input))
const { data } = witness.tensor(whole.outputs[0]!.index)
const output = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
const hashes = reveal(witness.trace, { level: traceSize(whole).depth, index: 0 })

type Call = readonly [name: string, args: readonly unknown[]]

/** Models of both kinds, a draft, and claims: one open, one in each turn of a dispute, one refuted. */
class Scene {
  readonly world = new ModelWorld()
  readonly ids: readonly Hex[]
  readonly #calls: Record<PluginName, readonly Call[]>
  readonly #storage: ReadonlyMap<PluginName, ReadonlyMap<string, Uint8Array>>
  readonly #balances: ReadonlyMap<string, bigint>

  constructor() {
    const { world } = this
    const executable = world.registered(network(), 0)
    const draft = world.drafted(network(), 0)
    const committed = world.drafted(skeleton, 1)
    world.call('models', 'setTerms', [committed, 60n, 3n, 30n, 2n, bond, none, 0n])
    world.call('models', 'putChunk', [committed, 0n, skeleton])
    world.call('models', 'finalize', [committed])
    const claim = [committed, input, output, witness.trace.top, proveOutput(witness)]
    const claims = Array.from(
      { length: 5 },
      () => world.call('claims', 'claim', claim, { value: bond }) as Hex,
    )
    this.#dispute(claims)
    this.ids = [executable, draft, committed, ...claims]
    this.#calls = {
      models: modelCalls(draft, executable),
      infer: [executable, draft, committed].map((id) => ['infer', [id, input]] as const),
      verify: verifyCalls(executable, committed),
      claims: [['claim', claim], ...claims.flatMap(claimCalls)],
    }
    const entries = Object.entries(world.states) as [PluginName, ModelWorld['states']['models']][]
    this.#storage = new Map(entries.map(([name, { storage }]) => [name, new Map(storage)]))
    this.#balances = new Map(world.states.claims.balances)
  }

  /** Of the first claim nothing; of the others a challenge that has come this far. */
  #dispute([, revealing, choosing, proving, refuted]: readonly Hex[]): void {
    const { world } = this
    const challenged = [revealing, choosing, proving, refuted]
    for (const id of challenged) world.call('claims', 'challenge', [id], { from: bob, value: bond })
    for (const id of [choosing, proving]) world.call('claims', 'reveal', [id, 1n, hashes])
    world.call('claims', 'choose', [proving, 1n, hashes, 0n], { from: bob })
    world.call('claims', 'challenge', [refuted], { from: alice, value: bond })
    world.pass(30n, 2n)
    world.call('claims', 'timeout', [refuted, 1n])
  }

  callsOf(name: PluginName): readonly Uint8Array[] {
    const abi = plugins[name].abi as Abi
    return this.#calls[name].map(([functionName, args]) =>
      unhex(encodeFunctionData({ abi, functionName, args: args.map(toViem) })),
    )
  }

  restore(name: PluginName): void {
    const { storage, balances } = this.world.states[name]
    storage.clear()
    for (const [slot, word] of this.#storage.get(name) ?? []) storage.set(slot, word)
    if (name !== 'claims') return
    balances.clear()
    for (const [holder, wei] of this.#balances) balances.set(holder, wei)
  }
}

function modelCalls(draft: Hex, executable: Hex): readonly Call[] {
  const registration = ['name', sha3_256(network()), BigInt(network().length), 1n, 0, 'MIT', '{}']
  return [
    ['register', registration],
    ['setTerms', [draft, 60n, 3n, 30n, 2n, bond, none, 0n]],
    ['putChunk', [draft, 0n, network()]],
    ['finalize', [draft]],
    ...['deactivate', 'model', 'costOf', 'termsOf', 'textsOf'].map((name): Call => [
      name,
      [executable],
    ]),
    ['transfer', [executable, hex(bob)]],
    ['versionsOf', [hex(alice), 'model']],
    ['idOf', [hex(alice), 'model', 1n]],
    ['count', []],
    ['list', [0n, 100n]],
  ]
}

function verifyCalls(executable: Hex, committed: Hex): readonly Call[] {
  const proof = '0xc782033082040181c0'
  return [executable, committed].flatMap((id): Call[] => [
    ['verify', [id, input, output, 0, '0x']],
    ['verify', [id, input, output, 1, proof]],
    ['verifyAttested', [id, input, output, hex(fixed(9, 32)), 1n, proof]],
    ['settledClaim', [id, sha3_256(input), sha3_256(output)]],
    ['attestationHash', [id, input, output]],
  ])
}

function claimCalls(id: Hex): readonly Call[] {
  return [
    ['settle', [id]],
    ['challenge', [id]],
    ['reveal', [id, 1n, hashes]],
    ['choose', [id, 1n, hashes, 1n]],
    ['prove', [id, 1n, prove(witness, 0)]],
    ['timeout', [id, 1n]],
    ['withdraw', [id, 2n]],
    ['claimOf', [id]],
    ['challengeOf', [id, 1n]],
    ['count', []],
    ['list', [0n, 100n]],
  ]
}

function toViem(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value)
  return Array.isArray(value) ? value.map(toViem) : value
}

class Garbage {
  readonly random = new Seeded(seed)
  readonly #scene: Scene

  constructor(scene: Scene) {
    this.#scene = scene
  }

  /** A valid call with a bit flipped, a word of another's place, cut short or with noise behind it. */
  of(valid: readonly Uint8Array[]): Uint8Array {
    const { random } = this
    const call = random.pick(valid).slice()
    const words = Math.max(1, Math.floor((call.length - 4) / 32))
    const at = 4 + 32 * random.below(words)
    switch (random.below(6)) {
      case 0:
        return call.subarray(0, random.below(call.length + 1))
      case 1:
        return concat(call, random.bytes(1 + random.below(64)))
      case 2:
        if (at + 32 <= call.length) call.set(unhex(random.pick(this.#scene.ids)), at)
        return call
      case 3:
        call.fill(random.pick([0, 255]), at, at + 1 + random.below(32))
        return call
      default:
        call[random.below(call.length)]! ^= 1 << random.below(8)
        return call
    }
  }
}

describe(`${calls} malformed calls where models are registered and claims are open (seed ${seed})`, function () {
  this.timeout(120_000)
  const scene = new Scene()
  const { world } = scene

  for (const name of Object.keys(plugins) as PluginName[]) {
    it(`of ${name} never throw, cost what it declares at least, and leave it solvent`, () => {
      const garbage = new Garbage(scene)
      const { random } = garbage
      const valid = scene.callsOf(name)
      const endings = new Set<string>()
      for (let round = 0; round < calls; round++) {
        const call = garbage.of(valid)
        const given = call.slice()
        const from = random.pick([alice, bob])
        const gasLimit = random.pick([60_000n, 400_000n, 3_000_000n])
        const outcome = callInMemory(plugins[name], call, world.states[name], {
          caller: from,
          origin: from,
          value: random.pick([0n, 0n, bond]),
          isStatic: random.oneIn(5),
          gasLimit,
          timestamp: world.timestamp + BigInt(random.pick([0, 29, 60])),
          height: world.height + BigInt(random.pick([0, 1, 3])),
        })
        endings.add(outcome.status)
        assert.deepEqual(call, given)
        const declared = plugins[name].gas(call)
        assert.ok(outcome.gas >= declared || outcome.gas === gasLimit, hex(call))
        if (outcome.status === 'halted') assert.notEqual(outcome.reason, 'balance too small')
        if (outcome.status === 'returned') scene.restore(name)
      }
      assert.deepEqual([...endings].toSorted(), ['halted', 'returned', 'reverted'])
    })
  }
})
