import assert from 'node:assert/strict'

import { silent } from '#base'

import { limits } from '../../network/limits.ts'
import { Links } from '../../network/peers/links.ts'
import { Guard } from '../../network/streams/guard.ts'
import { ManualClock } from '../manual-clock.ts'

const member = 'member'

function isReserved(peer: string): boolean {
  return peer === member
}

describe('the budget of answers', () => {
  let clock: ManualClock
  let guard: Guard

  beforeEach(() => {
    clock = new ManualClock(1_000_000)
    guard = new Guard({ clock, log: silent, links: new Links(), isReserved, charge() {} })
  })

  /** How many questions of `peer` are taken at this moment. */
  function taken(peer: string, cost: number): number {
    let count = 0
    while (guard.admit(peer, cost) !== undefined) count++
    return count
  }

  it('is charged for a question before its answer is looked for', () => {
    const cost = 1_048_576
    const { answerBytes, servedRate, serveWait } = limits
    const most = answerBytes.value + (servedRate.value * serveWait.value) / 1_000
    assert.equal(taken(member, cost), most / cost)
    assert.equal(guard.mayServe(member), false)
    clock.advance(1_000)
    assert.equal(taken(member, cost), servedRate.value / cost)
  })

  it('lets a question wait a little for it, and no longer', () => {
    const { answerBytes, servedRate } = limits
    assert.equal(guard.admit(member, answerBytes.value), 0)
    assert.equal(guard.admit(member, servedRate.value), 1_000)
    assert.equal(guard.admit(member, servedRate.value), 2_000)
    assert.equal(guard.admit(member, 1), undefined)
  })

  it('is one for all strangers beside that of each, and the committee waits for none of them', () => {
    const cost = 524_288
    let all = 0
    for (let peer = 0; peer < 64; peer++) all += taken(`stranger ${peer}`, cost)
    const { strangersRate, burst, serveWait } = limits
    const most = strangersRate.value * (burst.value + serveWait.value / 1_000)
    assert.equal(all, most / cost)
    assert.equal(guard.admit('one more', cost), undefined)
    assert.equal(guard.admit(member, cost), 0)
    clock.advance(1_000)
    assert.notEqual(guard.admit('one more', cost), undefined)
  })
})
