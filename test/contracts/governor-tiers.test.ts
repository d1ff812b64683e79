import assert from 'node:assert/strict'

import * as fc from 'fast-check'
import { toFunctionSelector } from 'viem'

import { hex, type Hex } from '#base'

import { type Action, action, key, Parliament, pars, pay } from './parliament.ts'
import { addressOf, alice, bob, type Deployed, probe } from './scene.ts'

const [minor, major] = [pars, 100n * pars]

describe('the tier of an action', function () {
  this.timeout(60_000)
  let parliament: Parliament
  let ledger: Deployed
  before(async () => {
    parliament = await Parliament.start()
    ledger = await parliament.scene.deploy(probe('GovernorProbe.sol', 'Ledger'))
  })
  after(() => parliament.close())

  const tierOf = async (actions: readonly Action[]): Promise<number> =>
    (await parliament.value(parliament.tiers, 'tierOf', [
      actions.map(({ target }) => target),
      actions.map(({ value }) => value),
      actions.map(({ data }) => data),
    ])) as number

  const set = (name: string): Action => action(parliament.parameters, 'set', [key(name), 1n])
  const spend = (amount: bigint): Action =>
    action(parliament.treasury, 'spend', [addressOf(bob), amount])
  const stream = (amount: bigint): Action =>
    action(parliament.treasury, 'openStream', [addressOf(bob), amount, 1, 2, 3])
  const cancelStream = (): Action => action(parliament.treasury, 'cancelStream', [7n])

  it('is 0 for none, which is a text', async () => {
    assert.equal(await tierOf([]), 0)
  })

  it('is 1 for a parameter', async () => {
    for (const name of ['block.gasLimit', 'some.other', '']) {
      assert.equal(await tierOf([set(name)]), 1, name)
    }
  })

  it('is 2 for a parameter that decides how decisions are made', async () => {
    for (const name of [
      'pip.reviewPeriod',
      'vote.delay',
      'vote.extension',
      'vote.expiry',
      'guardian.account',
      'guardian.expiry',
      'tier.0.quorum',
      'tier.2.timelock',
      'upgrade.notice',
      'upgrade.readiness',
      'treasury.minorSpend',
      'treasury.majorSpend',
      'treasury.period',
    ]) {
      assert.equal(await tierOf([set(name)]), 2, name)
    }
  })

  it('is that of the amount for a spending', async () => {
    for (const spending of [spend, stream]) {
      const tiers = []
      for (const amount of [0n, 1n, minor, minor + 1n, major, major + 1n, 2n ** 256n - 1n]) {
        tiers.push(await tierOf([spending(amount)]))
      }
      assert.deepEqual(tiers, [0, 0, 0, 1, 1, 2, 2])
    }
    assert.equal(await tierOf([cancelStream()]), 1)
  })

  it('is that of all spendings of a batch together', async () => {
    const half = minor / 2n
    assert.equal(await tierOf([spend(half), stream(half)]), 0)
    assert.equal(await tierOf([spend(half), stream(half), spend(1n)]), 1)
    assert.equal(await tierOf([spend(major), spend(1n)]), 2)
    assert.equal(await tierOf([spend(2n ** 256n - 1n), spend(1n)]), 2)
  })

  it('is 1 for what the registry marks, and 0 for what it appends', async () => {
    const { registry } = parliament
    assert.equal(await tierOf([action(registry, 'markImplemented', [7n])]), 1)
    assert.equal(await tierOf([action(registry, 'onExecuted', [7n])]), 0)
  })

  it('is 2 for coins, whatever they go with', async () => {
    assert.equal(await tierOf([pay(addressOf(bob), 1n)]), 2)
    for (const one of [spend(1n), set('block.gasLimit'), cancelStream()]) {
      assert.equal(await tierOf([{ ...one, value: 1n }]), 2)
    }
  })

  it('is 2 for everything that nobody has judged', async () => {
    const { upgrades, governor, timelock, tiers, registry, treasury, parameters, ve } = parliament
    for (const one of [
      action(upgrades, 'schedule', [0n, [], []]),
      action(upgrades, 'cancel', [1n]),
      action(tiers, 'setTier', [ledger.address, '0x12345678', 0]),
      action(timelock, 'updateDelay', [0n]),
      action(governor, 'relay', [addressOf(bob), 0n, '0x']),
      action(registry, 'withdraw', [1n]),
      action(ve, 'withdraw', [1n]),
      action(treasury, 'withdraw', [1n]),
      action(parameters, 'get', [key('block.gasLimit')]),
      action(ledger, 'add', [1n]),
      pay(addressOf(bob), 0n),
      { ...action(ledger, 'add', [1n]), data: '0x123456' } satisfies Action,
    ]) {
      assert.equal(await tierOf([one]), 2, one.data.slice(0, 10))
    }
  })

  it('is 2 for what is cut off', async () => {
    const judged = [
      [set('block.gasLimit'), 36],
      [spend(1n), 68],
      [stream(1n), 68],
    ] as const
    for (const [one, needed] of judged) {
      const data = one.data.slice(0, 2 * needed) as Hex
      assert.equal(await tierOf([{ ...one, data }]), 2)
    }
  })

  it('is the highest of a batch, in whatever order', async () => {
    const pool = [spend(1n), cancelStream(), set('block.gasLimit'), set('tier.0.floor')]
    const own = await Promise.all(pool.map((one) => tierOf([one])))
    assert.deepEqual(own, [0, 1, 1, 2])
    const batches = fc.array(fc.nat(pool.length - 1), { maxLength: 16 })
    await fc.assert(
      fc.asyncProperty(batches, async (indexes) => {
        const expected = Math.max(0, ...indexes.map((index) => own[index]!))
        assert.equal(await tierOf(indexes.map((index) => pool[index]!)), expected)
      }),
      { numRuns: 60 },
    )
  })

  it('never falls by more actions, or by more coins', async () => {
    const any = fc.record({
      target: fc.constantFrom(
        parliament.treasury.address,
        parliament.parameters.address,
        parliament.registry.address,
        ledger.address,
      ),
      value: fc.constantFrom(0n, 0n, 0n, 1n),
      data: fc.oneof(
        fc.bigInt({ min: 0n, max: 2n * major }).map((amount) => spend(amount).data),
        fc.bigInt({ min: 0n, max: 2n * major }).map((amount) => stream(amount).data),
        fc.constantFrom(set('block.gasLimit').data, set('vote.delay').data, cancelStream().data),
        fc.uint8Array({ maxLength: 80 }).map((bytes) => hex(bytes)),
      ),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(any, { maxLength: 15 }), any, async (batch, more) => {
        const before = await tierOf(batch)
        const after = await tierOf([...batch, more])
        assert.ok(after >= before && after >= (await tierOf([more])))
        assert.equal(await tierOf(batch.toReversed()), before)
      }),
      { numRuns: 60 },
    )
  })

  it('is not told of lists of different lengths', async () => {
    for (const [targets, values, calldatas] of [
      [[ledger.address], [], ['0x']],
      [[ledger.address], [0n], []],
      [[], [0n], ['0x']],
    ] as const) {
      const args = [targets, values, calldatas]
      const { error } = await parliament.scene.ask(parliament.tiers, 'tierOf', args)
      assert.deepEqual(error, ['LengthMismatch', ...args.map(({ length }) => BigInt(length))])
    }
  })
})

