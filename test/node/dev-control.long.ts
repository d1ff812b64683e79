import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { concat, empty, equal, fixed, hex, silent, utf8 } from '#base'
import { Chain, Verifier } from '#chain'
import { formatGenesis } from '#genesis'
import { openLevel } from '#storage'

import { DevControl } from '../../node/dev-control.ts'
import { Sealer } from '../../node/sealer.ts'
import { audit } from '../chain/engine/audit.ts'
import {
  accounts,
  devNetwork,
  gwei,
  sign,
  storeContract,
  withCode,
} from '../chain/engine/network.ts'

/** A clock that stands still and whose timers never ring, but for those at once. */
class StillClock {
  milliseconds = 1_800_000_000_000
  readonly #due: { readonly delay: number; readonly task: () => void }[] = []

  now(): number {
    return this.milliseconds
  }

  after(delay: number, task: () => void): { cancel(): void } {
    const entry = { delay, task }
    this.#due.push(entry)
    return {
      cancel: () => {
        const at = this.#due.indexOf(entry)
        if (at >= 0) this.#due.splice(at, 1)
      },
    }
  }

  /** Lets every timer of that delay ring. */
  ring(delay: number): void {
    for (const one of this.#due.filter((entry) => entry.delay === delay)) {
      this.#due.splice(this.#due.indexOf(one), 1)
      one.task()
    }
  }
}

const client = { kind: 'client', id: 'test' } as const

