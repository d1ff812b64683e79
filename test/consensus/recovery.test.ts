import assert from 'node:assert/strict'

import type { CommitRecord } from '../../consensus/core/restored.ts'
import { parameters } from '../../consensus/parameters.ts'
import { digestOf, fullRounds, ownFirst, testBlock } from './blocks.ts'
import { Solo } from './solo.ts'
import { testEpoch, World, type WorldNode } from './world/world.ts'

const epoch = testEpoch([1, 1, 1, 1])
const others = fullRounds(epoch, 4, [1, 2, 3])

function busyWorld(): World {
  const world = new World({ stakes: [1, 1, 1, 1] }).boot()
  world.node(1).submit(Uint8Array.of(1))
  return world.run(4_000)
}

function commitAt(index: number, leaderRound: number): CommitRecord {
  const leader = { round: leaderRound, author: 1, digest: digestOf(leaderRound) }
  const previous = digestOf(index - 1)
  const commit = { epoch: 0, index, previous, leader, timestampMs: epoch.startMs, blocks: [] }
  return { commit, digest: digestOf(index), schedule: { scores: [0, 0, 0, 0], replaced: [] } }
}

/** No node ever sent two headers of one round. */
function assertOneHeaderEach(world: World): void {
  for (const node of world.nodes) {
    for (const [round, digests] of node.published) {
      assert.equal(digests.size, 1, `node ${node.index} signed twice in round ${round}`)
    }
  }
}

function goesOn(world: World, node: WorldNode): void {
  const { round } = node.core!.status
  world.run(30_000)
  assert.equal(node.core!.status.standing, 'signing')
  assert.ok(Math.max(...node.published.keys()) > round, 'it builds again')
  assertOneHeaderEach(world)
}

describe('the start-up question', () => {
  it('keeps an intact validator from signing until a quorum with itself has answered', () => {
    const solo = new Solo().welcome(1)
    assert.deepEqual([solo.core.status.standing, solo.rounds], ['asking', []])
    solo.welcome(1)
    assert.equal(solo.core.status.standing, 'asking', 'one answer counts once')
    solo.welcome(2)
    assert.deepEqual([solo.core.status.standing, solo.rounds], ['signing', [1]])
  })

  it('is asked again until it is answered, and not after', () => {
    const solo = new Solo()
    for (let turn = 0; turn < 3; turn++) solo.wait(parameters.askDelay)
    assert.equal(solo.of('ask').length, 4)
    solo.welcome().wait(60_000)
    assert.equal(solo.of('ask').length, 4)
  })

  it('is not put by who only follows, nor needed by a single validator', () => {
    assert.equal(new Solo({ self: undefined }).of('ask').length, 0)
    assert.equal(new Solo({ stakes: [1] }).core.status.standing, 'signing')
  })

  it('does not count answers in the name of others or of no one', () => {
    const solo = new Solo()
    const { header } = others[0]![1]!
    for (const author of [0, 9])
      solo.give({ type: 'answered', author, own: undefined, yours: undefined })
    solo.give({ type: 'answered', author: 1, own: header, yours: undefined })
    solo.give({ type: 'answered', author: 3, own: undefined, yours: header })
    assert.equal(solo.core.status.standing, 'asking')
  })

  it('reveals a store that was rolled back', () => {
    const solo = new Solo()
    const later = testBlock(epoch, { author: 0, round: 4, ancestors: others[2]! })
    solo.give({ type: 'answered', author: 1, own: undefined, yours: later.header })
    assert.equal(solo.core.status.standing, 'amnesic')
    solo.welcome(2, 3).wait(parameters.doppelgangerWindow)
    assert.equal(solo.core.status.standing, 'signing')
    assert.deepEqual(
      solo
        .of('persist')
        .flatMap(({ records }) => records)
        .slice(0, 2),
      [
        { type: 'floor', floor: 6 },
        { type: 'recovered', muteRound: 6 },
      ],
    )
    solo.receive(...others.flat()).wait(60_000)
    assert.deepEqual(solo.rounds, [], 'nothing up to two rounds above')
  })

  it('reveals another header of the own last round', () => {
    const own = testBlock(epoch)
    const restored = { own, floor: 1, blocks: [{ block: own, verified: true }] }
    const twin = testBlock(epoch, { timestampMs: epoch.startMs + 5 })
    const solo = new Solo({ restored })
    solo.give({ type: 'answered', author: 1, own: undefined, yours: own.header })
    assert.equal(solo.core.status.standing, 'asking')
    solo.give({ type: 'answered', author: 2, own: undefined, yours: twin.header })
    assert.equal(solo.core.status.standing, 'amnesic')
  })

  it('takes the own last header for no double, whatever the clock said then', () => {
    const own = testBlock(epoch, { timestampMs: epoch.startMs + 90_000_000 })
    const restored = { own, floor: 1, blocks: [{ block: own, verified: true }] }
    const solo = new Solo({ restored })
    for (const author of [1, 2]) {
      solo.give({ type: 'answered', author, own: undefined, yours: own.header })
    }
    assert.equal(solo.core.status.standing, 'signing')
    assert.equal(solo.of('doppelganger').length, 0)
  })

  it('takes an own block out of nowhere for amnesia', () => {
    const foreign = testBlock(epoch)
    const solo = new Solo().receiveFrom(1, foreign).welcome(1, 2)
    assert.equal(solo.core.status.standing, 'amnesic')
    solo.welcome(3).wait(parameters.doppelgangerWindow)
    assert.equal(solo.core.status.standing, 'signing')
    assert.equal(solo.of('doppelganger').length, 0)
  })

  it('finds amnesia in a store that others gave an own block above the floor', () => {
    const [first = [], second = []] = fullRounds(epoch, 2)
    const blocks = [...first, ...second].map((block) => ({ block, verified: true }))
    const [own] = second
    const solo = new Solo({ restored: { blocks, highest: [own!] } }).welcome(1, 2)
    solo.give({ type: 'asked', from: 'B', author: 1, id: 7 })
    assert.deepEqual([solo.core.status.standing, solo.rounds], ['amnesic', []])
    assert.equal(solo.of('answer').length, 0, 'what it would say is too low (D8)')
    solo.welcome(3).wait(parameters.doppelgangerWindow)
    assert.equal(solo.core.status.standing, 'signing')
    const floors = solo
      .of('persist')
      .flatMap(({ records }) => records)
      .flatMap((record) => (record.type === 'floor' ? record.floor : []))
    assert.deepEqual(floors, [4], 'two rounds above')
  })
})

