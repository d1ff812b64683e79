/** PIPs from their text to their effect, and what the treasury pays. */
import { hex, type Hex, unhex } from '#base'

import { action, batch, inFavour, key, Parliament, type Proposal } from '../parliament.ts'
import { addressOf, alice, bob, carol, dave, mallory } from '../scene.ts'
import { entry } from '../upgrade-scene.ts'
import { type Meter, signed } from './meter.ts'

const pars = 10n ** 18n
const start = 1_767_225_600n
const somebody: Hex = `0x${'a5'.repeat(20)}`

/** Bytes of a text that is `size` long and like no other. */
const chunk = (size: number, letter: string): Hex => hex(Buffer.alloc(size, letter))

export async function measureGovernance(meter: Meter): Promise<void> {
  const parliament = await Parliament.start({
    'guardian.account': BigInt(addressOf(mallory)),
    'guardian.expiry': start + 100_000_000n,
  })
  await parliament.done(carol, parliament.ve, 'delegate', [addressOf(bob)])
  await measureTexts(meter, parliament)
  await measureVote(meter, parliament)
  await measureSpending(meter, parliament)
  await measureEffects(meter, parliament)
  await parliament.close()
}

/** A number is taken, revised and withdrawn. */
async function measureTexts(meter: Meter, parliament: Parliament): Promise<void> {
  const { parameters, registry, scene } = parliament
  await parliament.submit(40)
  const put = (when: string, data: Hex) =>
    meter.spend(scene, when, carol, registry, 'putChunk', [data])
  await put('1,024 bytes', chunk(1024, 'a'))
  await put('24,575 bytes', chunk(24_575, 'b'))
  await put('1,024 bytes that are there', chunk(1024, 'a'))
  const one = batch([action(parameters, 'set', [key('vote.delay'), 12n])])
  const first = [41, await parliament.store('# PIP-41\n'), batch([])]
  await meter.spend(scene, 'a text alone', alice, registry, 'submit', first)
  const revised = [41, await parliament.store('# PIP-41, again\n'), one]
  await meter.spend(scene, 'with one action', alice, registry, 'revise', revised)
  await meter.spend(scene, '', alice, registry, 'withdraw', [41])
}

/** From the text to its execution, with every kind of ballot. */
async function measureVote(meter: Meter, parliament: Parliament): Promise<void> {
  const { governor, parameters, registry, scene, timelock } = parliament
  const one = batch([action(parameters, 'set', [key('vote.delay'), 11n])])
  const submitted = [42, await parliament.store('# PIP-42\n'), one]
  await meter.spend(scene, 'with one action', alice, registry, 'submit', submitted)
  await meter.spend(scene, '', alice, registry, 'openReview', [42])
  scene.network.wait(100)
  await meter.spend(scene, '', alice, registry, 'openVoting', [42])
  const { proposalId: id } = (await parliament.pip(42)) as { proposalId: bigint }
  const proposal: Proposal = { number: 42, id }
  parliament.goTo((await parliament.snapshot(proposal)) + 1n)
  await meter.spend(scene, 'the first ballot', alice, governor, 'castVote', [id, inFavour])
  await meter.spend(scene, 'a later ballot', bob, governor, 'castVote', [id, inFavour])
  await meter.spend(scene, 'against the delegate', carol, governor, 'castOverrideVote', [id, 0, ''])
  const voter = addressOf(dave)
  const nonce = await parliament.value(governor, 'nonces', [voter, id & (2n ** 192n - 1n)])
  const ballot = { proposalId: id, support: inFavour, voter, nonce }
  const signature = signed(scene, dave, parliament.digest('Ballot', ballot))
  const args = [id, inFavour, voter, signature]
  await meter.spend(scene, 'with the key', mallory, governor, 'castVoteByPQSig', args)
  parliament.goTo((await parliament.deadline(proposal)) + 1n)
  const given = await parliament.proposalOf(42)
  await meter.spend(scene, 'one action', dave, governor, 'queue', given)
  parliament.goTo(await parliament.eta(proposal))
  await meter.spend(scene, 'one action', dave, governor, 'execute', given)
  await meter.within(scene, [[parameters, 'set', '']])

  const next = await parliament.propose(43)
  await meter.spend(scene, 'the first ballot', alice, governor, 'castVoteWithReason', [
    next.id,
    inFavour,
    'It is time.',
  ])
  await parliament.carry(next, [bob])
  await parliament.queue(next)
  parliament.goTo(await parliament.eta(next))
  const operation = await parliament.operationOf(next)
  await meter.spend(scene, 'a text alone', dave, timelock, 'executeBatch', operation)
  const stopped = await parliament.propose(44)
  const cancelled = await parliament.proposalOf(stopped.number)
  await meter.spend(scene, 'by the guardian', mallory, governor, 'cancel', cancelled)
}

/** What small proposals spend together, and streams. */
async function measureSpending(meter: Meter, parliament: Parliament): Promise<void> {
  const { governor, scene, treasury } = parliament
  const { network } = scene
  const funded = await network.run(alice, { to: unhex(treasury.address), value: 100n * pars })
  meter.note(treasury, '(payment)', '', funded?.gasUsed ?? 0n)
  const small = action(treasury, 'spend', [somebody, pars / 100n])
  for (const [number, when] of [
    [50, 'first of a tier that is bounded'],
    [51, 'later'],
  ] as const) {
    await parliament.execute(await parliament.decide(number, { actions: [small], tier: 0 }))
    await meter.within(scene, [[treasury, 'spend', when]])
  }
  const from = parliament.now
  const stream = [addressOf(bob), pars, from, from, from + 1_000_000n]
  const actions = [small, action(treasury, 'openStream', stream)]
  await parliament.execute(await parliament.decide(52, { actions }))
  await meter.within(scene, [
    [treasury, 'spend', 'of the highest tier'],
    [treasury, 'openStream', 'of the highest tier'],
  ])
  await meter.spend(scene, 'first', mallory, treasury, 'withdraw', [0])
  await meter.spend(scene, 'later', mallory, treasury, 'withdraw', [0])
  await meter.spend(scene, '', bob, treasury, 'handOver', [0, addressOf(carol)])
  await parliament.decide(53, { actions: [action(treasury, 'cancelStream', [0])] })
  await parliament.done(dave, governor, 'execute', await parliament.proposalOf(53))
  await meter.within(scene, [[treasury, 'cancelStream', '']])
}

/** Other effects of votes. */
async function measureEffects(meter: Meter, parliament: Parliament): Promise<void> {
  const { registry, scene, tiers, upgrades } = parliament
  const move = (tier: number) => action(tiers, 'setTier', [somebody, '0x12345678', tier])
  const setting = { key: key('vote.delay'), value: 12n }
  const effects = [
    action(registry, 'markImplemented', [43]),
    move(0),
    move(1),
    action(upgrades, 'schedule', [0n, [entry], []]),
    action(upgrades, 'schedule', [0n, [], [setting]]),
    action(upgrades, 'cancel', [1n]),
  ]
  await parliament.execute(await parliament.decide(60, { actions: effects }))
  await meter.within(scene, [
    [registry, 'markImplemented', ''],
    [tiers, 'setTier', 'first'],
    [tiers, 'setTier', 'again'],
    [upgrades, 'schedule', 'one precompile'],
    [upgrades, 'schedule', 'one parameter'],
    [upgrades, 'cancel', ''],
  ])
}
