/** Parties to a dispute against the precompile itself, in memory. */
import assert from 'node:assert/strict'

import { Fault, fixed, hex, type Hex, unhex } from '#base'
import { type Tensor, Witness } from '#inference'
import {
  callInMemory,
  type Challenge,
  challengeStatuses,
  challengeTurns,
  type Claim,
  claimStatuses,
} from '#precompiles'

import { buildModel } from '../../../node/models/built.ts'
import { defend, type Ledger, play } from '../../../node/models/disputes.ts'
import { claimPartsOf, witnessOf } from '../../../node/models/inference.ts'
import { challengeCall, Challenger, claimCall, Claimant } from '../../../node/models/parties.ts'
import type { Call } from '../../../node/sender.ts'
import { perceptron } from '../../e2e/models.ts'
import { alice, bob, ModelWorld, plugins } from '../../precompiles/model-world.ts'

const built = buildModel(perceptron(), 'committed')
const input = Uint8Array.from({ length: 64 }, (_, index) => (index * 37) % 251)
const honest = witnessOf(built, input)
const bond = 10n ** 17n
const quiet = (): void => undefined

function altered(node: number): Witness {
  const tensors: Tensor[] = built.program.values.map((_, index) => {
    const isMade = built.program.nodes.some(({ outputs }) => outputs.includes(index))
    return isMade ? honest.tensor(index) : (undefined as never)
  })
  for (const { index } of built.program.inputs) tensors[index] = honest.tensor(index)
  const value = built.program.nodes[node]!.outputs[0]!
  const data = tensors[value]!.data.slice()
  data[0] = ((data[0] as number) ^ 1) as never
  tensors[value] = { ...tensors[value]!, data }
  return new Witness(built.program, tensors)
}

class Court {
  readonly world = new ModelWorld()
  readonly claim: Hex
  readonly #model: Hex
  #revealed: readonly Uint8Array[] = []
  isEarly = false