describe('a validator with amnesia', () => {
  const lost = { hasBegun: false }

  it('signs nothing until a quorum of the others has answered', () => {
    const solo = new Solo({ restored: lost }).welcome(1, 2)
    solo.wait(60_000)
    assert.deepEqual([solo.core.status.standing, solo.rounds], ['amnesic', []])
    solo.held.add('persist')
    solo.welcome(3).wait(parameters.doppelgangerWindow - 1)
    assert.equal(solo.core.status.standing, 'amnesic', 'it listens for its double')
    solo.wait(1)
    assert.equal(solo.core.status.standing, 'leaving', 'the floor is not durable yet (W6)')
    solo.give({ type: 'persisted', token: solo.of('persist').at(-1)!.token })
    assert.equal(solo.core.status.standing, 'signing')
  })

  it('believes no height that blocks do not bear out', () => {
    const solo = new Solo({ restored: lost })
    const liar = testBlock(epoch, { author: 3, round: 4_000_000_000, ancestors: others[0]! })
    solo.welcome(1, 2)
    solo.give({ type: 'answered', author: 3, own: liar.header, yours: undefined })
    assert.equal(solo.core.status.standing, 'amnesic')
    const real = others[3]![2]!
    solo.give({ type: 'answered', author: 3, own: real.header, yours: undefined })
    assert.equal(solo.core.status.standing, 'amnesic', 'it has not seen the rounds below yet')
    solo.receive(...others.flat()).wait(parameters.doppelgangerWindow)
    assert.equal(solo.core.status.standing, 'signing')
    const floor = solo
      .of('persist')
      .flatMap(({ records }) => records)
      .find(({ type }) => type === 'floor')
    assert.deepEqual(floor, { type: 'floor', floor: 6 })
  })

  it('answers nobody’s start-up question before it has built again', () => {
    const ask = { type: 'asked', from: 'B', author: 1, id: 7 } as const
    const solo = new Solo({ restored: lost })
    solo.give(ask)
    solo.welcome(1, 2, 3)
    solo.give(ask)
    assert.equal(solo.of('answer').length, 0)
    const restarted = new Solo({ restored: { hasBegun: true, hasForgotten: true, floor: 2 } })
    restarted.give(ask)
    assert.equal(restarted.of('answer').length, 0)
    restarted
      .welcome()
      .receive(...others.slice(0, 2).flat())
      .wait(10_000)
    assert.deepEqual(restarted.rounds, [3])
    restarted.give(ask)
    const [answer] = restarted.of('answer')
    assert.deepEqual([answer?.id, answer?.own?.core.round, answer?.yours?.core.round], [7, 3, 2])
  })

  it('attests nothing that it may have attested before it forgot (W7)', () => {
    const later = fullRounds(epoch, 12, [1, 2, 3])
    const solo = new Solo({ restored: lost })
    const before = testBlock(epoch, {
      author: 0,
      round: 1,
      attestations: [{ height: 5, blockHash: digestOf(0xbad) }],
    })
    for (const author of [1, 2, 3]) {
      const own = later[2]![author - 1]!.header
      solo.give({ type: 'answered', author, own, yours: before.header })
    }
    solo.receive(...later.slice(0, 3).flat())
    solo.executed(1, [4, digestOf(4)], [5, digestOf(5)])
    solo.wait(parameters.doppelgangerWindow)
    assert.equal(solo.core.status.standing, 'signing')
    // Of a commit whose leader the floor covers, too.
    solo.executed(2, [6, digestOf(6)])
    assert.equal(solo.core.status.muted, 6)
    solo.receive(...later.slice(3).flat()).wait(60_000)
    assert.ok(solo.rounds.length > 0)
    const attested = solo.of('publish').flatMap(({ block }) => block.header.attestations)
    assert.deepEqual(attested, [])
  })

  it('attests what later commits come to, after a restart as well', () => {
    for (const restored of [
      { muteRound: 4, executed: [{ height: 7, blockHash: digestOf(7) }] },
      { muteRound: 0, executed: [{ height: 7, blockHash: digestOf(7) }] },
    ]) {
      const commits = [commitAt(2, 4), commitAt(3, 5)]
      const solo = new Solo({ restored: { ...restored, commits, executedCommit: 1 } })
      solo
        .executed(2, [8, digestOf(8)])
        .executed(3, [9, digestOf(9)])
        .welcome()
      const heights = solo.lastOwn.header.attestations.map(({ height }) => height)
      assert.deepEqual(heights, restored.muteRound === 0 ? [7, 8, 9] : [9])
    }
  })

  it('goes up once more when an own block turns up while the floor is written', () => {
    const solo = new Solo({ restored: lost })
    solo.held.add('persist')
    solo.welcome(1, 2, 3).wait(parameters.doppelgangerWindow)
    assert.equal(solo.core.status.standing, 'leaving')
    const own = testBlock(epoch, {
      author: 0,
      round: 7,
      ancestors: ownFirst(
        0,
        [0, 1, 2, 3].map((author) => ({ author, round: 6, digest: digestOf(600 + author) })),
      ),
    })
    solo.receiveFrom(1, own)
    solo.held.delete('persist')
    solo.give({ type: 'persisted', token: solo.of('persist').at(-1)!.token })
    assert.equal(solo.core.status.standing, 'signing')
    const floors = solo
      .of('persist')
      .flatMap(({ records }) => records)
      .flatMap((record) => (record.type === 'floor' ? record.floor : []))
    assert.deepEqual(floors, [2, 9])
  })

  it('rejoins without a second header in any round', () => {
    const world = busyWorld()
    const node = world.node(2)
    node.crash()
    node.forget()
    node.commits.length = 0
    world.run(1_000)
    node.boot()
    goesOn(world, node)
  })

  it('does not forget its floor in a second crash before its first block', () => {
    const world = busyWorld()
    const node = world.node(2)
    node.crash()
    node.forget()
    node.boot()
    for (let turn = 0; turn < 12_000 && node.core!.status.standing !== 'signing'; turn++)
      world.run(1)
    assert.equal(node.core!.status.standing, 'signing')
    const { floor } = node.disk
    assert.ok(floor > 0)
    node.crash()
    node.boot()
    goesOn(world, node)
    assert.equal(
      [...node.published.keys()].filter((round) => round <= floor && round > floor - 2).length,
      0,
    )
  })

  it('comes back from yesterday’s folder as well', () => {
    const world = busyWorld()
    const node = world.node(3)
    const restore = node.backUp()
    node.submit(Uint8Array.of(2))
    world.run(4_000)
    node.crash()
    restore()
    node.boot()
    goesOn(world, node)
  })
})

