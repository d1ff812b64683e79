import assert from 'node:assert/strict'

import { testBlock, digestOf, fullRounds, ownFirst } from './blocks.ts'
import { Solo } from './solo.ts'
import { testEpoch, World } from './world/world.ts'

const epoch = testEpoch([1, 1, 1, 1])

/** A block of round 1 in which `author` attests. */
function attests(author: number, ...results: readonly (readonly [number, number])[]) {
  return testBlock(epoch, {
    author,
    attestations: results.map(([height, hash]) => ({ height, blockHash: digestOf(hash) })),
  })
}

function follower(): Solo {
  return new Solo({ self: undefined })
}

function final(solo: Solo): readonly number[] {
  return solo.of('finalized').map(({ height }) => height)
}

describe('finality', () => {
  it('is what a quorum attested and this node executed, whichever comes first', () => {
    const solo = follower().executed(1, [1, digestOf(1)])
    solo.receive(attests(0, [1, 1]), attests(1, [1, 1]))
    assert.deepEqual(final(solo), [])
    solo.receive(attests(2, [1, 1]))
    assert.deepEqual(solo.of('finalized'), [
      { type: 'finalized', height: 1, blockHash: digestOf(1) },
    ])
    const slow = follower().receive(attests(0, [1, 1]), attests(1, [1, 1]), attests(2, [1, 1]))
    assert.deepEqual(final(slow), [])
    slow.executed(1, [1, digestOf(1)])
    assert.deepEqual(final(slow), [1])
  })

  it('covers ancestors of what is attested', () => {
    const solo = follower().executed(1, [1, digestOf(1)], [2, digestOf(2)], [3, digestOf(3)])
    solo.receive(attests(0, [3, 3]), attests(1, [2, 2]), attests(2, [3, 3]))
    assert.deepEqual(final(solo), [2])
  })

  it('counts an author once, and nothing that is not accepted', () => {
    const solo = follower().executed(1, [1, digestOf(1)])
    const round = [attests(0, [1, 1]), ...fullRounds(epoch, 1)[0]!.slice(1)]
    const again = testBlock(epoch, {
      author: 0,
      round: 2,
      ancestors: round,
      attestations: [{ height: 1, blockHash: digestOf(1) }],
    })
    const suspended = testBlock(epoch, {
      author: 3,
      round: 3,
      ancestors: ownFirst(
        3,
        round.map((ref) => ({ ...ref, round: 2, digest: digestOf(7) })),
      ),
      attestations: [{ height: 1, blockHash: digestOf(1) }],
    })
    solo.receive(...round, again, suspended)
    assert.deepEqual(final(solo), [])
  })

  it('follows execution in a running network', () => {
    const world = new World({ stakes: [1, 1, 1, 1], followers: 1 }).boot()
    world.node(0).submit(Uint8Array.of(1))
    world.run(3_000)
    for (const node of world.nodes) {
      const busy = node.commits.find(({ blocks }) =>
        blocks.some(({ body }) => body.transactions.length > 0),
      )
      assert.ok(busy !== undefined && node.finalized >= busy.commit.index)
    }
  })
})

