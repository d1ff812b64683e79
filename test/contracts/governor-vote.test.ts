import assert from 'node:assert/strict'

import type { Account } from '../chain/attacks/network.ts'
import { abstain, against, inFavour, Parliament, type Proposal } from './parliament.ts'
import { addressOf, alice, bob, carol, dave, mallory } from './scene.ts'

const active = `0x${(1n << 1n).toString(16).padStart(64, '0')}`

describe('a vote', function () {
  this.timeout(60_000)
  let parliament: Parliament
  let proposal: Proposal
  beforeEach(async () => {
    parliament = await Parliament.start()
    proposal = await parliament.propose(42)
  })
  afterEach(() => parliament.close())

  const weights = (voters: readonly Account[]): Promise<bigint[]> =>
    Promise.all(voters.map((voter) => parliament.weight(voter, proposal)))

  const refused = (voter: Account, name: string, args: readonly unknown[]) =>
    parliament.refused(voter, parliament.governor, name, args)

  it('counts what members held at the snapshot, for, against and abstaining', async () => {
    const receipt = await parliament.vote(alice, proposal)
    await parliament.vote(bob, proposal, against)
    await parliament.vote(carol, proposal, abstain)
    const [a = 0n, b, c] = await weights([alice, bob, carol])
    assert.deepEqual(await parliament.tally(proposal), [b, a, c])
    const [cast] = parliament.events(parliament.governor, receipt)
    assert.deepEqual(cast, ['VoteCast', addressOf(alice), proposal.id, inFavour, a, ''])
  })

  it('takes a reason along', async () => {
    const args = [proposal.id, against, 'too soon']
    const receipt = await parliament.done(bob, parliament.governor, 'castVoteWithReason', args)
    const [weight] = await weights([bob])
    assert.deepEqual(parliament.events(parliament.governor, receipt), [
      ['VoteCast', addressOf(bob), proposal.id, against, weight, 'too soon'],
    ])
  })

  it('is refused a second time, also with the other answer', async () => {
    await parliament.vote(alice, proposal)
    const error = ['GovernorAlreadyCastVote', addressOf(alice)]
    assert.deepEqual(await refused(alice, 'castVote', [proposal.id, inFavour]), error)
    assert.deepEqual(await refused(alice, 'castVote', [proposal.id, against]), error)
  })

  it('has three answers', async () => {
    assert.deepEqual(await refused(alice, 'castVote', [proposal.id, 3]), [
      'GovernorInvalidVoteType',
    ])
    assert.deepEqual(await refused(alice, 'castVote', [proposal.id, 255]), [
      'GovernorInvalidVoteType',
    ])
  })

  it('has no parameters', async () => {
    const args = [proposal.id, inFavour, 'why', '0x01']
    const name = 'castVoteWithReasonAndParams'
    assert.deepEqual(await refused(alice, name, args), ['GovernorInvalidVoteParams'])
    await parliament.done(alice, parliament.governor, name, [proposal.id, inFavour, 'why', '0x'])
  })

  it('takes place from the second after the snapshot to the deadline, both included', async () => {
    const later = await parliament.propose(43)
    const snapshot = await parliament.snapshot(later)
    parliament.goTo(snapshot)
    assert.deepEqual(await refused(alice, 'castVote', [later.id, inFavour]), [
      'GovernorUnexpectedProposalState',
      later.id,
      0,
      active,
    ])
    assert.equal(parliament.now, snapshot)
    parliament.goTo(snapshot + 1n)
    await parliament.vote(dave, later)
    const deadline = await parliament.deadline(later)
    assert.equal(deadline, snapshot + 100n)
    parliament.goTo(deadline)
    await parliament.vote(carol, later, against)
    assert.equal(parliament.now, deadline)
    assert.equal(await parliament.state(later), 'Active')
    parliament.goTo((await parliament.deadline(later)) + 1n)
    assert.deepEqual((await refused(bob, 'castVote', [later.id, inFavour])).slice(0, 3), [
      'GovernorUnexpectedProposalState',
      later.id,
      3,
    ])
  })

  it('is refused for a proposal that nobody made', async () => {
    assert.deepEqual(await refused(alice, 'castVote', [1n, inFavour]), [
      'GovernorNonexistentProposal',
      1n,
    ])
    for (const name of ['termsOf', 'quorumOf']) {
      const { error } = await parliament.scene.ask(parliament.governor, name, [1n])
      assert.deepEqual(error, ['GovernorNonexistentProposal', 1n])
    }
  })

  it('is refused to who had no votes, as for what was locked after the snapshot', async () => {
    const later = await parliament.propose(43)
    // In the second of the snapshot it still counts, and a second later no more.
    const snapshot = await parliament.snapshot(later)
    parliament.goTo(snapshot + 1n)
    await parliament.lock(mallory, 500_000n * 10n ** 18n)
    assert.ok(((await parliament.votesOf(mallory)) as bigint) > 0n)
    const late = [later.id, 1]
    assert.deepEqual(await parliament.refused(mallory, parliament.governor, 'castVote', late), [
      'NoVotes',
      addressOf(mallory),
      snapshot,
    ])
    assert.deepEqual(await parliament.tally(later), [0n, 0n, 0n])
  })

  it('weighs in one second what was held at its end, whatever the order in it', async () => {
    const later = await parliament.propose(43)
    const snapshot = await parliament.snapshot(later)
    parliament.goTo(snapshot)
    await parliament.lock(mallory, 10n ** 18n)
    parliament.goTo(snapshot)
    await parliament.lock(mallory, 10n ** 18n)
    await parliament.vote(mallory, later)
    const weight = await parliament.weight(mallory, later)
    assert.ok(weight > 19n * 10n ** 17n)
    assert.deepEqual(await parliament.tally(later), [0n, weight, 0n])
  })

  it('is read from a clock of seconds, and by the standards of other governors', async () => {
    const { governor } = parliament
    assert.equal(await parliament.value(governor, 'CLOCK_MODE'), 'mode=timestamp')
    assert.equal(BigInt((await parliament.value(governor, 'clock')) as number), parliament.now)
    assert.equal(
      await parliament.value(governor, 'COUNTING_MODE'),
      'support=bravo,override&quorum=for,abstain&overridable=true',
    )
    assert.equal(await parliament.value(governor, 'name'), 'ParsGovernor')
    assert.equal(await parliament.value(governor, 'version'), '1')
    assert.equal(await parliament.value(governor, 'votingDelay'), 10n)
    assert.equal(await parliament.value(governor, 'votingPeriod'), 100n)
    assert.equal(await parliament.value(governor, 'proposalThreshold'), 50n * 10n ** 18n)
    assert.equal(await parliament.value(governor, 'timelock'), parliament.timelock.address)
    assert.equal(await parliament.value(governor, 'proposalNeedsQueuing', [0n]), true)
  })
})

