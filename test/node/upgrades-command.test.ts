import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

import { entry, key, schedule, UpgradeScene } from '../contracts/upgrade-scene.ts'
import { serve } from '../rpc/fixture-server.ts'
import { GovernedChain } from '../rpc/governed-chain.ts'

const run = promisify(execFile)
const program = path.join(import.meta.dirname, '../../bin/pars.js')

describe('pars validator upgrades', function () {
  this.timeout(60_000)

  it('says how each stands, and of a void one that nothing of it runs', async () => {
    const upgrades = await UpgradeScene.start()
    const { server, url } = await serve({ chain: new GovernedChain(upgrades.scene.network) })
    try {
      const settings = [{ key: key('vote.delay'), value: 7n }]
      const taken = { ...entry, name: 'sha3' }
      for (const plugins of [[], [taken], [entry]]) {
        await upgrades.govern(schedule, 'schedule', [0n, plugins, settings])
      }
      await upgrades.govern(schedule, 'cancel', [3n])
      await upgrades.pass(120)
      await upgrades.govern(schedule, 'schedule', [0n, [entry], []])
      const words = [program, 'validator', 'upgrades', '--all', '--rpc', url]
      const { stdout } = await run(process.execPath, words)
      const height = /activated in block (\d+)/.exec(stdout)?.[1]
      const lines = stdout.split('\n')
      const heads = lines.filter((line) => line.startsWith('upgrade'))
      assert.deepEqual(heads.slice(0, 3), [
        `upgrade 1 of PIP 42: activated in block ${height}`,
        'upgrade 2 of PIP 42: void, nothing of it runs',
        'upgrade 3 of PIP 42: cancelled',
      ])
      assert.match(heads[3] ?? '', /^upgrade 4 of PIP 42: pending, from .*, lapses /)
      assert.equal(lines.filter((text) => text.includes('missing here')).length, 1)
    } finally {
      await server.close()
      await upgrades.scene.close()
    }
  })
})
