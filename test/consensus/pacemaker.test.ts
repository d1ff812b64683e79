import assert from 'node:assert/strict'

import type { Block } from '../../consensus/core/block.ts'
import { Dag } from '../../consensus/core/dag.ts'
import { Pacemaker } from '../../consensus/core/pacemaker.ts'
import { parameters, slowLinkParameters } from '../../consensus/parameters.ts'
import { fullRounds, ownFirst, testBlock } from './blocks.ts'
import { Solo } from './solo.ts'
import { testEpoch, World } from './world/world.ts'

const epoch = testEpoch([1, 1, 1, 1])
const firstRound = fullRounds(epoch, 1)[0]!
const busy = { type: 'pool', waiting: true } as const

/** Node 0, awake and with nothing held back; transactions wait, so that rounds are not idle. */
function running(): Solo {
  const solo = new Solo()
  solo.held.add('payload')
  solo.give(busy)
  solo.welcome()
  solo.held.delete('payload')
  solo.give({ type: 'payload', round: 1, transactions: [] })
  return solo
}

/** Blocks of `authors` on `ancestors`. */
function blocks(round: number, ancestors: readonly Block[], authors: readonly number[]): Block[] {
  return authors.map((author) =>
    testBlock(epoch, {
      author,
      round,
      ancestors: ownFirst(author, ancestors),
      timestampMs: epoch.startMs + round * 100,
    }),
  )
}

/** Answers that there is no transaction after all. */
function give(solo: Solo): Solo {
  const asked = solo.of('payload').at(-1)
  if (asked !== undefined) solo.give({ type: 'payload', round: asked.round, transactions: [] })
  return solo
}

