import assert from 'node:assert/strict'

import { timeOf } from '../../node/clock.ts'

function machine() {
  const source = { at: 1_000_000, passed: 5 }
  const now = timeOf({ wall: () => source.at, monotonic: () => source.passed })
  const pass = (milliseconds: number): void => {
    source.at += milliseconds
    source.passed += milliseconds
  }
  return { source, now, pass }
}

describe('time of a node', () => {
  it('is that of the wall, also after a sleep in which nothing else passed', () => {
    const { source, now, pass } = machine()
    pass(10)
    assert.equal(now(), 1_000_010)
    source.at += 3_600_000
    assert.equal(now(), 4_600_010)
    pass(1)
    assert.equal(now(), 4_600_011)
  })

  it('passes on at half its pace when the wall is set back, until the two meet', () => {
    const { source, now, pass } = machine()
    source.at -= 1_000
    assert.equal(now(), 1_000_000)
    pass(600)
    assert.equal(now(), 1_000_300)
    pass(600)
    assert.equal(now(), 1_000_600)
    pass(800)
    assert.equal(now(), source.at)
    pass(100)
    assert.equal(now(), 1_001_100)
  })

  it('never decreases, however the wall jumps', () => {
    const { source, now, pass } = machine()
    let before = 0
    for (const jump of [500, -900, 40, -40, 100_000, -100_000, -1]) {
      source.at += jump
      pass(7)
      const after = now()
      assert.ok(after >= before && Number.isInteger(after))
      before = after
    }
  })
})