describe('a vote for somebody else', function () {
  this.timeout(60_000)
  let parliament: Parliament
  let proposal: Proposal
  beforeEach(async () => {
    parliament = await Parliament.start()
    await parliament.done(carol, parliament.ve, 'delegate', [addressOf(dave)])
    proposal = await parliament.propose(42)
  })
  afterEach(() => parliament.close())

  const override = async (voter: Account, support: number) => {
    const args = [proposal.id, support, 'my own']
    return parliament.done(voter, parliament.governor, 'castOverrideVote', args)
  }

  const owned = async (account: Account): Promise<bigint> => {
    const args = [addressOf(account), await parliament.snapshot(proposal)]
    return (await parliament.value(parliament.ve, 'getPastBalanceOf', args)) as bigint
  }

  it('is the delegate’s, with all that was delegated', async () => {
    const snapshot = await parliament.snapshot(proposal)
    const { governor } = parliament
    assert.deepEqual(
      await parliament.refused(carol, governor, 'castVote', [proposal.id, inFavour]),
      ['NoVotes', addressOf(carol), snapshot],
    )
    await parliament.vote(dave, proposal, against)
    assert.deepEqual(await parliament.tally(proposal), [
      (await owned(carol)) + (await owned(dave)),
      0n,
      0n,
    ])
  })

  it('is overridden by the owner after the delegate voted', async () => {
    await parliament.vote(dave, proposal, against)
    const receipt = await override(carol, inFavour)
    const weight = await owned(carol)
    assert.deepEqual(await parliament.tally(proposal), [await owned(dave), weight, 0n])
    assert.deepEqual(parliament.events(parliament.governor, receipt), [
      ['VoteReduced', addressOf(dave), proposal.id, against, weight],
      ['OverrideVoteCast', addressOf(carol), proposal.id, inFavour, weight, 'my own'],
    ])
  })

  it('is overridden by the owner before the delegate votes', async () => {
    await override(carol, abstain)
    await parliament.vote(dave, proposal, against)
    assert.deepEqual(await parliament.tally(proposal), [await owned(dave), 0n, await owned(carol)])
    const voted = async (name: string, account: Account) =>
      parliament.value(parliament.governor, name, [proposal.id, addressOf(account)])
    assert.deepEqual(
      [await voted('hasVoted', carol), await voted('hasVotedOverride', carol)],
      [false, true],
    )
  })

  it('is overridden once, and not by who has no delegate', async () => {
    await override(carol, inFavour)
    const refused = (voter: Account, support = inFavour) =>
      parliament.refused(voter, parliament.governor, 'castOverrideVote', [proposal.id, support, ''])
    assert.deepEqual(await refused(carol), ['GovernorAlreadyOverriddenVote', addressOf(carol)])
    assert.deepEqual(await refused(alice), ['NothingToOverride', addressOf(alice)])
    assert.deepEqual(await refused(mallory), ['NothingToOverride', addressOf(mallory)])
    await parliament.done(bob, parliament.ve, 'delegate', [addressOf(alice)])
    assert.deepEqual(await refused(bob), ['NothingToOverride', addressOf(bob)])
    assert.deepEqual(await parliament.tally(proposal), [0n, await owned(carol), 0n])
  })

  it('is not overridden by who owned no votes', async () => {
    await parliament.done(mallory, parliament.ve, 'delegate', [addressOf(dave)])
    const later = await parliament.propose(43)
    const args = [later.id, inFavour, '']
    const { governor } = parliament
    assert.deepEqual(await parliament.refused(mallory, governor, 'castOverrideVote', args), [
      'NoVotes',
      addressOf(mallory),
      await parliament.snapshot(later),
    ])
  })

  it('is overridden with one of three answers, within the window', async () => {
    const args = [proposal.id, 3, '']
    const name = 'castOverrideVote'
    const { governor } = parliament
    assert.deepEqual(await parliament.refused(carol, governor, name, args), [
      'GovernorInvalidVoteType',
    ])
    parliament.goTo((await parliament.deadline(proposal)) + 1n)
    const late = await parliament.refused(carol, governor, name, [proposal.id, inFavour, ''])
    assert.deepEqual(late.slice(0, 3), ['GovernorUnexpectedProposalState', proposal.id, 3])
  })

  it('never counts more than there is, whoever votes and overrides in whatever order', async () => {
    await parliament.done(bob, parliament.ve, 'delegate', [addressOf(dave)])
    const second = await parliament.propose(43)
    await parliament.done(bob, parliament.governor, 'castOverrideVote', [second.id, against, ''])
    await parliament.vote(dave, second)
    await parliament.done(carol, parliament.governor, 'castOverrideVote', [second.id, abstain, ''])
    await parliament.vote(alice, second, abstain)
    const counted = ((await parliament.tally(second)) as bigint[]).reduce((sum, one) => sum + one)
    const args = [await parliament.snapshot(second)]
    const supply = (await parliament.value(parliament.ve, 'getPastTotalSupply', args)) as bigint
    assert.ok(counted <= supply && supply - counted < 4n, `${counted} of ${supply}`)
  })
})
