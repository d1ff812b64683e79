import assert from 'node:assert/strict'

import type { Proposal } from '#governance'

import { isFinal, outcomeOf, stepsOf } from '../../node/governance/steps.ts'

const tally = {
  for: 0n,
  against: 0n,
  abstain: 0n,
  quorum: 1n,
  hasQuorum: false,
  hasMajority: false,
}
const proposal: Proposal = {
  id: 1n,
  state: 'Active',
  snapshot: 100,
  deadline: 200,
  eta: undefined,
  expiry: 900,
  tier: 1,
  timelock: 5,
  majority: 5_000,
  tally,
}
const reviewed = { number: 42, reviewEnds: 90, proposal: undefined } as const
const voted = { number: 42, reviewEnds: 90, proposal } as const

const linesOf = (pip: Parameters<typeof stepsOf>[0]): readonly string[] =>
  stepsOf(pip).map(({ command, who, from, until }) => `${command} ${who} ${from} ${until}`)

describe('what may be done next about a PIP', () => {
  it('is the author’s to say before the vote, and to open it once the review is over', () => {
    assert.deepEqual(linesOf({ ...reviewed, status: 'Draft' }), [
      'review 42 author 0 undefined',
      'revise FILE author 0 undefined',
      'withdraw 42 author 0 undefined',
    ])
    assert.equal(linesOf({ ...reviewed, status: 'Review' })[0], 'open 42 author 90 undefined')
  })

  it('is to vote from the second after the snapshot to the deadline', () => {
    assert.deepEqual(linesOf({ ...voted, status: 'Voting' }), ['vote 42 members 101 200'])
  })

  it('is anybody’s once the vote is over: to queue, and to execute after the delay', () => {
    const queued: Proposal = { ...proposal, state: 'Queued', eta: 300 }
    assert.deepEqual(
      linesOf({ ...voted, status: 'Approved', proposal: { ...proposal, state: 'Succeeded' } }),
      ['queue 42 anyone 0 900'],
    )
    assert.deepEqual(linesOf({ ...voted, status: 'Approved', proposal: queued }), [
      'execute 42 anyone 300 900',
    ])
  })

  it('is nothing where nothing will become of it, or others have to act', () => {
    for (const status of ['Rejected', 'Withdrawn', 'Implemented'] as const) {
      assert.deepEqual(linesOf({ ...reviewed, status }), [])
      assert.equal(isFinal({ status, executedAt: undefined }, []), true)
    }
    const executed: Proposal = { ...proposal, state: 'Executed' }
    assert.deepEqual(linesOf({ ...voted, status: 'Approved', proposal: executed }), [])
    const approved = { status: 'Approved', executedAt: undefined } as const
    assert.equal(isFinal(approved, []), false)
    assert.equal(isFinal({ ...approved, executedAt: 7 }, []), false)
    assert.equal(isFinal({ ...approved, executedAt: 7 }, ['Pending', 'Void']), false)
    for (const state of ['Void', 'Lapsed', 'Cancelled'] as const) {
      assert.equal(isFinal({ ...approved, executedAt: 7 }, ['Activated', state]), true)
    }
  })
})

describe('the outcome of a vote', () => {
  it('is told in words', () => {
    const outcomes = [
      [{ ...tally, quorum: undefined }, 'has not begun'],
      [{ ...tally, hasMajority: true }, 'no quorum'],
      [{ ...tally, hasQuorum: true }, 'no majority'],
      [{ ...tally, hasQuorum: true, hasMajority: true }, 'carried'],
    ] as const
    for (const [counted, words] of outcomes) {
      assert.equal(outcomeOf({ ...proposal, tally: counted }), words)
    }
    assert.equal(outcomeOf({ ...proposal, state: 'Canceled' }), 'cancelled by the guardian')
    const carried = { ...tally, hasQuorum: true, hasMajority: true }
    assert.match(outcomeOf({ ...proposal, state: 'Expired', tally: carried }), /expired/)
  })
})
