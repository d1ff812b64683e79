import assert from 'node:assert/strict'

import { concat, isFault, toBigInt, unhex } from '#base'
import type { Snapshot } from '#storage'

import type { CallRequest, CallResult } from '../../../chain/call-port.ts'
import {
  type CallContext,
  HeadExecutions,
  reads,
  uninterrupted,
} from '../../../chain/reads/index.ts'
import { limits } from '../../../chain/reads/limits.ts'
import { type Account, accounts, Network } from '../attacks/network.ts'

const [alice, bob] = accounts as readonly [Account, Account]

/** Init code: leaves a mark in slot 0 and in transient slot 0, and returns what stood there before. */
const marking = unhex('0x5f545f5c015f5260015f5560015f5d60205ff3')
const endless = unhex('0x5b5f56')

describe('executions that are kept for calls on the head', () => {
  let network: Network
  let reader: Snapshot
  let atHead: HeadExecutions
  beforeEach(async () => {
    network = await Network.start()
    reader = network.store.snapshot()
    atHead = new HeadExecutions({ reader, profile: network.profile })
  })
  afterEach(async () => {
    await reader.close()
    await network.close()
  })

  function context(changes: Partial<CallContext> = {}): CallContext {
    return { reader, profile: network.profile, interrupt: uninterrupted, atHead, ...changes }
  }

  async function take() {
    const kept = await atHead.take('latest', uninterrupted)
    assert.ok(kept)
    return kept
  }

  async function call(request: CallRequest, of = context()): Promise<CallResult> {
    const result = await reads.call(of, request, 'latest')
    assert.ok(result)
    return result
  }

  it('come to what an execution of its own comes to, however often and in whatever order', async () => {
    const requests: readonly CallRequest[] = [
      { from: alice.address, to: bob.address, value: 5n },
      { from: alice.address, data: marking },
      { from: bob.address, data: marking, gasPrice: 10n ** 12n, gas: 200_000n },
      { from: alice.address, data: endless, gas: 100_000n },
      { from: alice.address, data: unhex('0xfe') },
      { from: alice.address, data: unhex('0x483a015f5260205ff3') },
      { from: alice.address, data: concat(unhex('0x7f'), new Uint8Array(32), unhex('0x5ffd')) },
    ]
    const { atHead: _, ...bare } = context()
    const alone: CallResult[] = []
    for (const request of requests) alone.push(await call(request, bare))
    for (let turn = 0; turn < 3; turn++) {
      for (const [at, request] of requests.entries()) {
        assert.deepEqual(await call(request), alone[at])
      }
    }
    const order = [3, 1, 4, 1, 5, 0, 2, 6, 5, 3]
    const together = await Promise.all(order.map((at) => call(requests[at] ?? {})))
    assert.deepEqual(
      together,
      order.map((at) => alone[at]),
    )
  })

  it('see nothing of what an earlier call did', async () => {
    for (let turn = 0; turn < 5; turn++) {
      const { output } = await call({ from: alice.address, data: marking })
      assert.equal(toBigInt(output), 0n)
    }
  })

  it('are given up when a call was broken off', async () => {
    let checks = 0
    const interrupt = {
      check() {
        if (++checks > 2) throw new Error('nobody waits')
      },
    }
    const broken = call({ from: alice.address, data: endless }, context({ interrupt }))
    await assert.rejects(broken, /nobody waits/)
    assert.equal(toBigInt((await call({ from: alice.address, data: marking })).output), 0n)
  })

  it('serve the head by its number and hash as well, and no other block', async () => {
    const head = reads.header(context(), 'latest')
    assert.ok(head)
    const { hash, header } = head
    for (const at of ['latest', 'safe', 'pending', { hash }, { number: header.number }] as const) {
      const kept = await atHead.take(at, uninterrupted)
      assert.ok(kept)
      atHead.giveBack(kept)
    }
    for (const at of ['earliest', 'finalized', { number: header.number + 1n }] as const) {
      assert.equal(await atHead.take(at, uninterrupted), undefined)
    }
    const request = { from: alice.address, to: bob.address }
    const unknown = { number: header.number + 1n }
    assert.equal(await reads.call(context(), request, unknown), undefined)
  })

  it('are not used where the caller overrides something', async () => {
    const rich = { address: bob.address, balance: 7n }
    // BALANCE of the caller
    const request = { from: bob.address, data: unhex('0x33315f5260205ff3') }
    const own = toBigInt((await call(request)).output)
    const result = await reads.call(context(), request, 'latest', { state: [rich] })
    assert.equal(toBigInt(result?.output ?? new Uint8Array(0)), 7n)
    assert.equal(toBigInt((await call(request)).output), own)
  })

  it('refuse what a fresh one refuses', async () => {
    const poor = { from: new Uint8Array(20).fill(9), to: bob.address, value: 1n }
    for (let turn = 0; turn < 2; turn++) {
      await assert.rejects(call(poor), (error) => isFault(error, 'READ_UNFUNDED'))
    }
  })

  it('are kept so many, and no more', async () => {
    const most = limits.keptExecutions.value
    const first = await Promise.all(Array.from({ length: most + 2 }, take))
    assert.equal(new Set(first).size, most + 2)
    for (const kept of first) atHead.giveBack(kept)
    const again = await Promise.all(Array.from({ length: most + 2 }, take))
    assert.equal(again.filter((kept) => first.includes(kept)).length, most)
  })

  it('give the estimate that one of its own gives', async () => {
    const { atHead: _, ...bare } = context()
    const requests = [{ data: marking }, { to: bob.address, value: 1n }, { data: endless }]
    for (const request of requests.map((one) => ({ from: alice.address, ...one }))) {
      const alone = await reads.estimateGas(bare, request, 'latest')
      for (let turn = 0; turn < 3; turn++) {
        assert.deepEqual(await reads.estimateGas(context(), request, 'latest'), alone)
      }
    }
  })

  it('are worn out after so many calls', async () => {
    const first = await atHead.take('latest', uninterrupted)
    assert.ok(first)
    for (let use = 0; use < limits.executionUses.value; use++) {
      atHead.giveBack(first)
      if (use < limits.executionUses.value - 1) {
        assert.equal(await atHead.take('latest', uninterrupted), first)
      }
    }
    const next = await atHead.take('latest', uninterrupted)
    assert.notEqual(next, first)
  })
})
