import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { keccak256 } from 'viem'

import { hex, type Hex, unhex, utf8 } from '#base'
import { parsGovernor, parsTimelock, pipRegistry } from '#contracts'
import { pipStatuses } from '#governance'

import { slots } from '../../governance/reading/simulation.ts'
import { methods } from '../../rpc/methods/index.ts'
import { action, inFavour, key, Parliament, pars, pay } from '../contracts/parliament.ts'
import { addressOf, alice, bob, carol, dave, mallory } from '../contracts/scene.ts'
import { call, type JsonRpcAnswer, serve, type Served } from './fixture-server.ts'
import { GovernedChain } from './governed-chain.ts'
import { WebSocketClient } from './socket-client.ts'

interface Pip {
  readonly number: number
  readonly status: string
  readonly revision: number
  readonly title: string
  readonly reviewEnds: number | null
  readonly upgrades: readonly number[]
  readonly actions: readonly { readonly target: Hex; readonly text: string | null }[]
  readonly proposal: {
    readonly state: string
    readonly for: Hex
    readonly against: Hex
    readonly quorum: Hex | null
    readonly hasQuorum: boolean
    readonly hasMajority: boolean
    readonly eta: number | null
    readonly tier: number
  } | null
}

interface Simulation {
  readonly success: boolean
  readonly reason: string | null
  readonly gasUsed: Hex
  readonly actions: readonly {
    readonly success: boolean
    readonly reason: string | null
    readonly returnData: Hex
    readonly text: string | null
    readonly logs: readonly { readonly text: string | null; readonly address: Hex }[]
  }[]
}