describe('other results', () => {
  it('of one author alone are its own affair', () => {
    const solo = follower().executed(1, [1, digestOf(1)])
    solo.receive(attests(0, [1, 1]), attests(1, [1, 9]), attests(2, [1, 1]), attests(3, [1, 1]))
    assert.deepEqual([final(solo), solo.of('halt').length], [[1], 0])
    assert.equal(solo.of('evidence').length, 0, 'a wrong attestation is no crime')
  })

  it('of validity stake halt execution and the own attestations, of a quorum once more', () => {
    const solo = follower().executed(1, [1, digestOf(1)])
    solo.receive(attests(0, [1, 9]))
    assert.equal(solo.of('halt').length, 0)
    solo.receive(attests(1, [1, 9]))
    const [halt] = solo.of('halt')
    assert.deepEqual(
      [halt?.height, halt?.own, halt?.other, halt?.outvoted],
      [1, digestOf(1), digestOf(9), false],
    )
    assert.ok(solo.core.status.isHalted)
    solo.receive(attests(2, [1, 9]))
    assert.deepEqual(
      solo.of('halt').map(({ outvoted }) => outvoted),
      [false, true],
    )
    assert.deepEqual(final(solo), [])
  })

  it('that were on disk halt a validator again when it starts again', () => {
    const blocks = [attests(1, [1, 2]), attests(2, [1, 2])].map((block) => ({
      block,
      verified: true,
    }))
    const solo = new Solo({
      restored: { blocks, executed: [{ height: 1, blockHash: digestOf(1) }] },
    })
    assert.equal(solo.core.status.isHalted, true)
    const [halt] = solo.of('halt')
    assert.deepEqual([halt?.height, halt?.authors, halt?.outvoted], [1, [1, 2], false])
    assert.equal(solo.of('halt').length, 1)
  })

  it('keep a halted validator from attesting and including, not from ordering', () => {
    const world = new World({ stakes: [1, 1, 1, 1] })
    world.node(3).result = (height) => digestOf(height)
    world.boot()
    world.node(0).submit(Uint8Array.of(1))
    world.run(5_000)
    const node = world.node(3)
    assert.ok(node.core!.status.isHalted)
    node.submit(Uint8Array.of(7))
    world.node(0).submit(Uint8Array.of(2))
    const { committed } = node.core!.status
    world.run(5_000)
    assert.ok(node.core!.status.committed > committed)
    const own = node.effectsOf('publish').at(-1)!.block
    assert.deepEqual([own.header.attestations.length, own.body.transactions.length], [0, 0])
    assert.ok(world.node(0).finalized > 0)
  })

  it('of one author for one height convict it', () => {
    const solo = follower()
    const round = [attests(0, [1, 1]), ...fullRounds(epoch, 1)[0]!.slice(1)]
    const second = testBlock(epoch, {
      author: 0,
      round: 2,
      ancestors: round,
      attestations: [{ height: 1, blockHash: digestOf(2) }],
    })
    solo.receive(...round, second)
    const [{ evidence } = { evidence: undefined }] = solo.of('evidence')
    assert.deepEqual([evidence?.kind, evidence?.author], ['attestation', 0])
    assert.deepEqual(evidence?.first.attestations, [{ height: 1, blockHash: digestOf(1) }])
    assert.deepEqual(evidence?.second.attestations, [{ height: 1, blockHash: digestOf(2) }])
  })

  it('that a validator comes to after a resynchronisation are attested above its floor only', () => {
    const solo = new Solo({ restored: { attestFloor: 9, floor: 0 } })
    solo.executed(
      1,
      ...Array.from({ length: 12 }, (_, at) => [at + 1, digestOf(at + 100)] as const),
    )
    solo.welcome()
    assert.deepEqual(
      solo.lastOwn.header.attestations.map(({ height }) => height),
      [10, 11, 12],
    )
  })
})

describe('back-pressure', () => {
  it('leaves own blocks empty while execution is too far behind', () => {
    const world = new World({ stakes: [1, 1, 1, 1], parameters: { executionLag: 5 } })
    const node = world.node(0)
    node.executes = false
    world.boot()
    for (let at = 0; at < 6_000; at += 200) {
      world.after(at, () => world.node(1).submit(Uint8Array.of(at & 0xff)))
    }
    world.run(6_000)
    assert.ok(node.core!.status.committed > 6)
    node.submit(Uint8Array.of(2))
    world.run(3_000)
    assert.equal(node.pool.length, 1)
    node.dispatch({ type: 'executed', commit: node.core!.status.committed, heights: [] })
    world.run(3_000)
    assert.equal(node.pool.length, 0)
  })
})
