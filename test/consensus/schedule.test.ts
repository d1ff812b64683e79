import assert from 'node:assert/strict'

import { Schedule } from '../../consensus/core/schedule.ts'
import { constants } from '../../consensus/parameters.ts'
import { digestOf } from './blocks.ts'
import { testCommittee } from './dag/text.ts'

function schedule(stakes: readonly number[], closing = digestOf(1), scheduleWindow = 4): Schedule {
  return new Schedule(testCommittee(stakes), closing, { ...constants, scheduleWindow })
}

function leaders(of: Schedule, from: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => of.leader(from + at))
}

function commitOf(index: number, authors: readonly number[]) {
  const refs = authors.map((author) => ({ author, round: index, digest: digestOf(author) }))
  return {
    epoch: 0,
    index,
    previous: digestOf(0),
    leader: refs[0]!,
    timestampMs: 0,
    blocks: refs,
  }
}

describe('the leader schedule', () => {
  it('lets each of equals lead once in every cycle, in changing order', () => {
    const cycles = Array.from({ length: 12 }, (_, cycle) =>
      leaders(schedule([1, 1, 1, 1, 1]), cycle * 5, 5),
    )
    for (const cycle of cycles) {
      assert.deepEqual(
        cycle.toSorted((a, b) => a - b),
        [0, 1, 2, 3, 4],
      )
    }
    assert.ok(new Set(cycles.map((cycle) => cycle.join(''))).size > 6)
  })

  it('gives rounds in proportion to stake', () => {
    const stakes = [6, 3, 2, 1]
    const all = leaders(schedule(stakes), 0, 1200)
    for (const [author, stake] of stakes.entries()) {
      const led = all.filter((leader) => leader === author).length
      assert.ok(Math.abs(led - stake * 100) <= 60, `${author} leads ${led} of 1200`)
    }
  })

  it('is the same for all who know the closing hash, and another for another', () => {
    const [one, same, other] = [
      schedule([1, 1, 1, 1]),
      schedule([1, 1, 1, 1]),
      schedule([1, 1, 1, 1], digestOf(2)),
    ]
    assert.deepEqual(leaders(one, 0, 40), leaders(same, 0, 40))
    assert.notDeepEqual(leaders(one, 0, 40), leaders(other, 0, 40))
    assert.equal(one.leader(3), (leaders(one, 0, 4000), one.leader(3)))
  })

  it('replaces who added least to a window of commits by who added most', () => {
    const seven = schedule([1, 1, 1, 1, 1, 1, 1])
    const authors = [0, 1, 2, 3, 4, 5]
    for (const index of [1, 2, 3])
      assert.equal(seven.observe(commitOf(index, [...authors, 3])), false)
    const before = leaders(seven, 0, 70)
    assert.equal(seven.observe(commitOf(4, authors)), true)
    assert.deepEqual(seven.state.replaced, [[6, 3]])
    assert.deepEqual(
      leaders(seven, 0, 70),
      before.map((leader) => (leader === 6 ? 3 : leader)),
    )
    for (const index of [5, 6, 7, 8]) seven.observe(commitOf(index, [...authors, 6]))
    assert.deepEqual(seven.state.replaced, [])
  })

  it('replaces at most half of the stake that may be faulty', () => {
    const thirteen = schedule(Array.from({ length: 13 }, () => 1))
    for (const index of [1, 2, 3, 4]) thirteen.observe(commitOf(index, [0, 1, 2, 3, 4, 5, 6, 7]))
    assert.equal(thirteen.state.replaced.length, 2)
    const four = schedule([1, 1, 1, 1])
    for (const index of [1, 2, 3, 4]) assert.equal(four.observe(commitOf(index, [0, 1, 2])), false)
  })

  it('goes on after a restart as if nothing had happened', () => {
    const whole = schedule([1, 1, 1, 1, 1, 1, 1])
    for (const index of [1, 2, 3, 4, 5, 6]) whole.observe(commitOf(index, [0, 1, 2, 3, 4, 5]))
    const settings = { ...constants, scheduleWindow: 4 }
    const { state } = whole
    const restored = new Schedule(
      testCommittee([1, 1, 1, 1, 1, 1, 1]),
      digestOf(1),
      settings,
      state,
    )
    for (const one of [whole, restored]) {
      for (const index of [7, 8]) one.observe(commitOf(index, [0, 1, 2, 6, 4, 5]))
    }
    assert.deepEqual(restored.state, whole.state)
    assert.deepEqual(leaders(restored, 0, 50), leaders(whole, 0, 50))
  })
})
