import assert from 'node:assert/strict'

import { keccak256 } from 'viem'

import { hex, utf8 } from '#base'

import type { Account } from '../chain/attacks/network.ts'
import { type Action, action, against, batch, key, Parliament, pars } from './parliament.ts'
import { addressOf, alice, bob, carol, dave, mallory } from './scene.ts'

interface Revision {
  readonly contentHash: string
  readonly actions: string
  readonly size: number
  readonly tier: number
  readonly submittedAt: number
  readonly category: number
  readonly title: string
  readonly chunks: readonly string[]
}

interface Pip {
  readonly number: bigint
  readonly author: string
  readonly status: number
  readonly revision: bigint
  readonly reviewEnds: bigint
  readonly proposalId: bigint
  readonly executedAt: bigint
  readonly upgrades: readonly bigint[]
  readonly current: Revision
}

describe('the life of a PIP', function () {
  this.timeout(60_000)
  let parliament: Parliament
  beforeEach(async () => {
    parliament = await Parliament.start()
  })
  afterEach(() => parliament.close())

  const act = (name: string, number = 42, by = alice) =>
    parliament.done(by, parliament.registry, name, [number])

  const refused = (name: string, args: readonly unknown[] = [42], by: Account = alice) =>
    parliament.refused(by, parliament.registry, name, args)

  const revision = async (markdown: string, actions: readonly Action[] = [], tier = 2) => [
    42,
    await parliament.store(markdown, 'Again'),
    batch(actions, tier),
  ]

  const set = (name: string): Action =>
    action(parliament.parameters, 'set', [key(name), 20_000_000n])

  const status = (number = 42) => parliament.status(number)

  it('leads from a draft to the execution', async () => {
    const submitted = await parliament.submit(42)
    const hash = keccak256(hex(utf8('# PIP-42\n')))
    assert.deepEqual(parliament.events(parliament.registry, submitted), [
      ['Revised', 42n, addressOf(alice), 1n, hash, 'A change'],
    ])
    assert.equal(await status(), 'Draft')
    const opened = await act('openReview')
    assert.deepEqual(parliament.events(parliament.registry, opened), [['ReviewOpened', 42n, 1n]])
    assert.equal(await status(), 'Review')
    parliament.scene.network.wait(100)
    const voting = await act('openVoting')
    const { proposalId } = (await parliament.pip(42)) as Pip
    const events = parliament.events(parliament.registry, voting)
    assert.deepEqual(events, [['VotingOpened', 42n, 1n, proposalId]])
    assert.equal(await status(), 'Voting')
    const proposal = { number: 42, id: proposalId }
    parliament.goTo((await parliament.snapshot(proposal)) + 1n)
    await parliament.vote(alice, proposal)
    assert.equal(await status(), 'Voting')
    await parliament.passTo((await parliament.deadline(proposal)) + 1n)
    assert.equal(await status(), 'Approved')
    await parliament.queue(proposal)
    assert.equal(await status(), 'Approved')
    parliament.goTo(await parliament.eta(proposal))
    await parliament.execute(proposal)
    assert.equal(await status(), 'Approved')
    assert.equal(((await parliament.pip(42)) as Pip).executedAt, parliament.now)
  })

  it('is told whole', async () => {
    const actions = [action(parliament.parameters, 'set', [key('block.gasLimit'), 20_000_000n])]
    await parliament.submit(42, { actions, tier: 1, title: 'Larger blocks' })
    const submittedAt = Number(parliament.now)
    await act('openReview')
    const opened = parliament.now
    const pip = (await parliament.pip(42)) as Pip
    const { current, author, ...rest } = pip
    assert.equal(author.toLowerCase(), addressOf(alice))
    assert.deepEqual(rest, {
      number: 42n,
      status: 1,
      revision: 1n,
      reviewEnds: opened + 100n,
      proposalId: 0n,
      executedAt: 0n,
      upgrades: [],
    })
    const markdown = hex(utf8('# PIP-42\n'))
    const contentHash = keccak256(markdown)
    const { actions: hash, ...text } = current
    assert.deepEqual(text, {
      contentHash,
      size: 9,
      tier: 1,
      submittedAt,
      category: 0,
      title: 'Larger blocks',
      chunks: [contentHash],
    })
    assert.equal(
      keccak256((await parliament.value(parliament.registry, 'chunk', [hash])) as never),
      hash,
    )
    const { registry } = parliament
    assert.deepEqual(await parliament.value(registry, 'revisionOf', [42, 1]), current)
    assert.equal(await parliament.value(registry, 'content', [42, 1]), markdown)
    assert.deepEqual(await parliament.value(registry, 'actionsOf', [42, 1]), batch(actions, 1))
    assert.equal(
      await parliament.value(registry, 'description', [42]),
      `PIP-42 r1 keccak256:${contentHash}`,
    )
  })

  it('is listed in the order of submission', async () => {
    const numbers = [9999, 1, 4000, 65_536, 2 ** 32 - 1]
    for (const number of numbers) await parliament.submit(number, { author: bob })
    const { registry } = parliament
    assert.equal(await parliament.value(registry, 'count'), 5n)
    const listed = numbers.map((_, index) => parliament.value(registry, 'numberAt', [index]))
    assert.deepEqual(await Promise.all(listed), numbers.map(BigInt))
    const { error } = await parliament.scene.ask(registry, 'numberAt', [5])
    assert.ok(error)
  })

  it('takes a number, once', async () => {
    await parliament.submit(42)
    const [, text, actions] = await revision('# Mine', [])
    const submit = (number: bigint, by = bob) => refused('submit', [number, text, actions], by)
    assert.deepEqual(await submit(42n), ['NumberTaken', 42n])
    assert.deepEqual(await submit(42n, alice), ['NumberTaken', 42n])
    assert.deepEqual(await submit(0n), ['InvalidNumber', 0n, 2n ** 32n - 1n])
    assert.deepEqual(await submit(2n ** 32n), ['InvalidNumber', 2n ** 32n, 2n ** 32n - 1n])
    assert.deepEqual(await submit(2n ** 256n - 1n), [
      'InvalidNumber',
      2n ** 256n - 1n,
      2n ** 32n - 1n,
    ])
    await act('withdraw')
    assert.deepEqual(await submit(42n), ['NumberTaken', 42n])
  })

  it('has a number of what its text says that it is', async () => {
    const text = await parliament.store('# Somewhere\n')
    const submit = (number: number, category: number) =>
      ['submit', [number, { ...text, category }, batch([])]] as const
    const taken = [
      [1, 0],
      [999, 0],
      [1000, 1],
      [2999, 2],
      [3000, 3],
      [4999, 4],
      // What explains may stand beside it.
      [2, 3],
      [4998, 3],
      ...[0, 1, 2, 3, 4].map((category) => [9000 + category, category]),
    ] as const
    for (const [number = 0, category = 0] of taken) {
      await parliament.done(bob, parliament.registry, ...submit(number, category))
      const { current } = (await parliament.pip(number)) as Pip
      assert.equal(current.category, category)
    }
    const refusals = [
      [1001, 0],
      [998, 1],
      [3001, 2],
      [2000, 4],
      [5000, 3],
      [5001, 4],
      [5002, 5],
      [8999, 3],
      [8998, 8],
      [9999, 5],
      [2 ** 32 - 1, 255],
    ] as const
    for (const [number, category] of refusals) {
      const error = await refused(...submit(number, category), bob)
      assert.deepEqual(error, ['NumberOutsideCategory', BigInt(number), category])
    }
  })

  it('keeps to its number when it is revised', async () => {
    await parliament.submit(42)
    const revised = (category: number) =>
      parliament.store('# Other\n', 'Other', category).then((text) => [42, text, batch([])])
    assert.deepEqual(await refused('revise', await revised(4)), ['NumberOutsideCategory', 42n, 4])
    await parliament.done(alice, parliament.registry, 'revise', await revised(3))
    assert.equal(((await parliament.pip(42)) as Pip).current.category, 3)
  })

  it('begins with somebody who holds enough votes now', async () => {
    const args = await revision('# Mine')
    assert.deepEqual(await refused('submit', args, mallory), [
      'TooFewVotes',
      addressOf(mallory),
      0n,
      50n * pars,
    ])
    await parliament.done(bob, parliament.ve, 'delegate', [addressOf(mallory)])
    await parliament.done(mallory, parliament.registry, 'submit', args)
    const other = [43, ...args.slice(1)]
    assert.equal((await refused('submit', other, bob))[0], 'TooFewVotes')
  })

  it('needs more votes of its author for a vote on more', async () => {
    const open = async (number: number, author: Account, name: string) => {
      await parliament.submit(number, { author, actions: [set(name)] })
      await act('openReview', number, author)
      parliament.scene.network.wait(100)
    }
    await open(42, dave, 'block.gasLimit')
    const [error, , votes, threshold] = await refused('openVoting', [42], dave)
    assert.deepEqual([error, threshold], ['TooFewVotes', 300n * pars])
    assert.ok((votes as bigint) > 50n * pars && (votes as bigint) < 60n * pars)
    await open(43, bob, 'block.gasLimit')
    await act('openVoting', 43, bob)
    await open(44, bob, 'vote.delay')
    assert.equal((await refused('openVoting', [44], bob))[3], 900n * pars)
    await open(45, alice, 'vote.delay')
    await act('openVoting', 45, alice)
  })

  it('asks for the votes of the second before, not for those that just came', async () => {
    await parliament.submit(42, { author: dave })
    await act('openReview', 42, dave)
    await parliament.done(dave, parliament.ve, 'delegate', [addressOf(alice)])
    parliament.scene.network.wait(100)
    await parliament.done(dave, parliament.ve, 'delegate', [addressOf(dave)])
    const second = parliament.now
    parliament.goTo(second)
    assert.equal((await refused('openVoting', [42], dave))[0], 'TooFewVotes')
    assert.equal(parliament.now, second)
    parliament.goTo(second + 1n)
    await act('openVoting', 42, dave)
  })

  it('is its author’s alone to move', async () => {
    const args = await revision('# Other')
    await parliament.submit(42)
    const error = ['OnlyAuthor', addressOf(bob)]
    for (const name of ['openReview', 'openVoting', 'withdraw']) {
      assert.deepEqual(await refused(name, [42], bob), error)
    }
    assert.deepEqual(await refused('revise', args, bob), error)
  })

  it('has to exist', async () => {
    const args = await revision('# Other')
    const error = ['UnknownPIP', 42n]
    for (const name of ['openReview', 'openVoting', 'withdraw']) {
      assert.deepEqual(await refused(name), error)
    }
    assert.deepEqual(await refused('revise', args), error)
    for (const name of ['pip', 'statusOf', 'proposalOf', 'description']) {
      assert.deepEqual((await parliament.scene.ask(parliament.registry, name, [42])).error, error)
    }
    await parliament.submit(42)
    for (const name of ['revisionOf', 'content', 'actionsOf']) {
      for (const number of [0n, 2n]) {
        const { error: found } = await parliament.scene.ask(parliament.registry, name, [42, number])
        assert.deepEqual(found, ['UnknownRevision', 42n, number])
      }
      const { error: none } = await parliament.scene.ask(parliament.registry, name, [41, 1])
      assert.deepEqual(none, ['UnknownPIP', 41n])
    }
  })

  it('is reviewed for the whole period, to the second', async () => {
    await parliament.submit(42)
    assert.deepEqual(await refused('openVoting'), ['UnexpectedStatus', 42n, 0])
    await act('openReview')
    const until = parliament.now + 100n
    assert.deepEqual(await refused('openReview'), ['UnexpectedStatus', 42n, 1])
    parliament.goTo(until - 1n)
    assert.deepEqual(await refused('openVoting'), ['InReview', 42n, until])
    parliament.goTo(until)
    await act('openVoting')
  })

  it('is reviewed from the beginning after a revision, however late', async () => {
    await parliament.submit(42)
    await act('openReview')
    const first = parliament.now + 100n
    const args = await revision('# Bait and switch')
    parliament.goTo(first)
    const receipt = await parliament.done(alice, parliament.registry, 'revise', args)
    const until = parliament.now + 100n
    assert.equal(parliament.events(parliament.registry, receipt)[0]![3], 2n)
    assert.deepEqual(await refused('openVoting'), ['InReview', 42n, until])
    parliament.goTo(until)
    await act('openVoting')
    const { proposalId } = (await parliament.pip(42)) as Pip
    const id = await parliament.value(
      parliament.governor,
      'hashProposal',
      await parliament.proposalOf(42),
    )
    assert.equal(proposalId, id)
  })

  it('keeps every revision, and is reviewed only when that is asked for', async () => {
    await parliament.submit(42)
    await parliament.done(alice, parliament.registry, 'revise', await revision('# Second'))
    assert.equal(await status(), 'Draft')
    const { registry } = parliament
    const content = await Promise.all(
      [1, 2].map((number) => parliament.value(registry, 'content', [42, number])),
    )
    assert.deepEqual(
      content,
      ['# PIP-42\n', '# Second'].map((text) => hex(utf8(text))),
    )
    const { current, revision: number } = (await parliament.pip(42)) as Pip
    assert.deepEqual([number, current.title], [2n, 'Again'])
  })

  it('has at most 64 revisions', async () => {
    await parliament.submit(42)
    const args = await revision('# Again')
    for (let count = 2; count <= 64; count++) {
      await parliament.done(alice, parliament.registry, 'revise', args)
    }
    assert.deepEqual(await refused('revise', args), ['TooManyRevisions', 64n])
  })

  it('is withdrawn before the vote, for good', async () => {
    await parliament.submit(42)
    const receipt = await act('withdraw')
    assert.deepEqual(parliament.events(parliament.registry, receipt), [['Withdrawn', 42n]])
    assert.equal(await status(), 'Withdrawn')
    const args = await revision('# Again')
    const error = ['UnexpectedStatus', 42n, 6]
    for (const name of ['openReview', 'openVoting', 'withdraw']) {
      assert.deepEqual(await refused(name), error)
    }
    assert.deepEqual(await refused('revise', args), error)
    await parliament.submit(43)
    await act('openReview', 43)
    await act('withdraw', 43)
    assert.equal(await status(43), 'Withdrawn')
  })

  it('is out of its author’s hands once it is voted on', async () => {
    const proposal = await parliament.propose(42)
    const args = await revision('# Again')
    const all = async (number: number) => {
      const error = ['UnexpectedStatus', 42n, number]
      for (const name of ['openReview', 'openVoting', 'withdraw']) {
        assert.deepEqual(await refused(name), error)
      }
      assert.deepEqual(await refused('revise', args), error)
    }
    await all(2)
    await parliament.vote(carol, proposal, against)
    await parliament.passTo((await parliament.deadline(proposal)) + 1n)
    assert.equal(await status(), 'Rejected')
    await all(4)
  })

  it('is at most what its author claims', async () => {
    const governs = set('vote.delay')
    for (const tier of [0, 1]) {
      const args = await revision('# Small', [governs], tier)
      assert.deepEqual(await refused('submit', args), ['TierUnderstated', tier, 2])
    }
    await parliament.submit(42, { actions: [governs], tier: 2 })
    const args = await revision('# Small', [governs], 1)
    assert.deepEqual(await refused('revise', args), ['TierUnderstated', 1, 2])
  })
})
