import assert from 'node:assert/strict'

import { encodeFunctionData } from 'viem'

import { hex, type Hex, unhex } from '#base'
import { keyHash } from '#crypto'

import type { Account } from '../chain/attacks/network.ts'
import { action, against, inFavour, key, Parliament, plain, type Proposal } from './parliament.ts'
import {
  addressOf,
  alice,
  bob,
  carol,
  dave,
  type Deployed,
  mallory,
  newcomer,
  probe,
} from './scene.ts'

const laneOf = ({ id }: Proposal): bigint => id & (2n ** 192n - 1n)

type Form = 'castVoteBySig' | 'castVoteByPQSig'

const invalid = (voter: Account) => ['GovernorInvalidSignature', addressOf(voter)]

/** What a ballot of `voter` is told that brings the key of `signer`. */
const notTheKey = (voter: Account, { key: { algorithm, publicKey } }: Account) => [
  'NotTheKey',
  addressOf(voter),
  hex(keyHash(algorithm, publicKey)),
]

describe('a ballot that somebody else brings', function () {
  this.timeout(60_000)
  let parliament: Parliament
  let proposal: Proposal
  beforeEach(async () => {
    parliament = await Parliament.start()
    proposal = await parliament.propose(42)
  })
  afterEach(() => parliament.close())

  /** The next of the voter's ballots on the proposal. */
  const nonceOf = (voter: Hex): Promise<unknown> =>
    parliament.value(parliament.governor, 'nonces', [voter, laneOf(proposal)])

  /** What `voter` signs, without a record of keys. */
  async function signed(voter: Account, support: number, change: object = {}): Promise<Hex> {
    const nonce = await nonceOf(addressOf(voter))
    const message = { proposalId: proposal.id, support, voter: addressOf(voter), nonce, ...change }
    return parliament.scene.signWithKey(voter, parliament.digest('Ballot', message))
  }

  const args = (voter: Hex, support: number, signature: Hex): readonly unknown[] => [
    proposal.id,
    support,
    voter,
    signature,
  ]

  const refused = (voter: Hex, support: number, signature: Hex, form: Form = 'castVoteByPQSig') =>
    parliament.refused(mallory, parliament.governor, form, args(voter, support, signature))

  const reasoned = async (reason: string, params: Hex = '0x', told = reason) => {
    const voter = addressOf(alice)
    const nonce = await nonceOf(voter)
    const message = { proposalId: proposal.id, support: 1, voter, nonce, reason, params }
    const digest = parliament.digest('ExtendedBallot', message)
    const signature = parliament.scene.signWithKey(alice, digest)
    return [proposal.id, inFavour, voter, told, params, signature]
  }

  const overriding = async (voter: Account, told = 'my own') => {
    const nonce = await nonceOf(addressOf(voter))
    const what = { proposalId: proposal.id, support: 0, voter: addressOf(voter), nonce }
    const digest = parliament.digest('OverrideBallot', { ...what, reason: 'my own' })
    const signature = parliament.scene.signWithKey(voter, digest)
    return [proposal.id, against, addressOf(voter), told, signature]
  }

  it('has the network for the salt of its domain', async () => {
    const domain = (await parliament.value(parliament.governor, 'eip712Domain')) as unknown[]
    const { chainId, genesisHash } = parliament.scene.network.profile
    const { address } = parliament.governor
    const salt = hex(genesisHash)
    assert.deepEqual(plain(domain), ['0x1f', 'ParsGovernor', '1', chainId, address, salt, []])
  })

  it('counts for its voter, who pays nothing', async () => {
    const before = parliament.scene.network.balance(alice.address)
    const signature = await signed(alice, inFavour)
    await parliament.done(
      mallory,
      parliament.governor,
      'castVoteByPQSig',
      args(addressOf(alice), inFavour, signature),
    )
    const weight = await parliament.weight(alice, proposal)
    assert.deepEqual(await parliament.tally(proposal), [0n, weight, 0n])
    assert.equal(parliament.scene.network.balance(alice.address), before)
    assert.equal(await nonceOf(addressOf(alice)), (laneOf(proposal) << 64n) + 1n)
  })

  it('is the same under the name that other governors have for it', async () => {
    const signature = await signed(bob, against)
    const call = args(addressOf(bob), against, signature)
    await parliament.done(mallory, parliament.governor, 'castVoteBySig', call)
    assert.deepEqual(await parliament.tally(proposal), [
      await parliament.weight(bob, proposal),
      0n,
      0n,
    ])
  })

  it('needs no key beside it from an account with a record', async () => {
    await parliament.scene.register(bob)
    const message = {
      proposalId: proposal.id,
      support: 1,
      voter: addressOf(bob),
      nonce: laneOf(proposal) << 64n,
    }
    const signature = parliament.scene.sign(bob, parliament.digest('Ballot', message))
    const call = args(addressOf(bob), inFavour, signature)
    await parliament.done(mallory, parliament.governor, 'castVoteByPQSig', call)
    assert.equal(((await parliament.tally(proposal)) as bigint[])[1]! > 0n, true)
  })

  it('may be of any of the three parameter sets', async () => {
    const voters = [newcomer('voter 44', 0x44), newcomer('voter 87', 0x87)]
    for (const [index, voter] of voters.entries()) {
      const owner = [alice, bob][index]!
      await parliament.done(owner, parliament.ve, 'delegate', [addressOf(voter)])
    }
    await parliament.lock(carol, 10n ** 21n)
    proposal = await parliament.propose(43, { author: carol })
    for (const voter of voters) {
      const call = args(addressOf(voter), inFavour, await signed(voter, inFavour))
      await parliament.done(mallory, parliament.governor, 'castVoteByPQSig', call)
      assert.equal(await nonceOf(addressOf(voter)), (laneOf(proposal) << 64n) + 1n)
    }
  })

  it('is refused when it was counted already', async () => {
    const signature = await signed(alice, inFavour)
    const call = args(addressOf(alice), inFavour, signature)
    await parliament.done(mallory, parliament.governor, 'castVoteByPQSig', call)
    const error = ['GovernorAlreadyCastVote', addressOf(alice)]
    assert.deepEqual(await refused(addressOf(alice), inFavour, signature), error)
    assert.deepEqual(await refused(addressOf(alice), inFavour, signature, 'castVoteBySig'), error)
  })

  it('is refused for another proposal', async () => {
    const signature = await signed(alice, inFavour)
    proposal = await parliament.propose(43)
    assert.deepEqual(await refused(addressOf(alice), inFavour, signature), invalid(alice))
  })

  it('arrives in any order with those on other proposals', async () => {
    const actions = [action(parliament.parameters, 'set', [key('vote.delay'), 20n])]
    const first = await parliament.propose(43, { actions })
    proposal = first
    const own = await signed(alice, inFavour)
    proposal = await parliament.propose(44)
    const later = args(addressOf(alice), against, await signed(alice, against))
    await parliament.done(mallory, parliament.governor, 'castVoteByPQSig', later)
    const earlier = [first.id, inFavour, addressOf(alice), own]
    await parliament.done(mallory, parliament.governor, 'castVoteByPQSig', earlier)
  })

  it('is refused with a nonce that is not the next, or not of the proposal', async () => {
    const next = laneOf(proposal) << 64n
    for (const nonce of [next + 1n, 0n, 1n]) {
      const signature = await signed(alice, inFavour, { nonce })
      assert.deepEqual(await refused(addressOf(alice), inFavour, signature), invalid(alice))
    }
  })

  it('is refused with another answer', async () => {
    const signature = await signed(alice, inFavour)
    assert.deepEqual(await refused(addressOf(alice), against, signature), invalid(alice))
  })

  it('is refused for another voter', async () => {
    const signature = await signed(mallory, inFavour, { voter: addressOf(alice) })
    assert.deepEqual(await refused(addressOf(alice), inFavour, signature), invalid(alice))
  })

  it('is refused when it is of another network', async () => {
    const message = {
      proposalId: proposal.id,
      support: 1,
      voter: addressOf(alice),
      nonce: laneOf(proposal) << 64n,
    }
    const elsewhere = new Uint8Array(32).fill(7)
    const digest = parliament.digest('Ballot', message, elsewhere)
    const signature = parliament.scene.signWithKey(alice, digest)
    assert.deepEqual(await refused(addressOf(alice), inFavour, signature), invalid(alice))
  })

  it('is refused by a key that was replaced, and taken by the new one', async () => {
    const signature = await signed(alice, inFavour)
    await parliament.scene.register(alice)
    const bare: Hex = `0x${signature.slice(-2 * 3309)}`
    const renewed = await parliament.scene.rotate(alice, 'alice again')
    assert.deepEqual(await refused(addressOf(alice), inFavour, signature), notTheKey(alice, alice))
    // Nothing says which key it was that made a signature alone.
    assert.deepEqual(await refused(addressOf(alice), inFavour, bare), invalid(alice))
    assert.deepEqual(
      await refused(addressOf(alice), against, await signed(renewed, inFavour)),
      invalid(alice),
    )
    const call = args(addressOf(alice), inFavour, await signed(renewed, inFavour))
    await parliament.done(mallory, parliament.governor, 'castVoteByPQSig', call)
  })

  it('is refused by a key that never was the voter’s', async () => {
    const message = { proposalId: proposal.id, support: 1, voter: addressOf(alice) }
    const nonce = laneOf(proposal) << 64n
    const digest = parliament.digest('Ballot', { ...message, nonce })
    const signature = parliament.scene.signWithKey(mallory, digest)
    // Without a record there is no hash of a key to hold it against.
    assert.deepEqual(await refused(addressOf(alice), inFavour, signature), invalid(alice))
    await parliament.scene.register(alice)
    const error = await refused(addressOf(alice), inFavour, signature)
    assert.deepEqual(error, notTheKey(alice, mallory))
  })

  it('is refused outside the window', async () => {
    const signature = await signed(alice, inFavour)
    parliament.goTo((await parliament.deadline(proposal)) + 1n)
    const error = await refused(addressOf(alice), inFavour, signature)
    assert.deepEqual(error.slice(0, 3), ['GovernorUnexpectedProposalState', proposal.id, 3])
  })

  it('is refused when it is no signature at all', async () => {
    for (const signature of ['0x', '0x00', `0x${'11'.repeat(65)}`] as const) {
      assert.deepEqual(await refused(addressOf(alice), inFavour, signature), invalid(alice))
    }
  })

  describe('with a reason', () => {
    const name = 'castVoteWithReasonAndParamsBySig'
    it('counts once', async () => {
      const ballot = await reasoned('it is time')
      const receipt = await parliament.done(mallory, parliament.governor, name, ballot)
      const weight = await parliament.weight(alice, proposal)
      assert.deepEqual(parliament.events(parliament.governor, receipt)[0], [
        'VoteCast',
        addressOf(alice),
        proposal.id,
        inFavour,
        weight,
        'it is time',
      ])
      const again = await parliament.refused(mallory, parliament.governor, name, ballot)
      assert.deepEqual(again, ['GovernorAlreadyCastVote', addressOf(alice)])
    })

    it('is refused with another reason, and with parameters', async () => {
      const { governor } = parliament
      const other = await reasoned('it is time', '0x', 'it is late')
      assert.deepEqual(await parliament.refused(mallory, governor, name, other), invalid(alice))
      const strange = await reasoned('it is time', '0x01')
      assert.deepEqual(await parliament.refused(mallory, governor, name, strange), [
        'GovernorInvalidVoteParams',
      ])
    })
  })

  describe('in the delegate’s place', () => {
    const name = 'castOverrideVoteBySig'
    beforeEach(async () => {
      await parliament.done(carol, parliament.ve, 'delegate', [addressOf(dave)])
      proposal = await parliament.propose(43)
    })

    it('counts once', async () => {
      const ballot = await overriding(carol)
      await parliament.done(mallory, parliament.governor, name, ballot)
      const [opposed] = (await parliament.tally(proposal)) as bigint[]
      assert.ok(opposed! > 0n)
      const again = await parliament.refused(mallory, parliament.governor, name, ballot)
      assert.deepEqual(again, ['GovernorAlreadyOverriddenVote', addressOf(carol)])
    })

    it('is refused when anything of it is not what was signed', async () => {
      const { governor } = parliament
      const other = await overriding(carol, 'not mine')
      assert.deepEqual(await parliament.refused(mallory, governor, name, other), invalid(carol))
      const own = await overriding(carol)
      await parliament.scene.register(carol)
      await parliament.scene.rotate(carol, 'carol again')
      const error = await parliament.refused(mallory, governor, name, own)
      assert.deepEqual(error, notTheKey(carol, carol))
    })
  })

  describe('of a contract', () => {
    let member: Deployed
    beforeEach(async () => {
      member = await parliament.scene.deploy(probe('GovernorProbe.sol', 'Member'))
      const data = encodeFunctionData({
        abi: parliament.ve.abi,
        functionName: 'lock',
        args: [1456n * 86_400n],
      })
      const call = [parliament.ve.address, 10n ** 18n, data]
      await parliament.done(alice, member, 'act', call, 10n ** 18n)
      proposal = await parliament.propose(43)
    })

    it('counts when the contract vouches for it', async () => {
      const message = {
        proposalId: proposal.id,
        support: 1,
        voter: member.address,
        nonce: laneOf(proposal) << 64n,
      }
      const digest = parliament.digest('Ballot', message)
      assert.deepEqual(await refused(member.address, inFavour, '0x'), [
        'GovernorInvalidSignature',
        member.address,
      ])
      await parliament.done(alice, member, 'vouch', [digest])
      const call = args(member.address, inFavour, '0x')
      await parliament.done(mallory, parliament.governor, 'castVoteByPQSig', call)
      const [, votes] = (await parliament.tally(proposal)) as bigint[]
      assert.ok(votes! > 0n)
      assert.equal(parliament.scene.network.balance(unhex(member.address)), 0n)
    })
  })
})