describe('the pacemaker', () => {
  it('stamps headers by the wall, of which one wrong reading lasts for one header', () => {
    const solo = running()
    const rounds = fullRounds(epoch, 6, [1, 2, 3])
    for (const [at, skew] of [365 * 86_400_000, -3_000, 0].entries()) {
      solo.skew = skew
      give(solo.receive(...(rounds[at] ?? [])).wait(parameters.idleRoundDelay))
      assert.equal(solo.lastOwn.timestampMs - solo.now, skew)
    }
  })

  it('builds in round 1 at once', () => {
    assert.deepEqual(running().rounds, [1])
  })

  it('enters no round before a quorum of the one below, its own block among them', () => {
    const solo = running()
    solo.receive(firstRound[1]!).wait(10_000)
    assert.equal(solo.core.status.round, 1)
    solo.receive(firstRound[2]!)
    assert.equal(solo.core.status.round, 2)
  })

  it('asks for another timer when one came early', () => {
    const solo = running().receive(...firstRound.slice(1))
    const [wake] = solo.of('wake').slice(-1)
    assert.ok(wake !== undefined && wake.at > solo.now)
    const asked = solo.of('wake').length
    solo.wait(wake.at - solo.now - 1)
    assert.equal(solo.of('wake').length, asked + 1)
    assert.equal(solo.of('wake').at(-1)?.at, wake.at)
  })

  it('does not build on a quorum before the round delay is over', () => {
    const solo = running().receive(...firstRound.slice(1))
    assert.equal(solo.core.status.round, 2)
    give(solo.wait(parameters.minRoundDelay - 1))
    assert.deepEqual(solo.rounds, [1])
    give(solo.wait(1))
    assert.deepEqual(solo.rounds, [1, 2])
  })

  it('waits for the leader of the round below, until the timeout (L1)', () => {
    const [, b, c, d] = firstRound
    const solo = running().receive(c!, d!)
    give(solo.wait(parameters.leaderTimeout - 1))
    assert.deepEqual(solo.rounds, [1])
    give(solo.wait(1))
    assert.deepEqual(solo.rounds, [1, 2])
    const lucky = running().receive(c!, d!).wait(parameters.minRoundDelay)
    assert.deepEqual(lucky.rounds, [1])
    give(lucky.receive(b!))
    assert.deepEqual(lucky.rounds, [1, 2])
  })

  it('waits for no leader that is proven to equivocate', () => {
    const [, b, c, d] = firstRound
    const twins = [b!, testBlock(epoch, { author: 1, timestampMs: epoch.startMs + 7 })]
    const solo = running().receive(...twins, c!, d!)
    give(solo.wait(parameters.minRoundDelay))
    assert.deepEqual(solo.rounds, [1, 2])
    assert.deepEqual(
      solo.lastOwn.ancestors.map(({ author }) => author),
      [0, 2, 3],
    )
  })

  it('waits for votes on the leader two rounds below, until they decide or time is up (L2)', () => {
    const [, b, c, d] = firstRound
    /** In round 3, with two votes for B1 and one against it. */
    const split = () => {
      const solo = running().receive(b!, c!, d!)
      give(solo.wait(parameters.minRoundDelay))
      const a = solo.of('publish')[0]!.block
      solo.receive(...blocks(2, [a, c!, d!], [2]), ...blocks(2, [a, b!, c!, d!], [3]))
      assert.equal(solo.core.status.round, 3)
      return { solo, a }
    }
    const { solo } = split()
    give(solo.wait(parameters.leaderTimeout - 1))
    assert.deepEqual(solo.rounds, [1, 2])
    give(solo.wait(1))
    assert.deepEqual(solo.rounds, [1, 2, 3])
    const { solo: lucky, a } = split()
    lucky.wait(parameters.minRoundDelay)
    assert.deepEqual(lucky.rounds, [1, 2])
    give(lucky.receive(...blocks(2, [a, b!, c!, d!], [1])))
    assert.deepEqual(lucky.rounds, [1, 2, 3])
  })

  it('builds at once when a quorum of others is in its round already (C3)', () => {
    const solo = running().receive(...firstRound.slice(1))
    assert.deepEqual(solo.rounds, [1])
    const mine = solo.lastOwn
    solo.receive(...blocks(2, [mine, ...firstRound.slice(1)], [1, 2, 3]))
    give(solo)
    assert.deepEqual(solo.rounds, [1, 2])
  })

  it('slows down when there is nothing to do, and wakes for a transaction', () => {
    const solo = new Solo().welcome().receive(...firstRound.slice(1))
    assert.ok(solo.core.status.isIdle)
    solo.wait(parameters.idleRoundDelay - 1)
    assert.deepEqual(solo.rounds, [1])
    solo.wait(1)
    assert.deepEqual(solo.rounds, [1, 2])
    const woken = new Solo().welcome().receive(...firstRound.slice(1))
    woken.wait(parameters.minRoundDelay)
    woken.give(busy)
    woken.give({ type: 'payload', round: 2, transactions: [Uint8Array.of(1)] })
    assert.deepEqual(woken.rounds, [1, 2])
    assert.equal(woken.lastOwn.body.transactions.length, 1)
  })

  it('does not slow down while another’s transaction is on its way to finality', () => {
    const [b, ...rest] = firstRound.slice(1)
    const body = { transactions: [Uint8Array.of(1)] }
    const solo = new Solo().welcome()
    solo.receive(testBlock(epoch, { author: b!.author, body }), ...rest)
    solo.wait(parameters.minRoundDelay)
    assert.deepEqual(solo.rounds, [1, 2])
  })

  it('jumps when it is too far behind the quorum (J1), and only then', () => {
    const rounds = fullRounds(epoch, parameters.jumpLag + 2, [1, 2, 3])
    const near = new Solo()
    near.held.add('sign')
    near.receive(...rounds.slice(0, -1).flat()).welcome()
    assert.deepEqual(
      near.of('sign').map(({ round }) => round),
      [1],
    )
    const far = new Solo()
    far.held.add('sign')
    far.wait(1_000)
    far.receive(...rounds.flat()).welcome()
    assert.deepEqual(
      far.of('sign').map(({ round }) => round),
      [parameters.jumpLag + 3],
    )
  })

  it('gives leaders half as much time again after each 4n rounds without a commit', () => {
    const pacemaker = new Pacemaker(new Dag<Block>(epoch.committee), parameters)
    for (let round = 1; round <= 32; round++) pacemaker.enter(0, round)
    assert.equal(pacemaker.leaderTimeout, parameters.leaderTimeout * 1.5 * 1.5)
    pacemaker.committed()
    assert.equal(pacemaker.leaderTimeout, parameters.leaderTimeout)
  })

  it('gives leaders the time that a quorum takes, within a cap', () => {
    const dag = new Dag<Block>(epoch.committee)
    const pacemaker = new Pacemaker(dag, parameters)
    const rounds = fullRounds(epoch, 60)
    let now = 0
    /** Rounds `from` to `to`, whose quorum comes `took` after the own block. */
    const pass = (from: number, to: number, took: number) => {
      for (let round = from; round <= to; round++) {
        pacemaker.built(now)
        now += took
        for (const block of rounds[round - 1]!) dag.insert(block)
        pacemaker.committed()
        pacemaker.advance(now, round)
      }
    }
    pass(1, 20, 2_000)
    assert.ok(pacemaker.leaderTimeout > 1_900 && pacemaker.leaderTimeout <= 2_000)
    pass(21, 40, 60_000)
    assert.equal(pacemaker.leaderTimeout, parameters.leaderTimeoutCap)
    pass(41, 60, 50)
    assert.equal(pacemaker.leaderTimeout, parameters.leaderTimeout)
  })
})

describe('slow links', () => {
  it('leave leaders in time to be committed directly, silent members or not', () => {
    for (const silent of [0, 2]) {
      const world = new World({
        stakes: [1, 1, 1, 1, 1, 1, 1],
        delay: [5_000, 15_000],
        parameters: { ...slowLinkParameters, idleRoundDelay: 200 },
      })
      world.resumeDelay = 20_000
      for (const node of world.nodes.slice(silent)) node.boot()
      world.run(1_000_000)
      const decisions = world
        .node(6)
        .effectsOf('decided')
        .map(({ decision }) => decision)
      const led = decisions.filter(({ leader }) => leader >= silent)
      const direct = led.filter((decision) => decision.direct && decision.block !== undefined)
      assert.ok(
        led.length > 30 && direct.length >= 0.9 * led.length,
        `${direct.length} of ${led.length}`,
      )
    }
  }).timeout(60_000)
})
