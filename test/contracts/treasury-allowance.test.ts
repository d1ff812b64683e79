import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { type Hex, unhex } from '#base'

import { action, key, Parliament } from './parliament.ts'
import { addressOf, alice, bob, dave as timelock, type Deployed, mallory, probe } from './scene.ts'
import { pars, System, treasuryOf } from './system-scene.ts'

/** Those of a dev network. */
const [minor, major, period] = [pars, 100n * pars, 600n]
const funds = 1000n * pars

/** What a tier may spend `seconds` after it had spent all but `left` of its allowance. */
const later = (allowance: bigint, left: bigint, seconds: bigint): bigint => {
  const back = left + (allowance * seconds) / period
  return back < allowance ? back : allowance
}

describe('what tiers may spend of the treasury', function () {
  this.timeout(60_000)
  let system: System
  let treasury: Deployed
  beforeEach(async () => {
    system = await System.start()
    treasury = await treasuryOf(system, addressOf(timelock), funds)
  })
  afterEach(() => system.close())

  const runAs = (tier: number) => system.done(alice, treasury, 'runAs', [tier])
  const spend = (amount: bigint, to = addressOf(bob)) =>
    system.attempt(timelock, treasury, 'spend', [to, amount])
  const open = (amount: bigint) => {
    const start = system.now + 100n
    const times = [start, start, start + 1000n]
    return system.attempt(timelock, treasury, 'openStream', [addressOf(bob), amount, ...times])
  }
  const spendable = (tier: number) => system.value<bigint>(treasury, 'spendable', [tier])

  /** Lets `seconds` pass since `time`, to a block of its own. */
  async function passTo(time: bigint): Promise<void> {
    system.goTo(time)
    await system.pay(addressOf(bob), 1n)
  }

  for (const [tier, allowance] of [
    [0, minor],
    [1, major],
  ] as const) {
    it(`is the allowance of tier ${tier} at once, and not a wei more`, async () => {
      await runAs(tier)
      assert.equal(await spendable(tier), allowance)
      const over = ['OverTierSpending', tier, allowance + 1n, allowance]
      assert.deepEqual(await spend(allowance + 1n), over)
      assert.deepEqual(await open(allowance + 1n), over)
      const half = allowance / 2n
      assert.equal(await spend(half), undefined)
      const since = system.now
      system.goTo(since)
      assert.equal(await spend(half), undefined)
      assert.equal(system.now, since)
      system.goTo(since)
      assert.deepEqual(await spend(1n), ['OverTierSpending', tier, 1n, 0n])
      assert.equal(await spendable(tier), 0n)
    })

    it(`comes back to tier ${tier} evenly over the period, rounded down`, async () => {
      await runAs(tier)
      assert.equal(await spend(allowance), undefined)
      const since = system.now
      for (const seconds of [0n, 1n, 7n, period / 2n, period - 1n, period, 9n * period]) {
        await passTo(since + seconds)
        assert.equal(await spendable(tier), later(allowance, 0n, seconds), `${seconds}`)
      }
      assert.equal(later(allowance, 0n, period / 2n), allowance / 2n)
    })
  }

  it('is half of it to the wei after half a period', async () => {
    await runAs(0)
    assert.equal(await spend(minor), undefined)
    const half = system.now + period / 2n
    system.goTo(half)
    assert.deepEqual(await spend(minor / 2n + 1n), [
      'OverTierSpending',
      0,
      minor / 2n + 1n,
      minor / 2n,
    ])
    system.goTo(half)
    assert.equal(await spend(minor / 2n), undefined)
    assert.equal(await spendable(0), 0n)
  })

  it('is everything for the highest tier, which takes from no other', async () => {
    assert.equal(await spendable(2), funds)
    await runAs(1)
    assert.equal(await spend(major), undefined)
    await runAs(2)
    assert.equal(await spend(500n * pars), undefined)
    assert.equal(await open(300n * pars), undefined)
    assert.deepEqual([await spendable(0), await spendable(2)], [minor, 100n * pars])
  })

  it('is each tier’s own', async () => {
    await runAs(0)
    assert.equal(await spend(minor), undefined)
    assert.equal(await spendable(1), major)
    await runAs(1)
    assert.equal(await spend(major), undefined)
    assert.ok((await spendable(0)) > 0n)
  })

  it('is never more than there is', async () => {
    await runAs(2)
    assert.equal(await spend(funds - 5n), undefined)
    assert.deepEqual(await Promise.all([0, 1, 2].map(spendable)), [5n, 5n, 5n])
    await runAs(0)
    assert.deepEqual(await spend(6n), ['InsufficientFunds', 6n, 5n])
  })

  it('counts a stream whole when it is opened, and nothing back when it is cancelled', async () => {
    await runAs(0)
    assert.equal(await open(minor), undefined)
    const since = system.now
    system.goTo(since)
    assert.deepEqual(await open(1n), ['OverTierSpending', 0, 1n, 0n])
    system.goTo(since)
    await system.done(timelock, treasury, 'cancelStream', [0n])
    assert.equal(await spendable(0), 0n)
    assert.equal(await system.value(treasury, 'available'), funds)
  })

  it('counts nothing that was not paid', async () => {
    const recipient = await system.deploy(probe('SystemProbe.sol', 'Recipient'))
    await system.done(alice, recipient, 'be', [1])
    await runAs(0)
    assert.deepEqual(await spend(minor, recipient.address), ['PaymentRefused', recipient.address])
    assert.equal(await spendable(0), minor)
  })

  it('is told of three tiers', async () => {
    const { error } = await system.scene.ask(treasury, 'spendable', [3])
    assert.deepEqual(error, ['UnknownTier', 3, 2])
  })

  it('is less than twice the allowance in any one period, whatever the order', async () => {
    const spending = fc.record({
      seconds: fc.oneof(fc.constantFrom(0n, 1n), fc.bigInt({ min: 0n, max: 2n * period })),
      amount: fc.oneof(fc.constantFrom(1n, minor), fc.bigInt({ min: 1n, max: minor + 1n })),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(spending, { minLength: 1, maxLength: 12 }), async (all) => {
        treasury = await treasuryOf(system, addressOf(timelock), 20n * pars)
        await runAs(0)
        let [left, since] = [minor, system.now]
        const paid: [time: bigint, amount: bigint][] = []
        for (const { seconds, amount } of all) {
          system.goTo(system.now + seconds)
          const refusal = await spend(amount)
          const most = later(minor, left, system.now - since)
          if (amount > most) assert.deepEqual(refusal, ['OverTierSpending', 0, amount, most])
          else {
            assert.equal(refusal, undefined)
            ;[left, since] = [most - amount, system.now]
            paid.push([since, amount])
          }
          const within = paid.filter(([time]) => time > system.now - period)
          assert.ok(within.reduce((sum, [, one]) => sum + one, 0n) < 2n * minor)
        }
      }),
      { numRuns: 15 },
    )
  })
})

