import assert from 'node:assert/strict'

import { properties, variableOf } from '../../node/config.ts'
import { ownSettings } from '../../node/devnet/processes.ts'

describe('the environment of a devnet’s validators', () => {
  it('has no setting: each has its own, in its file', () => {
    const settings = properties.map(({ name }) => [variableOf(name), '1'] as const)
    assert.ok(settings.some(([name]) => name === 'PARS_PORT'))
    const environment = { PATH: '/bin', HOME: '/root', ...Object.fromEntries(settings) }
    assert.deepEqual(ownSettings(environment), { PATH: '/bin', HOME: '/root' })
  })
})
