/** Streams of the treasury as `pars treasury` counts them. */
import assert from 'node:assert/strict'

import { unhex } from '#base'
import { treasury as artifact } from '#contracts'

import { streamsOf } from '../../node/governance/treasury.ts'
import { addressOf, alice, bob, carol, type Deployed, mallory } from '../contracts/scene.ts'
import { UpgradeScene } from '../contracts/upgrade-scene.ts'
import { askerOf } from './scene-asker.ts'

const treasury: Deployed = artifact
const pars = 10n ** 18n

describe('streams of the treasury', () => {
  it('have vested what the contract says, at every time', async () => {
    const chain = await UpgradeScene.start()
    try {
      const { scene } = chain
      const rpc = askerOf(scene)
      const paid = { to: unhex(artifact.address), value: 100n * pars, gasLimit: 200_000n }
      assert.equal((await scene.network.run(alice, paid))?.status, 1)
      const now = scene.network.headTimestamp
      const opened = [
        [addressOf(bob), 10n * pars + 7n, now, now, now + 997n],
        [addressOf(carol), 3n * pars, now - 100n, now + 300n, now + 900n],
        [addressOf(carol), 5n * pars, now, now, now + 1_000n],
      ]
      for (const stream of opened) {
        assert.equal(await chain.govern(treasury, 'openStream', stream), undefined)
      }
      for (const seconds of [0, 50, 260, 200, 400, 300]) {
        await chain.pass(seconds)
        if (seconds === 260) {
          await scene.send(mallory, treasury, 'withdraw', [0n])
          assert.equal(await chain.govern(treasury, 'cancelStream', [2n]), undefined)
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
      await chain.scene.close()
    }
  })
})