describe('what PIPs may spend of the treasury', function () {
  this.timeout(60_000)
  let parliament: Parliament
  beforeEach(async () => {
    parliament = await Parliament.start({ 'treasury.period': 3_600n })
    const { address } = parliament.treasury
    await parliament.scene.network.run(mallory, { to: unhex(address), value: funds })
  })
  afterEach(() => parliament.close())

  const paying = (amount: bigint, to: Hex = addressOf(bob)) =>
    action(parliament.treasury, 'spend', [to, amount])
  const spendable = async (tier: number): Promise<bigint> =>
    (await parliament.value(parliament.treasury, 'spendable', [tier])) as bigint

  it('is one allowance for all of a tier, and more when some of it is back', async () => {
    const { treasury } = parliament
    const first = await parliament.decide(42, { actions: [paying(minor)], tier: 0 })
    const second = await parliament.propose(43, { actions: [paying(minor)], tier: 0 })
    await parliament.execute(first)
    const since = parliament.now
    await parliament.carry(second)
    await parliament.queue(second)
    parliament.goTo(await parliament.eta(second))
    const stuck = await parliament.stuck(second)
    const left = (minor * (parliament.now - since)) / 3_600n
    assert.deepEqual(stuck, ['OverTierSpending', 0, minor, left])
    const operation = await parliament.operationOf(second)
    const [error] = await parliament.refused(
      mallory,
      parliament.timelock,
      'executeBatch',
      operation,
    )
    assert.equal(error, 'OverTierSpending')
    assert.equal(await parliament.state(second), 'Queued')
    parliament.goTo(since + 3_599n)
    assert.equal((await parliament.stuck(second))[0], 'OverTierSpending')
    parliament.goTo(since + 3_600n)
    const receipt = await parliament.execute(second)
    assert.deepEqual(parliament.events(treasury, receipt), [['Spent', addressOf(bob), minor]])
  })

  it('goes by the tier of each, through its streams and payments together', async () => {
    const start = parliament.now
    const stream = action(parliament.treasury, 'openStream', [
      addressOf(bob),
      major / 2n,
      start,
      start,
      start + 100_000n,
    ])
    const actions = [paying(major / 2n), stream]
    await parliament.execute(await parliament.decide(42, { actions, tier: 1 }))
    assert.deepEqual([await spendable(0), await spendable(1)], [minor, 0n])
    const small = await parliament.decide(43, { actions: [paying(minor)], tier: 0 })
    await parliament.execute(small)
    const whole = await parliament.decide(44, { actions: [paying(major)], tier: 1 })
    assert.equal((await parliament.stuck(whole))[0], 'OverTierSpending')
    const large = [paying(2n * major)]
    await parliament.execute(await parliament.decide(45, { actions: large }))
  })

  it('follows the parameters, also below what was spent', async () => {
    const { parameters } = parliament
    const set = async (number: number, name: string, value: bigint): Promise<void> => {
      const actions = [action(parameters, 'set', [key(name), value])]
      await parliament.execute(await parliament.decide(number, { actions }))
    }
    const spent = await parliament.decide(42, { actions: [paying(minor)], tier: 0 })
    await set(43, 'treasury.period', 1_000_000n)
    await parliament.execute(spent)
    const since = parliament.now
    await set(44, 'treasury.minorSpend', minor / 4n)
    assert.equal(await spendable(0), 0n)
    await set(45, 'treasury.minorSpend', 2n * minor)
    const back = (2n * minor * (parliament.now - since)) / 1_000_000n
    assert.equal(await spendable(0), minor + back)
    await set(46, 'treasury.minorSpend', 0n)
    assert.equal(await spendable(0), 0n)
  })
})
