/** Streams of the treasury as `pars treasury` counts them. */
import assert from 'node:assert/strict'

import { unhex } from '#base'

import { streamsOf } from '../../node/governance/treasury.ts'
import { action, Parliament } from '../contracts/parliament.ts'
import { addressOf, bob, carol, mallory } from '../contracts/scene.ts'
import { askerOf } from './scene-asker.ts'

/** Wei: what small votes may spend is more. */
const unit = 10n ** 12n

describe('streams of the treasury', function () {
  this.timeout(60_000)

  it('have vested what the contract says, at every time', async () => {
    const parliament = await Parliament.start()
    const { scene, treasury } = parliament
    try {
      const rpc = askerOf(scene)
      const funds = { to: unhex(treasury.address), value: 100n * unit, gasLimit: 200_000n }
      assert.equal((await scene.network.run(mallory, funds))?.status, 1)
      const start = parliament.now + 20_000n
      const actions = [
        [addressOf(bob), 10n * unit + 7n, start, start, start + 997n],
        [addressOf(carol), 3n * unit, start - 100n, start + 300n, start + 900n],
        [addressOf(carol), 5n * unit, start, start, start + 100_000n],
      ].map((stream) => action(treasury, 'openStream', stream))
      await parliament.execute(await parliament.decide(42, { actions }))
      const cancelling = [action(treasury, 'cancelStream', [2n])]
      const cancelled = await parliament.decide(43, { actions: cancelling })
      assert.ok(parliament.now < start)
      for (const seconds of [0n, 50n, 310n, 510n, 910n, 1_210n]) {
        await parliament.passTo(start + seconds)
        if (seconds === 310n) {
          await parliament.done(mallory, treasury, 'withdraw', [0n])
          await parliament.execute(cancelled)
        }
        const streams = await streamsOf(rpc, { start: 0n, most: 100n })
        const expected = await Promise.all(
          streams.map(({ id }) => scene.value(treasury, 'withdrawable', [id])),
        )
        assert.deepEqual(
          streams.map(({ withdrawable }) => withdrawable),
          expected,
        )
      }
      const [, ...rest] = await streamsOf(rpc, { start: 0n, most: 100n })
      const page = await streamsOf(rpc, { start: 1n, most: 5n })
      assert.deepEqual(page, rest)
      assert.equal(page[0]?.recipient, addressOf(carol))
      assert.ok((page[1]?.cancelledAt ?? 0n) > 0n)
    } finally {
      await scene.close()
    }
  })
})
