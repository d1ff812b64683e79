import assert from 'node:assert/strict'

import { silent } from '#base'

import { TransactionGossip } from '../../node/consensus/transactions.ts'
import { Wallet } from '../chain/pars/wallet.ts'
import { Pooled } from '../chain/pool/pooled.ts'
import { ManualClock } from '../manual-clock.ts'

const second = 1_000

/** A node with one transaction of alice, and what it published. */
class Teller {
  readonly alice = new Wallet('alice')
  readonly pooled = new Pooled(this.alice)
  readonly clock = new ManualClock(1_000_000)
  readonly published: string[] = []
  readonly gossip = new TransactionGossip(this.pooled, this.clock, silent)
  readonly wire = this.alice.wire()
  listeners = 0

  connect(): () => void {
    return this.gossip.connect({
      publish: async (_, wire) => {
        this.published.push(wire.toHex())
        return this.listeners
      },
    })
  }

  async wait(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed++) {
      this.clock.advance(second)
      await Promise.resolve()
    }
  }
}

describe('the gossip of transactions', () => {
  it('tells again what reached nobody, until it reaches somebody', async () => {
    const teller = new Teller()
    teller.connect()
    await teller.pooled.submit(teller.wire)
    await teller.wait(2)
    assert.equal(teller.published.length, 3)
    teller.listeners = 1
    await teller.wait(60)
    assert.deepEqual(new Set(teller.published), new Set([teller.wire.toHex()]))
    assert.equal(teller.published.length, 4)
  })

  it('tells what still waits after the others have forgotten it, and nothing that is gone', async () => {
    const teller = new Teller()
    teller.listeners = 3
    teller.connect()
    await teller.pooled.submit(teller.wire)
    await teller.wait(149)
    assert.equal(teller.published.length, 1)
    await teller.wait(2)
    assert.equal(teller.published.length, 2)
    teller.pooled.mine(teller.wire)
    await teller.wait(200)
    assert.equal(teller.published.length, 2)
  })

  it('tells what was in the pool before there was a network', async () => {
    const teller = new Teller()
    teller.listeners = 1
    await teller.pooled.submit(teller.wire)
    const disconnect = teller.connect()
    await teller.wait(1)
    assert.deepEqual(teller.published, [teller.wire.toHex()])
    disconnect()
    await teller.wait(200)
    assert.equal(teller.published.length, 1)
  })

  it('leaves what a peer told to the router', async () => {
    const teller = new Teller()
    teller.connect()
    const verdict = await teller.gossip.topic.validate(teller.wire, { peer: 'B' })
    assert.equal(verdict, 'accept')
    await teller.wait(5)
    assert.deepEqual(teller.published, [])
  })
})