describe('the control of a development node', function () {
  this.timeout(60_000)

  let folder: string
  let clock: StillClock
  let chain: Chain
  let sealer: Sealer
  let control: DevControl

  /** What is not archived is forgotten: the genesis is older than a day. */
  async function open(name = 'chain'): Promise<void> {
    chain = await Chain.open({
      path: path.join(folder, name),
      genesis: formatGenesis(devNetwork()),
      archive: name === 'chain',
      modules: [],
      clock,
      log: silent,
      verifier: new Verifier({ cores: 2 }),
    })
    sealer = new Sealer({ chain, clock, log: silent })
    control = new DevControl(chain, sealer)
    sealer.start()
    await control.setAutomine(false)
  }

  async function close(): Promise<void> {
    await sealer.stop()
    await chain.close()
  }

  async function audited(): Promise<void> {
    const opened = await openLevel(path.join(folder, 'chain'))
    try {
      await audit(opened)
    } finally {
      await opened.close()
    }
  }

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'pars-dev-'))
    clock = new StillClock()
    await open()
  })
  after(async () => {
    await close()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    await sealer.alone(() => chain.rewind(0n))
    sealer.time.restore({ offset: 0, next: undefined })
    control = new DevControl(chain, sealer)
    await control.setAutomine(false)
  })

  const number = (): bigint => chain.head.header.number
  const time = (): bigint => chain.head.header.timestamp

  function store(nonce: bigint, slot: number, value: number): Promise<Uint8Array> {
    const data = concat(fixed(slot, 32), fixed(value, 32))
    const { wire } = sign(chain, 0, { nonce, to: storeContract.address, value: 0n, data })
    return chain.pool.submit(wire, client)
  }

  it('makes no block by itself while automine is off, and as many as it is told', async () => {
    await store(0n, 1, 1)
    clock.ring(chain.profile.targetBlockMs)
    await sealer.alone(async () => undefined)
    assert.equal(number(), 0n)
    await control.mine({ blocks: 3n })
    assert.equal(number(), 3n)
    assert.equal(chain.pool.size, 0)
    const first = await chain.reads.block({ number: 1n })
    const last = await chain.reads.block({ number: 3n })
    assert.deepEqual([first?.transactions.length, last?.transactions.length], [1, 0])
  })

  it('makes a block for each transaction while automine is on', async () => {
    await control.setAutomine(true)
    await store(0n, 1, 1)
    await store(1n, 1, 2)
    await sealer.alone(async () => undefined)
    assert.equal(number(), 2n)
    assert.equal(chain.pool.size, 0)
  })

  it('makes blocks by the interval, empty ones too, and none after 0', async () => {
    await control.setIntervalMining(50)
    clock.ring(50)
    await sealer.alone(async () => undefined)
    assert.equal(number(), 1n)
    await control.setIntervalMining(0)
    clock.ring(50)
    await sealer.alone(async () => undefined)
    assert.equal(number(), 1n)
  })

  it('gives the next block the time it was told, and goes on from there', async () => {
    await control.mine({ blocks: 1n })
    const now = time()
    await control.setNextBlockTimestamp(now + 1000n)
    await control.mine({ blocks: 1n })
    assert.equal(time(), now + 1000n)
    clock.milliseconds += 5000
    await control.mine({ blocks: 1n })
    assert.equal(time(), now + 1005n)
    await assert.rejects(control.setNextBlockTimestamp(now), withCode('NODE_TIME_BACK'))
    await assert.rejects(control.mine({ blocks: 1n, timestamp: now }), withCode('NODE_TIME_BACK'))
    await control.mine({ blocks: 2n, timestamp: now + 2000n })
    assert.equal(time(), now + 2000n)
  })

  it('gives the time to the block after the one under way, which has its own', async () => {
    await control.mine({ blocks: 1n })
    const now = time()
    clock.milliseconds += 3000
    const underWay = control.mine({ blocks: 1n })
    const told = control.setNextBlockTimestamp(now + 1000n)
    await Promise.all([underWay, told])
    assert.equal(time(), now + 3n)
    await control.mine({ blocks: 1n })
    assert.equal(time(), now + 1000n)
  })

  it('moves time forward, and tells by how much in all', async () => {
    await control.mine({ blocks: 1n })
    const now = time()
    assert.equal(control.increaseTime(3600n), 3600n)
    assert.equal(control.increaseTime(400n), 4000n)
    await control.mine({ blocks: 1n })
    assert.equal(time(), now + 4000n)
    assert.throws(() => control.increaseTime(2n ** 62n), withCode('NODE_DEV_RANGE'))
    await assert.rejects(control.setNextBlockTimestamp(2n ** 62n), withCode('NODE_DEV_RANGE'))
    await assert.rejects(control.mine({ blocks: 1001n }), withCode('NODE_DEV_RANGE'))
  })

  it('goes on in time after a restart where the chain is', async () => {
    control.increaseTime(86_400n)
    await control.mine({ blocks: 1n })
    const before = time()
    await close()
    await open()
    clock.milliseconds += 7000
    await control.mine({ blocks: 1n })
    assert.equal(time(), before + 7n)
  })

  it('goes back to a snapshot: blocks, state, indexes, time and pool', async () => {
    await store(0n, 1, 11)
    await store(1n, 2, 22)
    await control.mine({ blocks: 1n })
    const head = chain.head
    const { sender } = chain.pool.list()[0] ?? { sender: accounts[0]!.address }
    const id = await control.snapshot()

    control.increaseTime(1_000_000n)
    const gone = await store(2n, 1, 0)
    await store(3n, 3, 33)
    const created = sign(chain, 0, { nonce: 4n, to: empty, data: utf8('\u0000'), value: 0n })
    await chain.pool.submit(created.wire, client)
    await control.mine({ blocks: 1n })
    await control.mine({ blocks: 200n })
    await store(5n, 4, 44)
    assert.equal(await control.revert(id), true)

    assert.deepEqual(chain.head, head)
    assert.equal(chain.pool.size, 0)
    assert.equal(chain.pool.pendingNonce(sender), 2n)
    assert.equal(await chain.reads.transaction(gone), undefined)
    assert.equal(await chain.reads.block({ number: 2n }), undefined)
    const word = (slot: number) =>
      chain.reads.storage(storeContract.address, fixed(slot, 32), 'latest')
    assert.deepEqual(
      [await word(1), await word(2), await word(3)].map((one) => Number(hex(one!))),
      [11, 22, 0],
    )
    assert.equal(await control.revert(id), false)

    clock.milliseconds += 1000
    // The same transaction again, though its first signature was in a block.
    assert.ok(equal(await store(2n, 1, 0), gone))
    await control.mine({ blocks: 1n })
    assert.equal(number(), 2n)
    assert.equal(time(), head.header.timestamp + 1n)
    assert.equal(Number(hex((await word(1))!)), 0)
    await close()
    await audited()
    await open()
    assert.equal(number(), 2n)
  })

  it('goes back to an older snapshot past a newer one, which is gone then', async () => {
    const first = await control.snapshot()
    await control.mine({ blocks: 2n })
    const second = await control.snapshot()
    await control.mine({ blocks: 2n })
    assert.equal(await control.revert(first), true)
    assert.equal(number(), 0n)
    assert.equal(await control.revert(second), false)
    assert.equal(await control.revert(99n), false)
    await store(0n, 7, 7)
    await control.mine({ blocks: 1n })
    assert.equal(number(), 1n)
  })

  it('keeps the state that a snapshot needs however far time is moved', async () => {
    await close()
    await open('forgetful')
    await store(0n, 1, 1)
    await control.mine({ blocks: 1n })
    const id = await control.snapshot()
    control.increaseTime(30n * 86_400n)
    for (let nonce = 1n; nonce < 5n; nonce++) {
      await store(nonce, 1, Number(nonce) + 1)
      await control.mine({ blocks: 1n })
    }
    assert.equal(await control.revert(id), true)
    const word = await chain.reads.storage(storeContract.address, fixed(1, 32), 'latest')
    assert.equal(Number(hex(word!)), 1)
    // Without a snapshot nothing holds it.
    await control.mine({ blocks: 70n })
    control.increaseTime(30n * 86_400n)
    await control.mine({ blocks: 70n })
    await assert.rejects(chain.rewind(1n), withCode('STATE_PRUNED'))
    await close()
    await open()
  })

  it('forgets the oldest snapshots of too many', async () => {
    const first = await control.snapshot()
    for (let more = 0; more < 1024; more++) await control.snapshot()
    assert.equal(await control.revert(first), false)
    assert.equal(await control.revert(first + 1n), true)
  })

  it('builds a block without changing anything', async () => {
    const { hash: parentHash, header } = chain.head
    const request = {
      parentHash,
      timestamp: header.timestamp + 5n,
      prevRandao: fixed(5, 32),
      feeRecipient: fixed(6, 20),
      withdrawals: [],
      parentBeaconBlockRoot: fixed(7, 32),
      extraData: utf8('built'),
    }
    const one = sign(chain, 1, { maxPriorityFeePerGas: gwei })
    const two = sign(chain, 2, {})
    const built = await control.build({ ...request, transactions: [one.wire, two.wire] })
    assert.equal(built.transactions.length, 2)
    assert.equal(built.header.number, 1n)
    assert.equal(built.value, built.header.gasUsed * gwei)
    assert.deepEqual(built.header.extraData, utf8('built'))
    assert.deepEqual(chain.head.hash, parentHash)
    const none = await control.build({ ...request, transactions: [] })
    assert.equal(none.header.gasUsed, 0n)
    await store(0n, 1, 1)
    const pooled = await control.build({ ...request, transactions: undefined })
    assert.equal(pooled.transactions.length, 1)
    assert.equal(chain.pool.size, 1)
    const again = await control.build({ ...request, transactions: [one.wire, two.wire] })
    assert.deepEqual(again, built)
    const gap = sign(chain, 1, { nonce: 9n })
    await assert.rejects(
      control.build({ ...request, transactions: [gap.wire] }),
      withCode('TX_NONCE_GAP'),
    )
    const forged = Uint8Array.from(one.wire)
    forged[forged.length - 1]! ^= 1
    await assert.rejects(
      control.build({ ...request, transactions: [forged] }),
      withCode('TX_BAD_SIGNATURE'),
    )
    for (const wrong of [
      { parentHash: fixed(1, 32) },
      { timestamp: header.timestamp - 1n },
      { withdrawals: [{ index: 0n, validatorIndex: 0n, address: fixed(1, 20), amount: 1n }] },
    ]) {
      await assert.rejects(
        control.build({ ...request, transactions: [], ...wrong }),
        withCode('CHAIN_BUILD_REFUSED'),
      )
    }
    await control.mine({ blocks: 1n })
    assert.equal(number(), 1n)
  })
})
