import assert from 'node:assert/strict'

import { addressOf, alice, bob } from './scene.ts'
import { day, type Knots, linear, pars, table, Ve, week } from './ve-scene.ts'

/** The most gas that any of the calls may take, look-ups as inner calls, by the curve. */
const bounds: readonly (readonly [string, Knots, Readonly<Record<string, bigint>>])[] = [
  [
    'linear',
    linear,
    {
      lock: 850_000n,
      increase: 210_000n,
      extend: 350_000n,
      setAutoExtend: 290_000n,
      withdraw: 80_000n,
      delegate: 1_350_000n,
      getPastVotes: 590_000n,
      getPastBalanceOf: 14_000n,
      getPastTotalSupply: 590_000n,
    },
  ],
  [
    'the table',
    table,
    {
      lock: 970_000n,
      increase: 290_000n,
      extend: 490_000n,
      setAutoExtend: 460_000n,
      withdraw: 80_000n,
      delegate: 2_400_000n,
      getPastVotes: 600_000n,
      getPastBalanceOf: 18_000n,
      getPastTotalSupply: 600_000n,
    },
  ],
]

const ids = Array.from({ length: 16 }, (_, id) => id)

/** Remembers the most that each call took. */
class Meter {
  readonly most: Record<string, bigint> = {}
  readonly #ve: Ve

  constructor(ve: Ve) {
    this.#ve = ve
  }

  async spend(...call: Parameters<Ve['done']>): Promise<void> {
    const { gasUsed } = await this.#ve.done(...call)
    this.#note(call[1], gasUsed)
  }

  async lookUp(time: bigint): Promise<void> {
    const { scene, contract, reader } = this.#ve
    const args = [contract.address, addressOf(bob), time]
    const gas = (await scene.value(reader, 'gasOfLookups', args)) as [bigint, bigint, bigint]
    const names = ['getPastVotes', 'getPastBalanceOf', 'getPastTotalSupply']
    for (const [index, name] of names.entries()) this.#note(name, gas[index]!)
  }

  #note(name: string, gas: bigint): void {
    this.most[name] = gas > (this.most[name] ?? 0n) ? gas : this.most[name]!
  }
}

/** Has a change in every week to come, in the line of bob and in that of the supply. */
async function markEveryWeek(ve: Ve): Promise<void> {
  await ve.done(bob, 'lock', [208n * week], pars)
  await ve.done(bob, 'setAutoExtend', [0, true])
  await ve.done(alice, 'delegate', [addressOf(bob)])
  await ve.done(alice, 'lock', [30n * day], pars)
  const second = ve.now
  for (let weeks = 6n; weeks <= 208n; weeks++) {
    ve.goTo(second)
    await ve.done(alice, 'extend', [0, weeks * week])
  }
}

describe('gas of VePars', function () {
  this.timeout(60_000)

  for (const [name, knots, most] of bounds) {
    it(`is bounded with sixteen locks and four idle years, by the curve: ${name}`, async () => {
      const ve = await Ve.start(knots)
      const meter = new Meter(ve)
      await markEveryWeek(ve)
      const marked = ve.now
      ve.pass(209n * week)
      await meter.spend(alice, 'withdraw', [0])
      await meter.lookUp(marked + 209n * week - 1n)
      await meter.spend(alice, 'delegate', [addressOf(alice)])
      for (const id of ids) {
        await meter.spend(alice, 'lock', [BigInt(30 + 11 * id) * week], pars)
      }
      await meter.spend(alice, 'delegate', [addressOf(bob)])
      ve.pass(day)
      await meter.spend(alice, 'delegate', [addressOf(alice)])
      for (const id of ids) await meter.spend(alice, 'increase', [id], pars)
      for (const id of ids) await meter.spend(alice, 'extend', [id, 208n * week])
      for (const id of ids) await meter.spend(alice, 'setAutoExtend', [id, true])
      for (const id of ids) await meter.spend(alice, 'setAutoExtend', [id, false])
      ve.pass(210n * week)
      for (const id of ids) await meter.spend(alice, 'withdraw', [id])
      for (const [call, gas] of Object.entries(most)) {
        const spent = meter.most[call] ?? 0n
        assert.ok(spent > 0n && spent <= gas, `${call}: ${spent}`)
      }
      await ve.close()
    })
  }

  it('of a look-up does not grow with slots that are used again', async () => {
    const ve = await Ve.start()
    const balance = async (): Promise<bigint> => {
      const args = [ve.contract.address, addressOf(alice), ve.now - 1n]
      return ((await ve.scene.value(ve.reader, 'gasOfLookups', args)) as [bigint, bigint])[1]
    }
    await ve.done(alice, 'lock', [30n * day], pars)
    await ve.done(alice, 'delegate', [addressOf(bob)])
    const first = await balance()
    for (let round = 0; round < 5; round++) {
      ve.pass(6n * week)
      await ve.done(alice, 'withdraw', [0])
      await ve.done(alice, 'lock', [30n * day], pars)
    }
    ve.pass(day)
    await ve.done(alice, 'delegate', [addressOf(alice)])
    assert.ok((await balance()) < first + 5000n)
    await ve.close()
  })
})
