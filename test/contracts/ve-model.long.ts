import assert from 'node:assert/strict'

import { Campaign } from './ve-campaign.ts'
import { curves, Ve } from './ve-scene.ts'

describe('votes of locked PARS and an independent model, at length', function () {
  this.timeout(600_000)

  for (const [name, knots] of Object.entries(curves)) {
    it(`agree after 600 random operations, by the curve: ${name}`, async () => {
      const ve = await Ve.start(knots)
      const campaign = new Campaign(ve, knots, `whole ${name}`)
      const { done, refused, lookUps } = await campaign.run(600)
      assert.equal(done, 600)
      assert.ok(lookUps >= 60)
      const every = [
        'AmountTooSmall',
        'AutoExtendUnchanged',
        'DurationOutOfRange',
        'LockEnded',
        'LockExtendsItself',
        'LockNotEnded',
        'NotLonger',
        'TooManyLocks',
        'UnknownLock',
      ]
      assert.deepEqual(new Set(refused.keys()).intersection(new Set(every)), new Set(every))
      await campaign.finish()
      await ve.close()
    })
  }
})
