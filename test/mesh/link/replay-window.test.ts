import assert from 'node:assert/strict'

import { nearestCounter, ReplayWindow } from '../../../mesh/link/replay-window.ts'
import { Seeded } from '../../seeded.ts'

describe('the replay window', () => {
  it('agrees with a list of all that was seen, for steps of any size', () => {
    const random = new Seeded('window')
    for (let round = 0; round < 20; round++) {
      const window = new ReplayWindow()
      const seen = new Set<number>()
      let highest = -1
      for (let step = 0; step < 3000; step++) {
        const reach = random.pick([1, 3, 40, 1100, 5000])
        const counter = Math.max(0, highest + 1 + random.below(2 * reach) - reach)
        const isNew = !seen.has(counter) && counter > highest - ReplayWindow.size
        assert.equal(window.accepts(counter), isNew, `${counter} after ${highest}`)
        if (!isNew || random.oneIn(5)) continue
        window.mark(counter)
        seen.add(counter)
        highest = Math.max(highest, counter)
        assert.equal(window.highest, highest)
      }
    }
  })

  it('holds 1024 counters, no more and no less', () => {
    const window = new ReplayWindow()
    window.mark(5000)
    assert.ok(window.accepts(5000 - 1023))
    assert.ok(!window.accepts(5000 - 1024))
  })

  it('forgets none of them while it moves on by one', () => {
    const window = new ReplayWindow()
    for (let counter = 0; counter < 3000; counter++) {
      window.mark(counter)
      for (const behind of [0, 1, 31, 32, 991, 992, 1000, 1022, 1023]) {
        assert.ok(!window.accepts(Math.max(0, counter - behind)), `${behind} behind ${counter}`)
      }
    }
  })

  it('works far beyond 32 bits', () => {
    const window = new ReplayWindow()
    const far = 2 ** 45
    window.mark(far)
    window.mark(far - 1)
    assert.ok(!window.accepts(far - 1))
    assert.ok(window.accepts(far - 2))
    assert.ok(window.accepts(far + 1))
  })
})

describe('a counter by its low bits', () => {
  it('is the one nearest what is expected', () => {
    const random = new Seeded('counters')
    for (let round = 0; round < 20_000; round++) {
      const expected = random.pick([0, 5, 8191, 16_384, 2 ** 33, 2 ** 45]) + random.below(40_000)
      const counter = Math.max(0, expected + random.below(16_383) - 8191)
      assert.equal(nearestCounter(expected, counter % 16_384, 14), counter)
    }
  })

  it('is never negative', () => {
    for (let low = 0; low < 16_384; low++) assert.equal(nearestCounter(0, low, 14) % 16_384, low)
    assert.equal(nearestCounter(0, 16_383, 14), 16_383)
  })
})
