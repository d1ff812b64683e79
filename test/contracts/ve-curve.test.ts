import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { addressOf, alice, probe, Scene } from './scene.ts'
import { roundedUp, weigh } from './ve-model.ts'
import { curves, curveWord, type Knots, linear, pars, table, Ve, week } from './ve-scene.ts'

/** A lock weighs less than this less than the curve says: a wei for each second of 208 weeks. */
const loss = 208n * week

/** What the curve says, as a fraction. */
function exact(knots: Knots, amount: bigint, remaining: bigint): readonly [bigint, bigint] {
  let [from, reached] = [0n, 0n]
  for (const [weeks, points] of knots) {
    const [to, weight] = [BigInt(weeks) * week, BigInt(points)]
    if (remaining < to) {
      const area = reached * (to - from) + (weight - reached) * (remaining - from)
      return [amount * area, 10_000n * (to - from)]
    }
    ;[from, reached] = [to, weight]
  }
  return [amount * reached, 10_000n]
}

describe('the curve of VePars', function () {
  this.timeout(60_000)

  it('is one line over 208 weeks where the genesis writes nothing', async () => {
    const ve = await Ve.start()
    assert.deepEqual(await ve.value('curve'), [[208n], [10_000n]])
    await ve.close()
  })

  it('is what the genesis wrote into its word', async () => {
    assert.equal(curveWord(linear), 0x2710_00d0n)
    assert.equal(curveWord(table), 0x271000d0_1d4c0034_1388001a_09c40004n)
    for (const knots of Object.values(curves)) {
      const ve = await Ve.start(knots)
      const told = [0, 1].map((index) => knots.map((knot) => BigInt(knot[index]!)))
      assert.deepEqual(await ve.value('curve'), told)
      await ve.close()
    }
  })

  it('weighs a lock through all its pieces', async () => {
    const ve = await Ve.start(table)
    await ve.done(alice, 'lock', [208n * week], 1000n * pars)
    const { end } = await ve.lockOf(alice, 0)
    for (const [weeks, share] of [
      [208n, 1000n],
      [130n, 875n],
      [52n, 750n],
      [39n, 625n],
      [26n, 500n],
      [4n, 250n],
      [2n, 125n],
      [0n, 0n],
    ] as const) {
      ve.goTo(end - weeks * week)
      await ve.done(alice, 'delegate', [addressOf(alice)])
      assert.equal(ve.now, end - weeks * week)
      const votes = await ve.votesOf(alice)
      assert.ok(votes <= share * pars && votes > share * pars - loss, `${weeks}: ${votes}`)
      assert.equal(await ve.balanceOf(alice), votes)
    }
    await ve.close()
  })

  it('bends exactly where a lock is made or changed at the second of the bend', async () => {
    const ve = await Ve.start(table)
    const start = roundedUp(ve.now)
    ve.goTo(start)
    await ve.done(alice, 'lock', [26n * week], pars)
    const end = start + 26n * week
    const compare = async (time: bigint, amount: bigint): Promise<void> => {
      ve.goTo(time)
      await ve.done(alice, 'delegate', [addressOf(alice)])
      const votes = weigh(table, amount, end - time)
      assert.equal(await ve.votesOf(alice), votes)
      assert.equal(await ve.balanceOf(alice), votes)
      assert.equal(await ve.value('totalSupply'), votes)
    }
    await compare(start, pars)
    await compare(start + 1n, pars)
    await compare(start + 10n * week, pars)
    ve.goTo(end - 4n * week)
    await ve.done(alice, 'increase', [0], pars)
    await compare(end - 4n * week, 2n * pars)
    await compare(end - 4n * week + 1n, 2n * pars)
    await compare(end - 1n, 2n * pars)
    await compare(end, 2n * pars)
    await ve.close()
  })

  it('has no bend where two of its pieces are equally steep', async () => {
    const knots: Knots = [
      [4, 2500],
      [8, 5000],
    ]
    const ve = await Ve.start(knots)
    const start = roundedUp(ve.now)
    ve.goTo(start)
    await ve.done(alice, 'lock', [10n * week], pars)
    const end = start + 10n * week
    for (const weeks of [10n, 9n, 8n, 6n, 4n, 3n, 0n]) {
      ve.goTo(end - weeks * week)
      await ve.done(alice, 'delegate', [addressOf(alice)])
      const votes = weigh(knots, pars, weeks * week)
      assert.equal(await ve.votesOf(alice), votes)
      assert.equal(await ve.value('totalSupply'), votes)
    }
    await ve.close()
  })

  it('weighs never more than it says, and hardly less', async () => {
    const scene = await Scene.start()
    const contract = await scene.deploy(probe('VeProbe.sol', 'VeCurveProbe'))
    const amounts = fc.oneof(
      fc.bigInt(10n ** 16n, 10n ** 27n),
      fc.constantFrom(10n ** 16n, 2n ** 112n - 1n),
    )
    const times = fc.oneof(
      fc.bigInt(0n, 209n * week),
      fc
        .tuple(fc.integer({ min: 0, max: 209 }), fc.integer({ min: 0, max: 1 }))
        .map(([weeks, more]) => BigInt(weeks) * week + BigInt(more)),
    )
    const chosen = fc.constantFrom(...Object.values(curves))
    await fc.assert(
      fc.asyncProperty(chosen, amounts, times, async (knots, amount, remaining) => {
        const args = [curveWord(knots), amount, remaining]
        const votes = (await scene.value(contract, 'weigh', args)) as bigint
        const [said, by] = exact(knots, amount, remaining)
        assert.ok(votes * by <= said && votes <= amount)
        assert.ok((votes + loss) * by > said)
      }),
      { numRuns: 300 },
    )
    await scene.close()
  })
})
