import assert from 'node:assert/strict'

import { Watch } from '../../node/governance/watch.ts'
import { action, Parliament } from '../contracts/parliament.ts'
import { entry } from '../contracts/upgrade-scene.ts'
import { askerOf } from './scene-asker.ts'

describe('the watch over a PIP', function () {
  this.timeout(60_000)

  it('says how its upgrade stands, and ends with one that turned out void', async () => {
    const parliament = await Parliament.start()
    try {
      const { upgrades } = parliament
      // The name of a precompile that is there, at another address.
      const args = [0n, [{ ...entry, name: 'sha3' }], []]
      const actions = [action(upgrades, 'schedule', args)]
      const watch = new Watch(askerOf(parliament.scene), 42)
      const told = async (): Promise<readonly string[]> =>
        (await watch.look()).map(({ what }) => what)
      await parliament.execute(await parliament.decide(42, { actions }))
      assert.deepEqual(await told(), ['revision 1', 'Approved', 'upgrade 1 pending'])
      assert.deepEqual([await told(), watch.isOver], [[], false])
      const { activation } = (await parliament.value(upgrades, 'upgrade', [1n])) as {
        activation: bigint
      }
      await parliament.passTo(activation)
      await parliament.passTo(activation + 1n)
      assert.deepEqual(await told(), ['upgrade 1 void'])
      assert.equal(watch.isOver, true)
    } finally {
      await parliament.close()
    }
  })
})
