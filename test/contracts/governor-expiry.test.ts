import assert from 'node:assert/strict'

import type { Hex } from '#base'

import { action, against, key, Parliament, type Proposal } from './parliament.ts'
import { addressOf, alice, bob, type Deployed, mallory, probe } from './scene.ts'

const expiry = 500n

describe('what was approved and is not executed', function () {
  this.timeout(60_000)
  let parliament: Parliament
  let ledger: Deployed
  beforeEach(async () => {
    parliament = await Parliament.start({
      'vote.expiry': expiry,
      'guardian.account': BigInt(addressOf(mallory)),
      'guardian.expiry': 1_767_225_600n + 100_000n,
    })
    ledger = await parliament.scene.deploy(probe('GovernorProbe.sol', 'Ledger'))
  })
  afterEach(() => parliament.close())

  const actions = () => [action(ledger, 'add', [1n])]

  const standing = async (proposal: Proposal): Promise<readonly unknown[]> => [
    await parliament.state(proposal),
    await parliament.status(proposal.number),
    await parliament.value(ledger, 'count'),
  ]

  const expiryOf = async ({ id }: Proposal): Promise<bigint> =>
    (await parliament.value(parliament.governor, 'expiryOf', [id])) as bigint

  const refused = async (name: string, { number }: Proposal) =>
    parliament.refused(mallory, parliament.governor, name, await parliament.proposalOf(number))

  it('may be queued for as long as the parameters say', async () => {
    const proposal = await parliament.propose(42, { actions: actions() })
    await parliament.carry(proposal)
    const last = (await parliament.deadline(proposal)) + expiry
    assert.equal(await expiryOf(proposal), last)
    await parliament.passTo(last)
    assert.deepEqual(await standing(proposal), ['Succeeded', 'Approved', 0n])
    parliament.goTo(last)
    await parliament.queue(proposal)
    assert.equal(parliament.now, last)
    assert.equal(await expiryOf(proposal), last + 60n + expiry)
  })

  it('expires a second later, and the PIP is rejected', async () => {
    const proposal = await parliament.propose(42, { actions: actions() })
    await parliament.carry(proposal)
    await parliament.passTo((await expiryOf(proposal)) + 1n)
    assert.deepEqual(await standing(proposal), ['Expired', 'Rejected', 0n])
    for (const name of ['queue', 'execute', 'cancel']) {
      const error = await refused(name, proposal)
      assert.deepEqual(error.slice(0, 3), ['GovernorUnexpectedProposalState', proposal.id, 6], name)
    }
  })

  it('may be executed for as long after its delay, by either door', async () => {
    for (const number of [42, 43]) {
      const proposal = await parliament.decide(number, { actions: actions() })
      const last = (await parliament.eta(proposal)) + expiry
      assert.equal(await expiryOf(proposal), last)
      await parliament.passTo(last)
      assert.equal(await parliament.state(proposal), 'Queued')
      parliament.goTo(last)
      if (number === 42) await parliament.execute(proposal)
      else {
        const operation = await parliament.operationOf(proposal)
        await parliament.done(mallory, parliament.timelock, 'executeBatch', operation)
      }
      assert.equal(parliament.now, last)
      await parliament.passTo(last + 1n)
      const done = BigInt(number) - 41n
      assert.deepEqual(await standing(proposal), ['Executed', 'Implemented', done])
    }
  })

  it('is run by neither door a second later', async () => {
    const { timelock } = parliament
    const proposal = await parliament.decide(42, { actions: actions() })
    const last = await expiryOf(proposal)
    await parliament.passTo(last + 1n)
    assert.deepEqual(await standing(proposal), ['Expired', 'Rejected', 0n])
    const [error, , state] = await refused('execute', proposal)
    assert.deepEqual([error, state], ['GovernorUnexpectedProposalState', 6])
    const operation = await parliament.operationOf(proposal)
    const id = (await parliament.value(timelock, 'hashOperationBatch', operation)) as Hex
    assert.deepEqual(await parliament.refused(mallory, timelock, 'executeBatch', operation), [
      'OperationExpired',
      id,
      last,
    ])
    assert.equal((await refused('cancel', proposal))[0], 'GovernorUnexpectedProposalState')
    assert.deepEqual(await standing(proposal), ['Expired', 'Rejected', 0n])
  })

  it('leaves what was rejected rejected, and what ran done', async () => {
    const lost = await parliament.propose(42)
    await parliament.vote(alice, lost, against)
    await parliament.passTo((await parliament.deadline(lost)) + expiry + 1n)
    assert.equal(await parliament.state(lost), 'Defeated')
    const text = await parliament.decide(43)
    await parliament.execute(text)
    await parliament.passTo((await parliament.eta(text)) + expiry + 1n)
    assert.deepEqual((await standing(text)).slice(0, 2), ['Executed', 'Approved'])
    const marking = [action(parliament.registry, 'markImplemented', [43n])]
    await parliament.execute(await parliament.decide(44, { actions: marking }))
    assert.equal(await parliament.status(43), 'Implemented')
  })

  it('counts from the end of a vote that was extended', async () => {
    const proposal = await parliament.propose(42)
    parliament.goTo(await parliament.deadline(proposal))
    await parliament.vote(alice, proposal)
    const deadline = await parliament.deadline(proposal)
    assert.equal(deadline, parliament.now + 50n)
    assert.equal(await expiryOf(proposal), deadline + expiry)
    await parliament.passTo(deadline + expiry)
    assert.equal(await parliament.state(proposal), 'Succeeded')
  })

  it('has the time that was the rule when its vote was opened', async () => {
    const set = action(parliament.parameters, 'set', [key('vote.expiry'), 7000n])
    const old = await parliament.propose(42, { actions: [set] })
    await parliament.carry(old)
    await parliament.queue(old)
    parliament.goTo(await parliament.eta(old))
    const open = await parliament.propose(43)
    await parliament.vote(bob, open)
    await parliament.execute(old)
    assert.equal(await expiryOf(open), (await parliament.deadline(open)) + expiry)
    const next = await parliament.propose(44)
    assert.equal(await expiryOf(next), (await parliament.deadline(next)) + 7000n)
    const { expiry: fixed } = (await parliament.value(parliament.governor, 'termsOf', [
      next.id,
    ])) as { expiry: number }
    assert.equal(fixed, 7000)
  })

  it('is nothing where nothing was proposed', async () => {
    const error = await parliament.refused(mallory, parliament.governor, 'expiryOf', [7n])
    assert.deepEqual(error, ['GovernorNonexistentProposal', 7n])
  })
})
