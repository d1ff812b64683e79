import assert from 'node:assert/strict'

import { firstEpoch, ownerRanks } from '#consensus'
import { mlDsa } from '#crypto'
import { preset } from '#genesis'
import { NodeKey } from '#network'

import { Proposals } from '../../node/consensus/proposals.ts'
import { systemRandom } from '../../node/random.ts'
import { Wallet } from '../chain/pars/wallet.ts'
import { Pooled } from '../chain/pool/pooled.ts'

const genesis = preset('devnet')
const { committee } = firstEpoch({
  ...genesis,
  validators: Array.from({ length: 4 }, (_, index) => ({
    account: new Uint8Array(20).fill(index + 1),
    publicKey: mlDsa(0x65).fromSeed(new Uint8Array(32).fill(index + 1)).publicKey,
    stake: 1n,
    peerId: NodeKey.generate(systemRandom).peerId.toString(),
    proof: new Uint8Array(3309),
  })),
})
const alice = new Wallet('alice')
const [owner = 0, next = 0] = ownerRanks(committee, alice.address, 0n)
const room = { bytes: 500_000, transactions: 100 }

/**
 * What validator `self` proposes; its pool gets one transaction of alice in round 10, or has it from
 * before.
 */
async function proposalsOf(self: number, { isOld = false } = {}) {
  const pooled = new Pooled(alice)
  const { pool } = pooled
  const head = { header: { gasLimit: 30_000_000n } }
  const chain = { pool, head, profile: { blockRoom: 8_000_000 } } as ConstructorParameters<
    typeof Proposals
  >[0]['chain']
  const proposals = new Proposals({ chain, committee, self, round: () => 10 })
  if (!isOld) pool.onAdded((envelope) => proposals.added(envelope))
  const wire = alice.wire()
  await pooled.submit(wire)
  return { proposals, pooled, wire }
}

describe('what a validator proposes', () => {
  it('is what it owns, at once', async () => {
    const { proposals, wire } = await proposalsOf(owner)
    assert.ok(proposals.waiting())
    assert.deepEqual(proposals.payload({ round: 10, ...room }), [wire])
  })

  it('is what another owns only three rounds later, through which nobody idles', async () => {
    const { proposals, wire } = await proposalsOf(next)
    for (const round of [10, 11, 12]) {
      assert.ok(proposals.waiting())
      assert.deepEqual(proposals.payload({ round, ...room }), [])
    }
    assert.deepEqual(proposals.payload({ round: 13, ...room }), [wire])
  })

  it('is what another owns, three rounds after a restart, when the pool has it from before', async () => {
    const { proposals, wire } = await proposalsOf(next, { isOld: true })
    for (const round of [10, 11, 12]) {
      assert.deepEqual(proposals.payload({ round, ...room }), [])
    }
    assert.deepEqual(proposals.payload({ round: 13, ...room }), [wire])
  })
})
