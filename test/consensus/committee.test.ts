import assert from 'node:assert/strict'

import { firstEpoch } from '#consensus'
import { genesisHash, preset } from '#genesis'

import { Committee, StakeSet } from '../../consensus/core/committee.ts'
import { isOwnersTurn, ownerRanks } from '../../consensus/core/ownership.ts'
import { testCommittee } from './dag/text.ts'

function sender(value: number): Uint8Array {
  return new Uint8Array(20).fill(value)
}

describe('a committee', () => {
  for (const [stakes, faulty, quorum] of [
    [[1], 0n, 1n],
    [[1, 1, 1, 1], 1n, 3n],
    [[1, 1, 1, 1, 1, 1, 1], 2n, 5n],
    [[3, 3, 3], 2n, 7n],
    [[10, 1, 1], 3n, 9n],
  ] as const) {
    it(`of stakes ${stakes.join(', ')} tolerates ${faulty} and needs ${quorum}`, () => {
      const committee = testCommittee(stakes)
      assert.deepEqual([committee.faulty, committee.quorum], [faulty, quorum])
      assert.equal(committee.validity, faulty + 1n)
      assert.ok(
        2n * committee.quorum - committee.total > committee.faulty,
        'quorums share an honest member',
      )
    })
  }

  it('counts an author once, however often it is named', () => {
    const committee = testCommittee([2, 1, 1])
    assert.equal(committee.stakeOfAll([0, 0, 1, 0]), 3n)
    const set = new StakeSet(committee)
    for (const author of [0, 0, 1]) set.add(author)
    assert.equal(set.stake, 3n)
    assert.equal(committee.stakeOf(7), 0n)
  })

  it('finds what a quorum has reached', () => {
    const committee = testCommittee([1, 1, 1, 1])
    assert.equal(
      committee.reachedBy(
        new Map([
          [0, 9],
          [1, 5],
          [2, 7],
        ]),
        committee.quorum,
      ),
      5,
    )
    assert.equal(
      committee.reachedBy(
        new Map([
          [0, 9],
          [1, 5],
        ]),
        committee.quorum,
      ),
      undefined,
    )
  })

  it('refuses stakes of nothing, none at all, and more than a u64', () => {
    const [member] = testCommittee([1]).members
    for (const members of [
      [],
      [{ ...member!, stake: 0n }],
      [member!, { ...member!, stake: 2n ** 64n - 1n }],
    ]) {
      assert.throws(() => new Committee(0, members), { code: 'CONSENSUS_COMMITTEE' })
    }
  })

  it('has a root that covers epoch, order, stake and key', () => {
    const base = testCommittee([1, 2])
    const roots = [
      base,
      testCommittee([2, 1]),
      testCommittee([1, 2], 1),
      new Committee(0, base.members.toReversed()),
    ]
    assert.equal(new Set(roots.map(({ root }) => root)).size, 4)
  })
})

describe('owners of a sender’s queue', () => {
  const committee = testCommittee([4, 1, 1, 1, 1])

  it('are all members in an order that depends on sender, nonce key and epoch alone', () => {
    const ranks = ownerRanks(committee, sender(1), 0n)
    assert.deepEqual(
      ranks.toSorted((a, b) => a - b),
      [0, 1, 2, 3, 4],
    )
    assert.deepEqual(ranks, ownerRanks(committee, sender(1), 0n))
    const others = Array.from({ length: 20 }, (_, value) =>
      ownerRanks(committee, sender(value), 0n).join(''),
    )
    assert.ok(new Set(others).size > 10)
    assert.notDeepEqual(
      Array.from({ length: 9 }, (_, key) => ownerRanks(committee, sender(1), BigInt(key))[0]),
      Array.from({ length: 9 }, () => ranks[0]),
    )
  })

  it('come first in proportion to stake', () => {
    let first = 0
    for (let value = 0; value < 256; value++) {
      if (ownerRanks(committee, sender(value), 5n)[0] === 0) first++
    }
    assert.ok(first > 96 && first < 160, `${first} of 256 for half of the stake`)
  })

  it('take over from one another every three rounds', () => {
    assert.deepEqual(
      [0, 1, 2].map((rank) => isOwnersTurn(rank, 0)),
      [true, false, false],
    )
    assert.deepEqual(
      [0, 1, 2].map((rank) => isOwnersTurn(rank, 3)),
      [true, true, false],
    )
  })
})

describe('the first epoch', () => {
  it('has the committee of the genesis, in its order', () => {
    const { members } = testCommittee([3, 1, 2])
    const proof = new Uint8Array(3309)
    const validators = members.map((member) => ({ ...member, proof }))
    const genesis = { ...preset('devnet'), validators }
    const epoch = firstEpoch(genesis)
    assert.equal(epoch.committee.root, new Committee(0, members).root)
    assert.equal(epoch.genesisHash, genesisHash(genesis).toHex())
    assert.equal(epoch.chainId, 7227n)
    assert.equal(epoch.startMs, Number(genesis.timestamp) * 1000)
    assert.throws(() => firstEpoch({ ...genesis, validators: [] }), { code: 'CONSENSUS_COMMITTEE' })
  })
})