describe('a second process with the same key', () => {
  it('stops the one that meets its block', () => {
    const solo = new Solo().welcome()
    assert.deepEqual(solo.rounds, [1])
    const foreign = testBlock(epoch, { round: 2, ancestors: [solo.lastOwn, ...others[0]!] })
    solo.receive(...others[0]!).receiveFrom(1, foreign)
    assert.equal(solo.of('doppelganger')[0]?.header.core.round, 2)
    solo.wait(60_000)
    assert.deepEqual([solo.core.status.standing, solo.rounds], ['stopped', [1]])
    assert.equal(solo.of('evidence').length, 0, 'nobody accuses itself')
  })

  it('stops the one that came later, by a block or an answer that is younger than it', () => {
    const young = { timestampMs: epoch.startMs + parameters.clockDrift + 1 }
    const { header } = testBlock(epoch, young)
    for (const hasBegun of [true, false]) {
      const told = new Solo({ restored: { hasBegun } }).welcome(1)
      told.give({ type: 'answered', author: 2, own: undefined, yours: header })
      const met = new Solo({ restored: { hasBegun } }).welcome(1).wait(parameters.clockDrift)
      met.receiveFrom(2, testBlock(epoch, young))
      for (const solo of [told, met]) {
        solo.welcome(1, 2, 3).wait(60_000)
        assert.deepEqual([solo.core.status.standing, solo.rounds], ['stopped', []])
        assert.equal(solo.of('doppelganger').length, 1)
      }
    }
  })
})