  constructor(witness: Witness) {
    this.#model = this.world.drafted(built.bytes, 1)
    const terms = [60n, 5n, 10n, 2n, bond, fixed(0, 32), 0n]
    this.world.call('models', 'setTerms', [this.#model, ...terms])
    this.world.call('models', 'putChunk', [this.#model, 0n, built.bytes])
    this.world.call('models', 'finalize', [this.#model])
    const parts = claimPartsOf(witness)
    const call = claimCall({ model: this.#model, input, ...parts }, bond)
    this.claim = hex(this.#send(call, alice).subarray(0, 32))
  }

  challenged(): number {
    return Number(BigInt(hex(this.#send(challengeCall(this.claim, bond), bob))))
  }

  status(): Claim['status'] {
    return this.#claim().status
  }

  at(from: Uint8Array): Ledger {
    return {
      standing: async () => ({
        claim: this.#claim(),
        terms: {
          windowSeconds: 60n,
          windowBlocks: 5n,
          turnSeconds: 10n,
          turnBlocks: 2n,
          bond,
          attesters: '0x',
          threshold: 0n,
        },
        now: { timestamp: this.world.timestamp, height: this.world.height },
      }),
      challenge: async (_, number) => this.#challenge(number),
      revealed: async () => this.#revealed,
      send: async (call) => {
        this.#send(call, from)
      },
      early: () => (this.isEarly = true),
    }
  }

  #claim(): Claim {
    const words = this.world.call('claims', 'claimOf', [this.claim]) as readonly never[]
    const [status, model, claimant, held, traceTop, inputHash, outputHash, open, challenges] = words
    const since = { timestamp: words[9]!, height: words[10]! }
    const name = claimStatuses[Number(status) - 1]!
    const hashes = { traceTop: traceTop!, inputHash: inputHash!, outputHash: outputHash! }
    const counts = { open: Number(open), challenges: Number(challenges) }
    const whose = { model: model!, claimant: claimant!, bond: held! }
    return { id: this.claim, status: name, ...whose, ...hashes, ...counts, since }
  }

  #challenge(number: number): Challenge {
    const of = [this.claim, BigInt(number)]
    const words = this.world.call('claims', 'challengeOf', of) as readonly never[]
    return {
      number,
      status: challengeStatuses[Number(words[0]) - 1]!,
      turn: challengeTurns[Number(words[1])]!,
      level: Number(words[2]),
      index: Number(words[3]),
      hash: words[4]!,
      challenger: words[5]!,
      bond: words[6]!,
      since: { timestamp: words[7]!, height: words[8]! },
    }
  }

  #send({ data, value = 0n }: Call, from: Uint8Array): Uint8Array {
    const { timestamp, height, networkId, states } = this.world
    const outcome = callInMemory(plugins.claims, unhex(data), states.claims, {
      caller: from,
      origin: from,
      value,
      isStatic: false,
      gasLimit: 16_777_216n,
      timestamp,
      height,
      networkId,
    })
    if (outcome.status !== 'returned') {
      throw new Fault({ code: 'NODE_REFUSED', method: 'eth_estimateGas' }, outcome.reason)
    }
    const words = data.slice(10).match(/.{64}/g) ?? []
    // What `reveal` carries last is its list of hashes.
    if (words[2] === '60'.padStart(64, '0')) {
      this.#revealed = words.slice(4).map((word) => unhex(`0x${word}`))
    }
    return outcome.output
  }
}

/** Both sides move in turns until neither has a move. */
async function disputed(court: Court, claimed: Witness, number: number): Promise<Challenge> {
  const [claimant, challenger] = [new Claimant(claimed), new Challenger(honest)]
  const id = court.claim
  let before = ''
  for (;;) {
    await play(court.at(alice), claimant, { id, number }, quiet)
    const state = await play(court.at(bob), challenger, { id, number }, quiet)
    const now = `${state.status} ${state.turn} ${state.level}`
    if (now === before) return court.at(bob).challenge(id, number)
    before = now
  }
}

describe('the parties to a dispute', () => {
  it('refute a claim that is altered in any single node output', async () => {
    for (const node of built.program.nodes.keys()) {
      const wrong = altered(node)
      const court = new Court(wrong)
      assert.equal((await disputed(court, wrong, court.challenged())).status, 'won')
      assert.equal(court.status(), 'refuted')
    }
  })

  it('leave a claim that is right standing, and settle it', async () => {
    const court = new Court(honest)
    assert.equal((await disputed(court, honest, court.challenged())).status, 'lost')
    assert.equal(
      (await defend(court.at(alice), new Claimant(honest), court.claim, quiet)).status,
      'open',
    )
    court.world.pass(60n, 5n)
    const { status } = await defend(court.at(alice), new Claimant(honest), court.claim, quiet)
    assert.equal(status, 'settled')
    assert.equal(court.world.balance(alice), 2n * bond)
  })

  it('take the time of who is absent, and wait for it', async () => {
    const court = new Court(honest)
    const number = court.challenged()
    const [id, challenger] = [court.claim, new Challenger(honest)]
    assert.equal((await play(court.at(bob), challenger, { id, number }, quiet)).status, 'open')
    court.world.pass(10n, 2n)
    assert.equal((await play(court.at(bob), challenger, { id, number }, quiet)).status, 'won')
    const other = new Court(honest)
    const second = { id: other.claim, number: other.challenged() }
    await play(other.at(alice), new Claimant(honest), second, quiet)
    other.world.pass(10n, 2n)
    const { status } = await play(other.at(alice), new Claimant(honest), second, quiet)
    assert.equal(status, 'lost')
  })

  it('take back the bond of a challenge to a claim that another one refuted', async () => {
    const wrong = altered(0)
    const court = new Court(wrong)
    const [first, second] = [court.challenged(), court.challenged()]
    await disputed(court, wrong, first)
    const place = { id: court.claim, number: second }
    const { status } = await play(court.at(bob), new Challenger(honest), place, quiet)
    assert.equal(status, 'refunded')
    assert.equal(court.world.balance(bob), 2n * bond + bond / 2n)
  })

  it('wait longer where blocks are older than their clock', async () => {
    const court = new Court(honest)
    const number = court.challenged()
    const ahead: Ledger = {
      ...court.at(bob),
      standing: async (id) => {
        const standing = await court.at(bob).standing(id)
        return { ...standing, now: { timestamp: 2n ** 60n, height: 2n ** 60n } }
      },
    }
    const place = { id: court.claim, number }
    const { status } = await play(ahead, new Challenger(honest), place, quiet)
    assert.equal(status, 'open')
    assert.ok(court.isEarly)
  })
})
