import assert from 'node:assert/strict'

import { parameters } from '../../consensus/parameters.ts'
import { testBlock } from './blocks.ts'
import { World, type WorldNode } from './world/world.ts'

const four = [1, 1, 1, 1]

function committed(node: WorldNode): number {
  return node.core?.status.committed ?? 0
}

/** All nodes agree on every commit that two of them made. */
function assertAgreement(world: World): void {
  const known = new Map<number, string>()
  for (const { commits } of world.nodes) {
    for (const { commit, digest } of commits) {
      assert.equal(known.get(commit.index) ?? digest, digest)
      known.set(commit.index, digest)
    }
  }
}

/** Transactions wait at every validator all the time. */
function keepBusy(world: World, milliseconds: number): World {
  for (const node of world.nodes) {
    if (node.self === undefined) continue
    for (let at = 0; at < milliseconds; at += 200) {
      world.after(at, () => node.isUp && node.submit(Uint8Array.of(node.index, at & 0xff)))
    }
  }
  return world.run(milliseconds)
}

function splitInto(world: World, ...groups: readonly (readonly number[])[]): void {
  const groupOf = (index: number) => groups.findIndex((group) => group.includes(index))
  world.reaches = (from, to) => groupOf(from) === groupOf(to)
}

describe('a network', () => {
  it('of four agrees on about five commits a second, follower included', () => {
    const world = new World({ stakes: four, followers: 1 }).boot()
    keepBusy(world, 10_000)
    assertAgreement(world)
    for (const node of world.nodes) assert.ok(committed(node) > 40, `${committed(node)}`)
  })

  it('goes on without one of four, and stops without two until one is back', () => {
    const world = new World({ stakes: four }).boot()
    keepBusy(world, 3_000)
    world.node(3).crash()
    const before = committed(world.node(0))
    keepBusy(world, 5_000)
    assert.ok(committed(world.node(0)) > before + 5)
    world.node(2).crash()
    world.run(2_000)
    const stuck = committed(world.node(0))
    keepBusy(world, 10_000)
    assert.equal(committed(world.node(0)), stuck)
    world.node(2).boot()
    keepBusy(world, 5_000)
    assert.ok(committed(world.node(0)) > stuck + 5)
    world.node(3).boot()
    keepBusy(world, 8_000)
    assert.ok(committed(world.node(3)) >= committed(world.node(0)) - 2)
    assertAgreement(world)
  })

  it('counts stake: a member with two thirds is needed, and enough with little help', () => {
    const world = new World({ stakes: [1, 1, 1, 4] }).boot()
    keepBusy(world, 3_000)
    world.node(0).crash()
    world.node(1).crash()
    const before = committed(world.node(3))
    keepBusy(world, 5_000)
    assert.ok(committed(world.node(3)) > before)
    world.node(3).crash()
    world.run(1_000)
    const stuck = committed(world.node(2))
    keepBusy(world, 5_000)
    assert.equal(committed(world.node(2)), stuck)
  })

  it('commits on one side of a split only, and is one again soon after it', () => {
    for (const [majority, minority] of [
      [
        [0, 1, 2, 3, 4],
        [5, 6],
      ],
      [[], [0, 1, 2, 3, 4, 5, 6]],
    ] as const) {
      const world = new World({ stakes: [1, 1, 1, 1, 1, 1, 1] }).boot()
      keepBusy(world, 3_000)
      if (majority.length > 0) splitInto(world, majority, minority)
      else splitInto(world, [0, 1, 2, 3], [4, 5, 6])
      world.run(1_000)
      const before = minority.map((index) => committed(world.node(index)))
      keepBusy(world, 20_000)
      assert.deepEqual(
        minority.map((index) => committed(world.node(index))),
        before,
      )
      for (const index of majority) assert.ok(committed(world.node(index)) > 40)
      world.reaches = () => true
      keepBusy(world, 3_000)
      const heads = world.nodes.map((node) => committed(node))
      assert.ok(Math.max(...heads) - Math.min(...heads) <= 2, heads.join(' '))
      assert.ok(Math.min(...heads) > Math.max(...before))
      assertAgreement(world)
    }
  }).timeout(60_000)

  it('takes over certified commits when it missed many', () => {
    const world = new World({
      stakes: four,
      constants: { gcDepth: 14 },
      parameters: { jumpLag: 6 },
    })
    world.boot()
    keepBusy(world, 2_000)
    world.node(1).crash()
    keepBusy(world, 20_000)
    world.node(1).boot()
    keepBusy(world, 6_000)
    const node = world.node(1)
    assert.ok(node.effectsOf('fetchCommits').length > 0)
    assert.ok(committed(node) >= committed(world.node(0)) - 2)
    assert.deepEqual(node.effectsOf('penalise'), [])
    assertAgreement(world)
    const unverified = node.effectsOf('persist').flatMap(({ records }) => records)
    assert.ok(unverified.some((record) => record.type === 'block' && !record.verified))
  }).timeout(60_000)

  it('is not stopped by one that equivocates, which is convicted', () => {
    const world = new World({ stakes: four }).boot()
    const traitor = world.node(3)
    const publish = traitor.publish.bind(traitor)
    traitor.publish = (block) => {
      if (block.round % 5 !== 0) return publish(block)
      const { attestations, commitVotes } = block.header
      const twin = testBlock(world.epoch, {
        ...block,
        attestations,
        commitVotes,
        timestampMs: block.timestampMs + 1,
      })
      for (const to of [0, 1, 2]) {
        const sent = to === 0 ? twin : block
        world.send(3, to, (node) =>
          node.dispatch({ type: 'received', from: traitor.peer, block: sent }),
        )
      }
      return undefined
    }
    keepBusy(world, 20_000)
    const honest = world.nodes.slice(0, 3)
    assertAgreement(world)
    for (const node of honest) {
      assert.ok(committed(node) > 30, `${committed(node)}`)
      const convicted = node.effectsOf('evidence').map(({ evidence }) => evidence.author)
      assert.deepEqual(convicted, [3])
    }
  })

  it('orders every honest transaction once', () => {
    const world = new World({ stakes: four, delay: [10, 120] }).boot()
    keepBusy(world, 10_000)
    world.run(5_000)
    const emitted = world
      .node(2)
      .commits.flatMap(({ blocks, yielding }) =>
        yielding.flatMap((place) => blocks[place]!.body.transactions.map((bytes) => bytes.toHex())),
      )
    assert.equal(emitted.length, 4 * 50)
  })

  it('sleeps when there is nothing to do', () => {
    const world = new World({ stakes: four }).boot()
    keepBusy(world, 2_000)
    world.run(10_000)
    const before = world.node(0).published.size
    world.run(10 * parameters.idleRoundDelay)
    assert.equal(world.node(0).published.size - before, 10)
  })
})
