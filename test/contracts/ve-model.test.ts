import assert from 'node:assert/strict'

import { Campaign } from './ve-campaign.ts'
import { curves, Ve } from './ve-scene.ts'

describe('votes of locked PARS and an independent model', function () {
  this.timeout(60_000)

  for (const [name, knots] of Object.entries(curves)) {
    it(`agree after random operations, by the curve: ${name}`, async () => {
      const ve = await Ve.start(knots)
      const campaign = new Campaign(ve, knots, `reduced ${name}`)
      const { done, lookUps } = await campaign.run(40)
      assert.equal(done, 40)
      assert.ok(lookUps >= 10)
      await campaign.finish()
      await ve.close()
    })
  }
})