describe('governance over JSON-RPC', function () {
  this.timeout(60_000)
  let parliament: Parliament
  let chain: GovernedChain
  let served: Pick<Served, 'server' | 'url'>
  before(async () => {
    parliament = await Parliament.start()
    chain = new GovernedChain(parliament.scene.network)
    served = await serve({ chain })
  })
  after(async () => {
    await served.server.close()
    await parliament.close()
  })

  const answer = (method: string, ...params: readonly unknown[]): Promise<JsonRpcAnswer> =>
    call(served.url, method, params)

  /** The result, which has the form that the reference gives it. */
  async function ask<Result>(method: string, ...params: readonly unknown[]): Promise<Result> {
    const { result, error } = await answer(method, ...params)
    assert.equal(error, undefined, JSON.stringify(error))
    methods.find(({ name }) => name === method)!.result.parse(result)
    return result as Result
  }

  const state = (): Promise<Pip> => ask<Pip>('pars_getPip', 42)

  const textOf = (...params: readonly unknown[]) =>
    ask<{ text: string; revision: number; contentHash: Hex } | null>(
      'pars_getPipContent',
      20,
      ...params,
    )

  const set = (name: string, value: bigint) =>
    action(parliament.parameters, 'set', [key(name), value])

  it('lists PIPs by pages in the order of their submission', async () => {
    assert.deepEqual(await ask('pars_getPips'), { total: 0, pips: [] })
    for (const number of [300, 12, 150]) await parliament.submit(number)
    const page = async (...params: readonly unknown[]) => {
      const { total, pips } = await ask<{ total: number; pips: readonly Pip[] }>(
        'pars_getPips',
        ...params,
      )
      return [total, ...pips.map(({ number }) => number)]
    }
    assert.deepEqual(await page(), [3, 300, 12, 150])
    assert.deepEqual(await page(1, 1), [3, 12])
    assert.deepEqual(await page('0x2', '0x5'), [3, 150])
    assert.deepEqual(await page(3), [3])
    for (const params of [[-1], [0, 0], [0, 51], [0, 'all'], [2 ** 32]]) {
      assert.equal((await answer('pars_getPips', ...params)).error?.code, -32602)
    }
  })

  it('shows the title of a stranger that is no UTF-8, and lists the others', async () => {
    const { registry } = parliament
    const stored = await parliament.store('# PIP-13\n', 'XY')
    const actions = { tier: 2, targets: [], values: [], calldatas: [] }
    const { data } = action(registry, 'submit', [13, stored, actions])
    const broken = data.replace(hex(utf8('XY')).slice(2).padEnd(64, '0'), 'c328'.padEnd(64, '0'))
    assert.notEqual(broken, data)
    const { network } = parliament.scene
    const to = Uint8Array.fromHex(registry.address.slice(2))
    const receipt = await network.run(alice, {
      to,
      data: Uint8Array.fromHex(broken.slice(2)),
      gasLimit: 12_000_000n,
    })
    assert.equal(receipt?.status, 1)
    assert.equal((await ask<Pip>('pars_getPip', 13)).title, '\ufffd(')
    assert.equal((await ask<{ pips: readonly Pip[] }>('pars_getPips')).pips.length, 4)
  })

  it('follows a PIP from its draft to what it brings about', async () => {
    const actions = [set('vote.delay', 11n), set('pip.reviewPeriod', 101n)]
    await parliament.submit(42, { actions, title: 'Slower' })
    const draft = await state()
    assert.deepEqual(
      [draft.status, draft.revision, draft.reviewEnds, draft.proposal, draft.title],
      ['Draft', 1, null, null, 'Slower'],
    )
    assert.deepEqual(
      draft.actions.map(({ text }) => text),
      ['ChainParams.set ["vote.delay", 11]', 'ChainParams.set ["pip.reviewPeriod", 101]'],
    )
    await parliament.done(alice, parliament.registry, 'openReview', [42])
    assert.equal((await state()).reviewEnds, Number(parliament.now) + 100)
    parliament.scene.network.wait(100)
    await parliament.done(alice, parliament.registry, 'openVoting', [42])
    const opened = await state()
    assert.equal(opened.proposal?.state, 'Pending')
    assert.equal(opened.proposal?.quorum, null, 'nobody knows what there will be at the snapshot')
    const id = ((await parliament.pip(42)) as { proposalId: bigint }).proposalId
    const proposal = { number: 42, id }
    parliament.goTo((await parliament.snapshot(proposal)) + 1n)
    await parliament.vote(bob, proposal)
    const voted = await state()
    assert.equal(voted.proposal?.state, 'Active')
    assert.equal(BigInt(voted.proposal.for), await parliament.weight(bob, proposal))
    assert.equal(
      BigInt(voted.proposal.quorum!),
      await parliament.value(parliament.governor, 'quorumOf', [id]),
    )
    assert.deepEqual([voted.proposal.hasMajority, voted.proposal.tier], [true, 2])
    await parliament.vote(alice, proposal, inFavour)
    parliament.goTo((await parliament.deadline(proposal)) + 1n)
    await parliament.queue(proposal)
    const queued = await state()
    assert.deepEqual([queued.status, queued.proposal?.state], ['Approved', 'Queued'])
    assert.equal(BigInt(queued.proposal!.eta!), await parliament.eta(proposal))
    assert.equal(queued.proposal?.hasQuorum, true)
    parliament.goTo(await parliament.eta(proposal))
    await parliament.execute(proposal)
    assert.deepEqual(
      [(await state()).status, (await state()).proposal?.state],
      ['Implemented', 'Executed'],
    )
  })

  it('gives the text of any revision, and says of none that it is not there', async () => {
    await parliament.submit(20, { markdown: '# First\n' })
    const second = await parliament.store(`# Second ${'é'.repeat(20_000)}\n`)
    const revise = [20, second, { tier: 0, targets: [], values: [], calldatas: [] }]
    await parliament.done(alice, parliament.registry, 'revise', revise)
    assert.equal((await textOf(1))?.text, '# First\n')
    const current = await textOf()
    assert.equal(current?.revision, 2)
    assert.equal(current.contentHash, keccak256(utf8(current.text)))
    assert.deepEqual([await textOf(0), await textOf(3)], [null, null])
    for (const method of ['pars_getPip', 'pars_getPipContent', 'pars_simulatePip']) {
      assert.equal(await ask(method, 4242), null)
      assert.equal(await ask(method, 0), null)
    }
  })

  it('gives a text that is no UTF-8 as the bytes that it is', async () => {
    const bytes = Uint8Array.of(0xff, 0x23)
    await parliament.done(carol, parliament.registry, 'putChunk', [hex(bytes)])
    const hash = keccak256(bytes)
    const named = { category: 0, title: 'x', contentHash: hash, size: 2, chunks: [hash] }
    const actions = { tier: 0, targets: [], values: [], calldatas: [] }
    await parliament.done(alice, parliament.registry, 'submit', [21, named, actions])
    const found = await ask<{ text: null; data: Hex }>('pars_getPipContent', 21)
    assert.deepEqual([found.text, found.data], [null, '0xff23'])
  })

  it('simulates what a PIP would do before anybody voted on it', async () => {
    const upgrade = action(parliament.upgrades, 'schedule', [
      0n,
      [],
      [{ key: key('block.gasLimit'), value: 20_000_000n }],
    ])
    const again = set('vote.delay', 12n)
    await parliament.submit(60, { actions: [again, upgrade, again, pay(addressOf(bob), 5n)] })
    const before = chain.head.header.number
    const { success, actions } = await ask<Simulation>('pars_simulatePip', 60)
    assert.deepEqual(
      actions.map(({ success: one }) => one),
      [true, true, true, false],
      'the timelock has no coins',
    )
    assert.equal(success, false)
    assert.equal(actions[0]?.logs.length, 1)
    assert.match(
      actions[0].logs[0]?.text ?? '',
      /^ParameterSet\(key: vote\.delay, before: 11, value: 12\)$/,
    )
    const texts = actions[1]?.logs.map(({ text }) => text ?? '') ?? []
    assert.ok(texts.some((text) => text.startsWith('UpgradeScheduled(id: 1, pip: 60,')))
    assert.ok(texts.includes('UpgradeAwaited(number: 60, upgrade: 1)'))
    assert.equal(chain.head.header.number, before)
    assert.equal(await parliament.value(parliament.upgrades, 'count'), 0n)
  })

  it('says in words why an action fails', async () => {
    const actions = [
      set('vote.delay', 10n ** 30n),
      action(parliament.registry, 'markImplemented', [4000]),
      pay(addressOf(mallory), 0n),
    ]
    await parliament.submit(61, { actions })
    const simulated = await ask<Simulation>('pars_simulatePip', 61)
    const [first, second, third] = simulated.actions
    assert.match(first?.reason ?? '', /^\w+\(key: vote\.delay, value: 10{30}, /)
    assert.equal(second?.reason, 'UnknownPIP(number: 4000)')
    assert.equal(second.returnData.length, 2 + 2 * 36)
    assert.deepEqual([third?.success, third?.reason, third?.returnData], [true, null, '0x'])
  })

  it('knows in the simulation of a proposal that its PIP runs', async () => {
    const upgrade = action(parliament.upgrades, 'schedule', [
      0n,
      [],
      [{ key: key('block.gasLimit'), value: 21_000_000n }],
    ])
    await parliament.propose(62, { actions: [upgrade] })
    const { success, reason, gasUsed } = await ask<Simulation>('pars_simulatePip', 62)
    assert.deepEqual([success, reason], [true, null])
    assert.ok(BigInt(gasUsed) > 100_000n)
  })

  it('says what only the whole of a PIP fails at', async () => {
    const noted = action(parliament.registry, 'onExecuted', [63])
    await parliament.submit(63, { actions: [noted] })
    const { success, reason, actions } = await ask<Simulation>('pars_simulatePip', 63)
    assert.deepEqual([success, reason], [false, 'AlreadyExecuted(number: 63)'])
    assert.equal(actions[0]?.success, true)
  })

  it('knows in a simulation what the tier of a PIP may still spend', async () => {
    const { address } = parliament.treasury
    await parliament.scene.network.run(bob, { to: unhex(address), value: 3n * pars })
    const actions = [action(parliament.treasury, 'spend', [addressOf(mallory), pars])]
    const early = await parliament.propose(66, { actions, tier: 0 })
    assert.equal((await ask<Simulation>('pars_simulatePip', 66)).success, true)
    await parliament.carry(early)
    await parliament.queue(early)
    parliament.goTo(await parliament.eta(early))
    await parliament.execute(early)
    await parliament.submit(67, { actions, tier: 0 })
    const { success, reason } = await ask<Simulation>('pars_simulatePip', 67)
    assert.equal(success, false)
    assert.match(reason ?? '', /^OverTierSpending\(tier: 0, amount: 10{18}, left: \d{1,18}\)$/)
    // What an author claims is no tier.
    await parliament.submit(68, { actions, tier: 2 })
    assert.match(
      (await ask<Simulation>('pars_simulatePip', 68)).reason ?? '',
      /^OverTierSpending\(tier: 0/,
    )
  })

  it('simulates a text, whose execution is but a note', async () => {
    await parliament.submit(64)
    const { success, actions } = await ask<Simulation>('pars_simulatePip', 64)
    assert.deepEqual([success, actions], [true, []])
  })

  it('finds what it overrides where the contracts keep it', () => {
    const { timestamps, proposals, terms, proposalOf, numberOf } = slots
    const proposal = 't_mapping(t_uint256,t_struct(ProposalCore)_storage)'
    for (const [{ contractName }, variable, slot] of [
      [parsTimelock, '_timestamps: t_mapping(t_bytes32,t_uint256)', timestamps],
      [parsGovernor, `_proposals: ${proposal}`, proposals],
      [parsGovernor, '_terms: t_mapping(t_uint256,t_struct(Terms)_storage)', terms],
      [parsGovernor, '_proposalOf: t_mapping(t_bytes32,t_uint256)', proposalOf],
      [pipRegistry, '_numberOf: t_mapping(t_uint256,t_uint256)', numberOf],
    ] as const) {
      const file = path.join(import.meta.dirname, `../../contracts/artifacts/${contractName}.json`)
      const { storage } = JSON.parse(readFileSync(file, 'utf8')) as { storage: readonly string[] }
      assert.ok(storage.includes(`${slot}+0 ${variable}`), contractName)
    }
  })

  it('weighs votes now and at an earlier second, and at none to come', async () => {
    const before = parliament.now
    await parliament.lock(dave, 40n * pars)
    await parliament.done(dave, parliament.ve, 'delegate', [addressOf(carol)])
    type Votes = Readonly<Record<'votes' | 'weight' | 'delegatee' | 'supply', Hex>> & {
      readonly locks: readonly unknown[] | null
    }
    const now = await ask<Votes>('pars_getVotes', addressOf(dave))
    assert.equal(BigInt(now.votes), 0n)
    assert.equal(now.delegatee, addressOf(carol))
    assert.equal(
      BigInt(now.weight),
      await parliament.value(parliament.ve, 'balanceOf', [addressOf(dave)]),
    )
    assert.equal(now.locks?.length, 2)
    const past = await ask<Votes>('pars_getVotes', addressOf(dave), Number(before))
    assert.equal(BigInt(past.votes), BigInt(past.weight))
    assert.deepEqual([past.delegatee, past.locks], [addressOf(dave), null])
    assert.ok(BigInt(past.supply) < BigInt(now.supply))
    const ahead = await answer('pars_getVotes', addressOf(dave), Number(parliament.now) + 1000)
    assert.equal(ahead.error?.code, -32602)
    assert.equal(ahead.error.data?.['code'], 'GOVERNANCE_TIME_AHEAD')
  })

  it('tells subscribers of each step of a PIP, once and in order', async () => {
    const client = await WebSocketClient.open(served.url)
    const id = await client.ask<string>('eth_subscribe', 'pips')
    const proposal = await parliament.propose(70)
    await parliament.vote(carol, proposal)
    await parliament.carry(proposal)
    await parliament.queue(proposal)
    chain.moved()
    parliament.goTo(await parliament.eta(proposal))
    await parliament.execute(proposal)
    await parliament.submit(71)
    await parliament.done(alice, parliament.registry, 'withdraw', [71])
    chain.moved()
    const told = await client.toldAtLeast<Readonly<Record<string, unknown>>>(7, id)
    assert.deepEqual(
      told.map(({ number, event, revision, status }) => [number, event, revision, status]),
      [
        [70, 'Revised', 1, 'Draft'],
        [70, 'ReviewOpened', 1, 'Review'],
        [70, 'VotingOpened', 1, 'Voting'],
        [70, 'ProposalQueued', 1, 'Approved'],
        [70, 'Executed', 1, 'Approved'],
        [71, 'Revised', 1, 'Draft'],
        [71, 'Withdrawn', 1, 'Withdrawn'],
      ],
    )
    for (const { status } of told) assert.ok(pipStatuses.some((one) => one === status))
    await client.close()
  })
})
