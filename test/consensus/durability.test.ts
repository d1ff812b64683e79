import assert from 'node:assert/strict'

import type { Effect, StoreRecord } from '../../consensus/core/effects.ts'
import { commitDigest } from '../../consensus/core/hashes.ts'
import { parameters } from '../../consensus/parameters.ts'
import { digestOf, fullRounds, testBlock } from './blocks.ts'
import { Solo } from './solo.ts'
import { testEpoch, World } from './world/world.ts'

const epoch = testEpoch([1, 1, 1, 1])

function recordsOf(effects: readonly Effect[]): readonly StoreRecord[] {
  return effects.flatMap((effect) => (effect.type === 'persist' ? effect.records : []))
}

function heights(solo: Solo): readonly number[] {
  return solo.lastOwn.header.attestations.map(({ height }) => height)
}

describe('durability', () => {
  it('sends an own header only after it, its history and the floor are on disk (W1)', () => {
    const solo = new Solo()
    solo.receive(...fullRounds(epoch, 1)[0]!.slice(1))
    solo.held.add('persist')
    solo.welcome()
    assert.equal(solo.of('publish').length, 0)
    const [persist] = solo.of('persist')
    const kinds = persist!.records.map(({ type }) => type)
    assert.deepEqual(kinds, ['block', 'block', 'block', 'own', 'floor', 'attestFloor'])
    assert.deepEqual(solo.core.status.blocks, 3, 'not even this node builds on it before')
    solo.give({ type: 'persisted', token: persist!.token })
    assert.deepEqual(solo.rounds, [1])
    assert.equal(solo.core.status.blocks, 4)
  })

  it('gives a commit to execution only after it is on disk with its blocks (W2)', () => {
    const solo = new Solo({ self: undefined })
    solo.held.add('persist')
    solo.receive(...fullRounds(epoch, 3).flat())
    const [persist] = solo.of('persist')
    assert.equal(solo.of('commit').length, 0)
    const records = persist!.records
    const stored = new Set(records.flatMap((one) => (one.type === 'block' ? one.block.digest : [])))
    const [commit] = records.flatMap((one) => (one.type === 'commit' ? one.commit : []))
    assert.ok(commit!.commit.blocks.every(({ digest }) => stored.has(digest)))
    assert.equal(commitDigest(commit!.commit), commit!.digest)
    solo.give({ type: 'persisted', token: persist!.token })
    assert.deepEqual(
      solo.of('commit').map((one) => one.commit.commit.index),
      [1],
    )
  })

  it('writes what is downward closed, batch by batch', () => {
    const world = new World({ stakes: [1, 1, 1, 1], delay: [5, 150] }).boot()
    world.node(0).submit(Uint8Array.of(1))
    world.run(20_000)
    for (const node of world.nodes) {
      const onDisk = new Set<string>()
      for (const { records } of node.effectsOf('persist')) {
        for (const record of records) {
          if (record.type !== 'block' && record.type !== 'own') continue
          const { digest, ancestors } = record.block
          assert.ok(ancestors.every((ref) => ref.round === 0 || onDisk.has(ref.digest)))
          onDisk.add(digest)
        }
      }
      assert.ok(onDisk.size > 20)
    }
  })

  it('attests a height only in headers made after its state is on disk (W4)', () => {
    const solo = new Solo().welcome()
    solo.receive(...fullRounds(epoch, 1)[0]!.slice(1)).wait(parameters.idleRoundDelay)
    assert.deepEqual(heights(solo), [])
    const own = solo.of('publish').map(({ block }) => block)
    solo.executed(1, [1, digestOf(1)], [2, digestOf(2)])
    const second = [1, 2, 3].map((author) =>
      testBlock(epoch, {
        author,
        round: 2,
        ancestors: [
          fullRounds(epoch, 1)[0]![author]!,
          ...[own[0]!, ...fullRounds(epoch, 1)[0]!.slice(1)].filter(
            (block) => block.author !== author,
          ),
        ],
      }),
    )
    solo.receive(...second).wait(parameters.idleRoundDelay)
    assert.deepEqual(heights(solo), [1, 2])
  })

  it('writes the attestation floor with the header, and attests nothing below it again (W7)', () => {
    const solo = new Solo({ restored: { attestFloor: 5 } })
    solo.executed(1, [4, digestOf(4)], [5, digestOf(5)], [6, digestOf(6)])
    solo.welcome()
    assert.deepEqual(heights(solo), [6])
    const floors = recordsOf(solo.effects).filter(({ type }) => type === 'attestFloor')
    assert.deepEqual(floors, [{ type: 'attestFloor', height: 6 }])
  })

  it('builds nothing at or below the floor it finds', () => {
    const solo = new Solo({ restored: { floor: 3 } })
    solo
      .receive(...fullRounds(epoch, 2, [1, 2, 3]).flat())
      .welcome()
      .wait(10_000)
    assert.deepEqual(solo.rounds, [])
    solo.receive(...fullRounds(epoch, 3, [1, 2, 3])[2]!).wait(10_000)
    assert.deepEqual(solo.rounds, [4])
  })

  it('finds the same commits again after a restart (I6)', () => {
    const world = new World({
      stakes: [1, 1, 1, 1],
      constants: { gcDepth: 16, scheduleWindow: 5 },
    }).boot()
    world.node(0).submit(Uint8Array.of(1))
    for (let turn = 0; turn < 6; turn++) {
      world.run(3_000)
      const node = world.node(turn % 4)
      const { committed } = node.core!.status
      node.crash()
      node.boot()
      assert.ok(node.core!.status.committed >= committed - 1)
      node.submit(Uint8Array.of(turn))
    }
    world.run(10_000)
    const chains = world.nodes.map(
      (node) => new Map(node.commits.map(({ commit, digest }) => [commit.index, digest])),
    )
    for (const [index, digest] of chains[0]!) {
      for (const other of chains) assert.equal(other.get(index) ?? digest, digest)
    }
    assert.ok(chains[0]!.size > 20)
    for (const node of world.nodes) {
      for (const digests of node.published.values()) assert.equal(digests.size, 1)
    }
  })

  it('refuses to go on from a store with holes', () => {
    const [first = [], second = []] = fullRounds(epoch, 2)
    const blocks = [...first.slice(1), ...second].map((block) => ({ block, verified: true }))
    assert.throws(() => new Solo({ restored: { blocks } }), { code: 'CONSENSUS_NOT_CLOSED' })
  })
})
