import assert from 'node:assert/strict'

import type { Genesis } from '#genesis'

import {
  abstain,
  action,
  against,
  inFavour,
  key,
  Parliament,
  pars,
  type Proposal,
} from './parliament.ts'
import { addressOf, alice, bob, carol, dave, mallory } from './scene.ts'

type Chosen = Partial<Genesis['governance']>

interface Terms {
  readonly tier: number
  readonly quorum: number
  readonly majority: number
  readonly timelock: number
  readonly extension: number
  readonly extendedDeadline: number
  readonly floor: bigint
}

describe('what becomes of a vote', function () {
  this.timeout(60_000)
  let parliament: Parliament
  const start = async (
    chosen: Chosen = {},
    ...members: readonly (readonly [typeof alice, bigint])[]
  ) => {
    parliament = await (members.length === 0
      ? Parliament.start(chosen)
      : Parliament.start(chosen, members))
  }
  afterEach(() => parliament.close())

  const end = async (proposal: Proposal): Promise<(string | undefined)[]> => {
    await parliament.passTo((await parliament.deadline(proposal)) + 1n)
    return [await parliament.state(proposal), await parliament.status(proposal.number)]
  }

  const set = (name: string, value: bigint) =>
    action(parliament.parameters, 'set', [key(name), value])

  const terms = async ({ id }: Proposal): Promise<Terms> =>
    (await parliament.value(parliament.governor, 'termsOf', [id])) as Terms

  const quorum = async ({ id }: Proposal): Promise<bigint> =>
    (await parliament.value(parliament.governor, 'quorumOf', [id])) as bigint

  it('is approval by more than half of enough votes', async () => {
    await start()
    const proposal = await parliament.propose(42)
    await parliament.vote(bob, proposal)
    await parliament.vote(carol, proposal, against)
    assert.deepEqual(await end(proposal), ['Succeeded', 'Approved'])
  })

  it('is rejection when nobody votes, or too few do', async () => {
    await start()
    const silent = await parliament.propose(42)
    assert.deepEqual(await end(silent), ['Defeated', 'Rejected'])
    const small = await parliament.propose(43)
    await parliament.vote(dave, small)
    assert.ok((await quorum(small)) > (await parliament.weight(dave, small)))
    assert.deepEqual(await end(small), ['Defeated', 'Rejected'])
  })

  it('is rejection by a majority', async () => {
    await start()
    const proposal = await parliament.propose(42)
    await parliament.vote(bob, proposal)
    await parliament.vote(alice, proposal, against)
    assert.deepEqual(await end(proposal), ['Defeated', 'Rejected'])
  })

  it('is rejection when both sides are equal', async () => {
    await start({}, [alice, 500n], [bob, 500n], [dave, 1n])
    const proposal = await parliament.propose(42)
    await parliament.vote(alice, proposal)
    await parliament.vote(bob, proposal, against)
    const [no, yes] = (await parliament.tally(proposal)) as bigint[]
    assert.equal(no, yes)
    assert.deepEqual(await end(proposal), ['Defeated', 'Rejected'])
  })

  it('counts who abstains for the quorum and for no side', async () => {
    await start()
    const carried = await parliament.propose(42)
    await parliament.vote(dave, carried)
    await parliament.vote(alice, carried, abstain)
    assert.deepEqual(await end(carried), ['Succeeded', 'Approved'])
    const empty = await parliament.propose(43)
    await parliament.vote(alice, empty, abstain)
    assert.deepEqual(await end(empty), ['Defeated', 'Rejected'])
  })

  it('needs the share of its tier of all votes at the snapshot, to the last wei', async () => {
    await start()
    await parliament.lock(mallory, pars, 401n)
    const proposal = await parliament.propose(42)
    await parliament.vote(dave, proposal)
    const args = [await parliament.snapshot(proposal)]
    const supply = (await parliament.value(parliament.ve, 'getPastTotalSupply', args)) as bigint
    assert.notEqual(supply % 10n, 0n)
    assert.equal(await quorum(proposal), supply / 10n + 1n)
    assert.equal(
      await parliament.value(parliament.governor, 'quorum', args),
      await quorum(proposal),
    )
  })

  it('needs the floor of its tier where little is locked', async () => {
    await start({ 'tier.0.floor': 2000n * pars })
    const proposal = await parliament.propose(42)
    await parliament.vote(alice, proposal)
    assert.equal(await quorum(proposal), 2000n * pars)
    assert.deepEqual(await end(proposal), ['Defeated', 'Rejected'])
    const again = await parliament.propose(43)
    for (const voter of [alice, bob, carol]) await parliament.vote(voter, again)
    assert.deepEqual(await end(again), ['Succeeded', 'Approved'])
  })

  it('needs the larger majority of a higher tier', async () => {
    await start()
    const low = await parliament.propose(42, { actions: [set('block.gasLimit', 20_000_000n)] })
    const high = await parliament.propose(43, { actions: [set('vote.delay', 20n)] })
    for (const proposal of [low, high]) {
      await parliament.vote(alice, proposal)
      await parliament.vote(bob, proposal, against)
    }
    assert.deepEqual([(await terms(low)).majority, (await terms(high)).majority], [5000, 6700])
    assert.deepEqual(await end(high), ['Defeated', 'Rejected'])
    assert.equal(await parliament.state(low), 'Succeeded')
    const wider = await parliament.propose(44, { actions: [set('vote.delay', 20n)] })
    await parliament.vote(alice, wider)
    await parliament.vote(carol, wider)
    await parliament.vote(bob, wider, against)
    assert.deepEqual(await end(wider), ['Succeeded', 'Approved'])
  })

  it('takes as long as its tier says', async () => {
    await start()
    const proposals = [
      await parliament.propose(42),
      await parliament.propose(43, { actions: [set('block.gasLimit', 20_000_000n)] }),
      await parliament.propose(44, { actions: [set('vote.delay', 20n)] }),
    ]
    for (const [tier, proposal] of proposals.entries()) {
      const period = (await parliament.deadline(proposal)) - (await parliament.snapshot(proposal))
      assert.equal(period, BigInt(100 + 100 * tier))
      const { tier: found, timelock, extension } = await terms(proposal)
      assert.deepEqual([found, timelock, extension], [tier, 20 + 20 * tier, 50])
    }
  })

  it('waits for answers when the quorum is reached late, once', async () => {
    await start()
    const proposal = await parliament.propose(42)
    const deadline = await parliament.deadline(proposal)
    await parliament.vote(dave, proposal)
    assert.equal((await terms(proposal)).extendedDeadline, 0)
    parliament.goTo(deadline)
    const receipt = await parliament.vote(alice, proposal)
    const extended = ['ProposalExtended', proposal.id, deadline + 50n]
    assert.deepEqual(parliament.events(parliament.governor, receipt)[1], extended)
    assert.equal(await parliament.deadline(proposal), deadline + 50n)
    parliament.goTo(deadline + 50n)
    const last = await parliament.vote(bob, proposal, against)
    assert.equal(parliament.events(parliament.governor, last).length, 1)
    assert.equal(await parliament.deadline(proposal), deadline + 50n)
    assert.deepEqual(await end(proposal), ['Succeeded', 'Approved'])
  })

  it('does not wait when the quorum was reached early', async () => {
    await start()
    const proposal = await parliament.propose(42)
    const deadline = await parliament.deadline(proposal)
    const receipt = await parliament.vote(alice, proposal)
    assert.equal(parliament.events(parliament.governor, receipt).length, 1)
    parliament.goTo(deadline)
    await parliament.vote(bob, proposal, against)
    assert.equal(await parliament.deadline(proposal), deadline)
  })

  it('goes by the parameters of its beginning, whatever is decided meanwhile', async () => {
    await start()
    const names = {
      'vote.delay': 77n,
      'vote.extension': 7000n,
      'tier.0.period': 7000n,
      'tier.0.quorum': 5000n,
      'tier.0.floor': 7n,
      'tier.0.majority': 8000n,
      'tier.0.timelock': 7000n,
    } as const
    const actions = Object.entries(names).map(([name, value]) => set(name, value))
    const change = await parliament.decide(42, { actions })
    parliament.goTo(parliament.now)
    const proposal = await parliament.propose(43)
    const before = [await terms(proposal), await parliament.deadline(proposal)]
    await parliament.execute(change)
    assert.deepEqual([await terms(proposal), await parliament.deadline(proposal)], before)
    await parliament.vote(bob, proposal)
    assert.equal(BigInt((await terms(proposal)).extendedDeadline), parliament.now + 50n)
    await parliament.vote(carol, proposal, against)
    assert.deepEqual(await end(proposal), ['Succeeded', 'Approved'])
    await parliament.queue(proposal)
    const queued = parliament.now
    assert.equal(await parliament.eta(proposal), queued + 20n)
    parliament.goTo(queued + 20n)
    await parliament.execute(proposal)
    const next = await parliament.propose(44)
    await parliament.vote(dave, next)
    const { quorum: share, majority, timelock, extension, floor } = await terms(next)
    assert.deepEqual([share, majority, timelock, extension, floor], [5000, 8000, 7000, 7000, 7n])
    const period = (await parliament.deadline(next)) - (await parliament.snapshot(next))
    assert.equal(period, 7000n)
  })

  it('is rejection by two thirds where 67 of 100 are too few', async () => {
    await start({}, [alice, 900_000n], [bob, 900_000n], [carol, 900_000n], [dave, 1n])
    const proposal = await parliament.propose(42, { actions: [set('vote.delay', 20n)] })
    await parliament.vote(alice, proposal)
    await parliament.vote(bob, proposal)
    await parliament.vote(carol, proposal, against)
    assert.deepEqual(await end(proposal), ['Defeated', 'Rejected'])
  })
})

