import assert from 'node:assert/strict'

import { devNetwork } from './network.ts'
import { Campaign, forgetful } from './power-loss.ts'
import { profileOf } from './rig.ts'

describe('power lost at random writes', function () {
  this.timeout(120_000)

  for (const seed of [1, 2, 3]) {
    it(`loses no block and no transaction that was acknowledged (seed ${seed})`, async () => {
      const result = await new Campaign(seed, await profileOf(devNetwork())).run(25)
      for (const [what, count] of Object.entries(result)) assert.ok(count > 0, what)
    })
  }

  it('is noticed to lose some when nothing is synced: this suite can fail', async () => {
    const campaign = new Campaign(1, await profileOf(devNetwork()), forgetful)
    await assert.rejects(campaign.run(25), { name: 'AssertionError', message: /is kept|a head/ })
  })
})
