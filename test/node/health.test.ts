import assert from 'node:assert/strict'

import { Fault } from '#base'
import type { ConsensusStatus, NodeStatus } from '#rpc'

import { Health } from '../../node/health.ts'
import { limits } from '../../node/limits.ts'
import { ManualClock } from '../rpc/manual.ts'

const following: ConsensusStatus = {
  epoch: 0,
  author: null,
  standing: 'following',
  execution: 'running',
  round: 9,
  committed: 5,
  executed: 5,
  certified: 5,
  finalized: 5,
  sync: null,
  isIdle: true,
  retained: { commits: 5, bytes: 10, bytesPerDay: null },
  validators: [{ peer: 'Qm', isConnected: true, round: 9 }],
}

function node(status: Partial<NodeStatus> = {}, order: Partial<ConsensusStatus> = {}) {
  const clock = new ManualClock()
  const facts = {
    stopped: undefined as Fault | undefined,
    free: limits.fullDisk.value as number,
    looks: 0,
  }
  const health = new Health({
    chain: {
      head: { header: { number: 5n } } as never,
      get stopped() {
        return facts.stopped as never
      },
    },
    node: {
      status: () => ({
        role: 'follower',
        peers: 1,
        consensus: { ...following, ...order },
        ...status,
      }),
    },
    data: '/data',
    clock,
    freeBytes: () => {
      facts.looks++
      return Promise.resolve(facts.free)
    },
  })
  const reasons = () => health.unready().map((one) => one.reason)
  return { health, clock, facts, reasons }
}

describe('whether a node is ready', () => {
  it('depends on where it stands in its life', () => {
    const { health, reasons } = node()
    assert.deepEqual(reasons(), ['starting'])
    health.started()
    assert.deepEqual(reasons(), [])
    health.drain()
    assert.deepEqual(reasons(), ['draining'])
  })

  it('depends on peers, where there are others to be connected to', () => {
    const lonely = node({ peers: 0 })
    lonely.health.started()
    assert.deepEqual(lonely.reasons(), ['no-peers'])
    const alone = node({ peers: 0, role: 'validator' }, { author: 0 })
    alone.health.started()
    assert.deepEqual(alone.reasons(), [])
    const sealer = node({ peers: 0, role: 'sealer', consensus: null })
    sealer.health.started()
    assert.deepEqual(sealer.reasons(), [])
  })

  it('depends on how far it is behind, and tells by how many blocks', () => {
    const { health } = node({}, { sync: { from: 1, to: 105 } })
    health.started()
    assert.deepEqual(health.unready(), [{ reason: 'syncing', behind: 100 }])
  })

  it('counts a validator that does not know yet what it has signed as starting', () => {
    for (const standing of ['asking', 'amnesic']) {
      const { health, reasons } = node({ role: 'validator' }, { author: 0, standing })
      assert.deepEqual(reasons(), ['starting'])
      health.started()
      assert.deepEqual(reasons(), ['starting'], standing)
    }
  })

  it('ends when execution has stopped, whatever else is well', () => {
    const { health, facts, reasons } = node()
    health.started()
    facts.stopped = new Fault({ code: 'CHAIN_STOPPED', reason: 'STORE_CORRUPT' })
    assert.deepEqual(reasons(), ['execution-stopped'])
    facts.stopped = new Fault({ code: 'CHAIN_STOPPED', reason: 'STORE_FULL' })
    assert.deepEqual(reasons(), ['execution-stopped', 'store-full'])
  })

  it('ends when the disk is nearly full, which is looked at now and then', async () => {
    const { health, clock, facts, reasons } = node()
    health.started()
    facts.free = limits.fullDisk.value - 1
    reasons()
    await Promise.resolve()
    assert.deepEqual(reasons(), ['store-full'])
    for (let count = 0; count < 100; count++) reasons()
    assert.equal(facts.looks, 1)
    facts.free = limits.fullDisk.value
    clock.advance(limits.diskAge.value)
    reasons()
    await Promise.resolve()
    assert.deepEqual(reasons(), [])
  })
})
