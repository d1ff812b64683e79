import assert from 'node:assert/strict'

import type { UnsignedTransaction } from '#protocol'

import { Displacement } from '../../../chain/pool/displacement.ts'
import { type Entry, SenderQueue, worthOf } from '../../../chain/pool/queue.ts'
import { weightOf } from '../../../chain/pool/weight.ts'
import { gwei, Wallet } from '../pars/wallet.ts'

const names = ['alice', 'bob', 'carol', 'dave'] as const
type Name = (typeof names)[number]

/** Queues of four senders whose next nonces are 0, and what gives way in them. */
class Scene {
  baseFee = gwei
  readonly displacement = new Displacement()
  readonly #wallets = new Map(names.map((name) => [name, new Wallet(name)]))
  readonly #queues = new Map(
    [...this.#wallets].map(([name, { address }]) => [
      name,
      new SenderQueue(address, { executable: 0 }),
    ]),
  )
  readonly #gone = new Set<Entry>()
  #sequence = 0

  /** @param tip Wei. */
  add(name: Name, tip: bigint, changes: Partial<UnsignedTransaction> = {}): Entry {
    const fees = { maxFeePerGas: 100n * gwei, maxPriorityFeePerGas: tip }
    const envelope = this.#wallets.get(name)!.envelope({ ...fees, ...changes })
    const entry = { envelope, sequence: this.#sequence++ }
    const queue = this.#queues.get(name)!
    queue.put(entry, 0n)
    const worth = worthOf(envelope, 0n, this.baseFee, queue)
    this.displacement.add({ entry, worth, depth: envelope.fields.nonce })
    return entry
  }

  remove(entry: Entry): void {
    for (const queue of this.#queues.values()) queue.remove(entry)
    this.#gone.add(entry)
  }

  find(worth: bigint, bytes = 1, except?: Entry): readonly Entry[] | undefined {
    const queues = this.#queues.values()
    const now = (entry: Entry) => {
      if (this.#gone.has(entry)) return undefined
      const queue = [...this.#queues.values()].find((one) => one.at(entry.envelope) === entry)
      return queue?.worthNow(entry, this.baseFee)
    }
    return this.displacement.find(
      { bytes, worth, except },
      { queues, baseFee: this.baseFee, worth: now },
    )
  }
}

describe('what gives way in a full pool', () => {
  it('is what pays least, as long as it pays less than what comes', () => {
    const scene = new Scene()
    const [two, one, three] = [scene.add('alice', 2n), scene.add('bob', 1n), scene.add('carol', 3n)]
    const length = weightOf(one.envelope)
    assert.deepEqual(scene.find(4n), [one])
    assert.deepEqual(scene.find(2n), [one])
    assert.equal(scene.find(1n), undefined)
    assert.deepEqual(scene.find(4n, length), [one])
    assert.deepEqual(scene.find(4n, length + 1), [one, two])
    assert.deepEqual(scene.find(4n, 3 * length), [one, two, three])
    assert.equal(scene.find(4n, 3 * length + 1), undefined)
    assert.equal(scene.find(3n, 3 * length), undefined)
  })

  it('is the latest of equals', () => {
    const scene = new Scene()
    const [, second] = [scene.add('alice', 2n), scene.add('bob', 2n)]
    assert.deepEqual(scene.find(3n), [second])
  })

  it('is the last of a lane, also where it came before the first', () => {
    for (const isLate of [false, true]) {
      const scene = new Scene()
      // Late: the order is made already, and both come in one by one.
      if (isLate) assert.equal(scene.find(3n), undefined)
      const second = scene.add('alice', 2n, { nonce: 1n })
      const first = scene.add('alice', 2n)
      assert.deepEqual(scene.find(3n), [second])
      assert.deepEqual(scene.find(3n, weightOf(second.envelope) + 1), [second, first])
    }
  })

  it('is what a block earns little with, whatever is offered', () => {
    const scene = new Scene()
    const boast = scene.add('alice', 5n * gwei, { maxFeePerGas: 5n * gwei })
    const plain = scene.add('bob', 3n * gwei)
    assert.deepEqual(scene.find(9n * gwei), [plain])
    scene.baseFee = 4n * gwei
    scene.displacement.reset()
    assert.deepEqual(scene.find(9n * gwei), [boast])
    scene.baseFee = 6n * gwei
    scene.displacement.reset()
    assert.deepEqual(scene.find(0n), [boast])
  })

  it('is what waits behind a gap before what can run for nothing', () => {
    for (const inOrder of [true, false]) {
      const scene = new Scene()
      if (inOrder) scene.find(1n)
      const stranded = scene.add('alice', 9n, { nonce: 1n })
      scene.add('bob', 0n)
      assert.deepEqual(scene.find(0n), [stranded])
    }
  })

  it('is the end of a lane before what it waits for', () => {
    for (const inOrder of [true, false]) {
      const scene = new Scene()
      if (inOrder) scene.find(1n)
      const cheap = scene.add('alice', 1n)
      const behind = scene.add('alice', 9n, { nonce: 1n })
      scene.add('bob', 5n)
      assert.deepEqual(scene.find(2n), [behind])
      assert.deepEqual(scene.find(2n, 2 * weightOf(behind.envelope)), [behind, cheap])
    }
  })

  it('is not what is to be replaced, nor what has left', () => {
    const scene = new Scene()
    const [one, two, three] = [scene.add('alice', 1n), scene.add('bob', 2n), scene.add('carol', 3n)]
    assert.deepEqual(scene.find(9n, 1, one), [two])
    assert.deepEqual(scene.find(9n), [one])
    scene.remove(one)
    assert.deepEqual(scene.find(9n), [two])
    scene.remove(two)
    assert.deepEqual(scene.find(9n), [three])
  })

  it('is no longer what waited behind a gap, once the gap is filled', () => {
    const scene = new Scene()
    const stranded = scene.add('alice', 9n, { nonce: 1n })
    const cheap = scene.add('bob', 3n)
    assert.deepEqual(scene.find(4n), [stranded])
    scene.add('alice', 9n)
    assert.deepEqual(scene.find(4n), [cheap])
  })

  it('is what lost the one that it waits for', () => {
    const scene = new Scene()
    const first = scene.add('alice', 9n)
    const second = scene.add('alice', 9n, { nonce: 1n })
    const cheap = scene.add('bob', 3n)
    assert.deepEqual(scene.find(10n), [cheap])
    scene.remove(first)
    scene.remove(cheap)
    assert.deepEqual(scene.find(0n), [second])
  })

  it('may have come after the order was made', () => {
    const scene = new Scene()
    scene.add('alice', 2n)
    scene.find(9n)
    const one = scene.add('bob', 1n)
    assert.deepEqual(scene.find(9n), [one])
  })
})