describe('the table of tiers', function () {
  this.timeout(60_000)
  let parliament: Parliament
  let ledger: Deployed
  const selector = toFunctionSelector('add(uint256)')
  beforeEach(async () => {
    parliament = await Parliament.start()
    ledger = await parliament.scene.deploy(probe('GovernorProbe.sol', 'Ledger'))
  })
  afterEach(() => parliament.close())

  const setTier = (target: Hex, tier: number, which: Hex = selector): Action =>
    action(parliament.tiers, 'setTier', [target, which, tier])

  it('is changed by the timelock alone', async () => {
    const args = [ledger.address, selector, 0]
    const error = await parliament.refused(alice, parliament.tiers, 'setTier', args)
    assert.deepEqual(error, ['OnlyTimelock', addressOf(alice)])
  })

  it('judges a function of a contract, until it is forgotten again', async () => {
    const { tiers } = parliament
    const call = action(ledger, 'add', [1n])
    const tier = () => parliament.value(tiers, 'tierOf', [[call.target], [0n], [call.data]])
    const receipt = await parliament.execute(
      await parliament.decide(42, { actions: [setTier(ledger.address, 0)] }),
    )
    assert.deepEqual(parliament.events(tiers, receipt), [['TierSet', ledger.address, selector, 0]])
    assert.equal(await tier(), 0)
    assert.equal(await parliament.value(tiers, 'tierOfCall', [ledger.address, selector]), 0)
    const paid = [[call.target], [1n], [call.data]]
    assert.equal(await parliament.value(tiers, 'tierOf', paid), 2)
    await parliament.execute(await parliament.decide(43, { actions: [setTier(ledger.address, 1)] }))
    assert.equal(await tier(), 1)
    await parliament.execute(await parliament.decide(44, { actions: [setTier(ledger.address, 2)] }))
    assert.equal(await tier(), 2)
  })

  it('does not judge the network’s own contracts', async () => {
    const own: readonly Hex[] = [
      parliament.upgrades.address,
      parliament.parameters.address,
      parliament.tiers.address,
      '0x000000000000000000000000000000000000ffff',
    ]
    for (const [index, target] of own.entries()) {
      const proposal = await parliament.decide(42 + index, { actions: [setTier(target, 0)] })
      assert.deepEqual(await parliament.stuck(proposal), ['BuiltIn', target])
    }
  })

  it('knows three tiers', async () => {
    const proposal = await parliament.decide(42, { actions: [setTier(ledger.address, 3)] })
    assert.deepEqual(await parliament.stuck(proposal), ['UnknownTier', 3, 2])
  })

  it('moves no vote that runs, and none whose author claimed less', async () => {
    const actions = [action(ledger, 'add', [1n])]
    await parliament.execute(await parliament.decide(42, { actions: [setTier(ledger.address, 0)] }))
    await parliament.submit(43, { actions, tier: 0 })
    await parliament.done(alice, parliament.registry, 'openReview', [43])
    const runs = await parliament.propose(44, { actions, tier: 0 })
    await parliament.execute(await parliament.decide(45, { actions: [setTier(ledger.address, 2)] }))
    const { tier } = (await parliament.value(parliament.governor, 'termsOf', [runs.id])) as {
      tier: number
    }
    assert.equal(tier, 0)
    assert.deepEqual(await parliament.refused(alice, parliament.registry, 'openVoting', [43]), [
      'TierUnderstated',
      0,
      2,
    ])
  })
})