describe('the guardian', function () {
  this.timeout(60_000)
  let parliament: Parliament
  const start = async (account = mallory, term = 100_000n) => {
    parliament = await Parliament.start({
      'guardian.account': BigInt(addressOf(account)),
      'guardian.expiry': 1_767_225_600n + term,
      'vote.expiry': 2n * term,
    })
  }
  afterEach(() => parliament.close())

  const cancel = async ({ number }: Proposal, by = mallory) =>
    parliament.done(by, parliament.governor, 'cancel', await parliament.proposalOf(number))

  const refused = async ({ number }: Proposal, by = mallory) =>
    parliament.refused(by, parliament.governor, 'cancel', await parliament.proposalOf(number))

  it('cancels before, during and after the vote, and the PIP is rejected', async () => {
    await start()
    const proposal = await parliament.propose(42)
    await cancel(proposal)
    assert.deepEqual(await parliament.status(42), 'Rejected')
    assert.deepEqual(
      await parliament.refused(alice, parliament.governor, 'castVote', [proposal.id, inFavour]),
      ['GovernorUnexpectedProposalState', proposal.id, 2, `0x${'2'.padStart(64, '0')}`],
    )
    const carried = await parliament.propose(43)
    await parliament.carry(carried)
    await cancel(carried)
    assert.equal(await parliament.state(carried), 'Canceled')
    await parliament.refused(alice, parliament.governor, 'queue', await parliament.proposalOf(43))
    const queued = await parliament.decide(44)
    const receipt = await cancel(queued)
    assert.equal(parliament.events(parliament.timelock, receipt)[0]![0], 'Cancelled')
    const [error] = await parliament.stuck(queued)
    assert.equal(error, 'GovernorUnexpectedProposalState')
    assert.equal(await parliament.status(44), 'Rejected')
  })

  it('cancels nothing twice, and nothing that was executed', async () => {
    await start()
    const proposal = await parliament.decide(42)
    await parliament.execute(proposal)
    assert.equal((await refused(proposal))[0], 'GovernorUnexpectedProposalState')
    const other = await parliament.propose(43)
    await cancel(other)
    assert.equal((await refused(other))[0], 'GovernorUnexpectedProposalState')
  })

  it('is nobody but who the parameters name, not even the author', async () => {
    await start()
    const proposal = await parliament.propose(42)
    for (const other of [alice, bob]) {
      assert.deepEqual(await refused(proposal, other), [
        'GovernorUnableToCancel',
        proposal.id,
        addressOf(other),
      ])
    }
  })

  it('is nobody where no guardian was chosen', async () => {
    parliament = await Parliament.start({ 'guardian.expiry': 2n ** 40n })
    const proposal = await parliament.propose(42)
    const zero = { ...mallory, address: new Uint8Array(20) }
    const args = await parliament.proposalOf(42)
    const { error } = await parliament.scene.ask(parliament.governor, 'cancel', args, zero)
    assert.equal(error?.[0], 'GovernorUnableToCancel')
    assert.equal((await refused(proposal))[0], 'GovernorUnableToCancel')
  })

  it('has a term, whose last second it serves', async () => {
    await start()
    const expiry = 1_767_225_600n + 100_000n
    const proposal = await parliament.propose(42)
    await parliament.carry(proposal)
    parliament.goTo(expiry)
    assert.deepEqual(await refused(proposal), ['GuardianTermOver', expiry])
    await parliament.close()
    await start()
    const other = await parliament.propose(42)
    await parliament.carry(other)
    parliament.goTo(expiry - 1n)
    await cancel(other)
    assert.equal(parliament.now, expiry - 1n)
  })

  it('is dismissed by a vote', async () => {
    await start()
    const actions = [action(parliament.parameters, 'set', [key('guardian.account'), 0n])]
    await parliament.execute(await parliament.decide(42, { actions }))
    const proposal = await parliament.propose(43)
    assert.equal((await refused(proposal))[0], 'GovernorUnableToCancel')
  })
})
