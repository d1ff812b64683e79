import assert from 'node:assert/strict'

import { type Action, action, key, Parliament, type Proposal } from './parliament.ts'
import { addressOf, alice, type Deployed, probe } from './scene.ts'

interface Pip {
  readonly executedAt: bigint
  readonly upgrades: readonly bigint[]
}

describe('what a PIP brings about', function () {
  this.timeout(60_000)
  let parliament: Parliament
  beforeEach(async () => {
    parliament = await Parliament.start()
  })
  afterEach(() => parliament.close())

  const status = (number = 42) => parliament.status(number)

  const upgrades = async (number = 42): Promise<readonly bigint[]> =>
    ((await parliament.pip(number)) as Pip).upgrades

  const mark = (number: number): Action => action(parliament.registry, 'markImplemented', [number])

  /** An upgrade of one parameter. */
  const schedule = (gasLimit = 20_000_000n): Action =>
    action(parliament.upgrades, 'schedule', [
      0n,
      [],
      [{ key: key('block.gasLimit'), value: gasLimit }],
    ])

  const upgradeState = async (id: bigint): Promise<number> =>
    (await parliament.value(parliament.upgrades, 'stateOf', [id])) as number

  const executed = async (number: number, actions: readonly Action[] = []): Promise<Proposal> => {
    const proposal = await parliament.decide(number, { actions })
    await parliament.execute(proposal)
    return proposal
  }

  it('is done with its execution when it has actions', async () => {
    await executed(42, [action(parliament.parameters, 'set', [key('block.gasLimit'), 20_000_000n])])
    assert.equal(await status(), 'Implemented')
  })

  it('is a text to follow when it has none, until a vote says that it is followed', async () => {
    await executed(42)
    assert.equal(await status(), 'Approved')
    const proposal = await parliament.decide(43, { actions: [mark(42)], tier: 1 })
    const receipt = await parliament.execute(proposal)
    assert.deepEqual(parliament.events(parliament.registry, receipt), [
      ['Implemented', 42n],
      ['Executed', 43n],
    ])
    assert.deepEqual([await status(), await status(43)], ['Implemented', 'Implemented'])
  })

  it('is marked when it is an executed text, and once', async () => {
    await parliament.submit(41)
    await parliament.decide(42)
    await executed(43, [action(parliament.parameters, 'set', [key('vote.delay'), 11n])])
    await executed(44)
    await executed(45, [mark(44)])
    const errors = []
    for (const [index, number] of [40, 41, 42, 43, 44].entries()) {
      const proposal = await parliament.decide(50 + index, { actions: [mark(number)] })
      errors.push(await parliament.stuck(proposal))
    }
    assert.deepEqual(errors, [
      ['UnknownPIP', 40n],
      ['UnexpectedStatus', 41n, 0],
      ['UnexpectedStatus', 42n, 3],
      ['HasActions', 43n],
      ['UnexpectedStatus', 44n, 5],
    ])
  })

  it('is said by the timelock and by the schedule alone', async () => {
    await parliament.submit(42)
    const refused = (name: string, args: readonly unknown[]) =>
      parliament.refused(alice, parliament.registry, name, args)
    const error = ['OnlyTimelock', addressOf(alice)]
    assert.deepEqual(await refused('onExecuted', [42]), error)
    assert.deepEqual(await refused('markImplemented', [42]), error)
    assert.deepEqual(await refused('upgradeScheduled', [42, 1]), [
      'OnlyUpgradeSchedule',
      addressOf(alice),
    ])
  })

  it('is not said of another PIP, and not twice', async () => {
    const { registry } = parliament
    const said = (number: number) => action(registry, 'onExecuted', [number])
    await parliament.decide(42)
    const other = await parliament.decide(43, { actions: [said(42)] })
    assert.deepEqual(await parliament.stuck(other), ['NotRunning', 42n, 43n])
    const none = await parliament.decide(44, { actions: [said(0)] })
    assert.deepEqual(await parliament.stuck(none), ['NotRunning', 0n, 44n])
    const twice = await parliament.decide(45, { actions: [said(45)] })
    assert.deepEqual(await parliament.stuck(twice), ['AlreadyExecuted', 45n])
    assert.equal(((await parliament.pip(45)) as Pip).executedAt, 0n)
  })

  it('is known to what runs for it, by either door', async () => {
    const { registry, governor, timelock } = parliament
    const witness: Deployed = await parliament.scene.deploy(probe('GovernorProbe.sol', 'Witness'))
    const see = action(witness, 'see', [registry.address, governor.address])
    const first = await executed(42, [see])
    assert.deepEqual(await parliament.value(witness, 'seen'), [42n, first.id])
    const second = await parliament.decide(43, { actions: [see] })
    const operation = await parliament.operationOf(second)
    await parliament.done(alice, timelock, 'executeBatch', operation)
    assert.deepEqual(await parliament.value(witness, 'seen'), [43n, second.id])
    assert.equal(await parliament.value(registry, 'running'), 0n)
  })

  it('is done with the activation of the upgrade that it scheduled', async () => {
    await executed(42, [schedule()])
    assert.deepEqual(await upgrades(), [1n])
    assert.equal(await upgradeState(1n), 1)
    assert.equal(await status(), 'Approved')
    const upgrade = await parliament.value(parliament.upgrades, 'upgrade', [1n])
    const { pip, activation } = upgrade as { pip: bigint; activation: bigint }
    assert.equal(pip, 42n)
    await parliament.passTo(activation)
    assert.equal(await status(), 'Approved')
    await parliament.passTo(activation + 1n)
    await parliament.passTo(activation + 2n)
    assert.equal(await upgradeState(1n), 2)
    assert.equal(await status(), 'Implemented')
  })

  it('is done with the last of several upgrades', async () => {
    const { upgrades: contract } = parliament
    const late = action(contract, 'schedule', [
      parliament.now + 100_000n,
      [],
      [{ key: key('block.gasLimit'), value: 21_000_000n }],
    ])
    const receipt = await parliament
      .decide(42, { actions: [schedule(), late] })
      .then((proposal) => parliament.execute(proposal))
    const own = parliament.events(parliament.registry, receipt)
    assert.deepEqual(own, [
      ['UpgradeAwaited', 42n, 1n],
      ['UpgradeAwaited', 42n, 2n],
      ['Executed', 42n],
    ])
    await parliament.passTo(parliament.now + 1000n)
    await parliament.passTo(parliament.now + 1n)
    assert.deepEqual([await upgradeState(1n), await upgradeState(2n)], [2, 1])
    assert.equal(await status(), 'Approved')
    await parliament.passTo(parliament.now + 100_000n)
    await parliament.passTo(parliament.now + 1n)
    assert.equal(await status(), 'Implemented')
  })

  it('stays approved when its upgrade is cancelled', async () => {
    const { upgrades: contract } = parliament
    const later = action(contract, 'schedule', [
      parliament.now + 1_000_000n,
      [],
      [{ key: key('block.gasLimit'), value: 21_000_000n }],
    ])
    await executed(42, [later])
    await executed(43, [action(contract, 'cancel', [1n])])
    assert.equal(await upgradeState(1n), 4)
    assert.deepEqual([await status(), await status(43)], ['Approved', 'Implemented'])
  })
})
