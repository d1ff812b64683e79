import assert from 'node:assert/strict'

import { fixed } from '#base'
import { formatGenesis, preset } from '#genesis'

import { checkNetwork } from '../../../chain/engine/setup.ts'

describe('a network whose genesis runs a package', () => {
  it('is refused where nobody says in which project to look for it', async () => {
    const genesis = preset('devnet')
    const [entry] = genesis.precompiles
    assert(entry !== undefined)
    const module = {
      ...entry,
      name: 'stranger',
      address: fixed(0x0700, 20),
      module: 'pars-stranger',
      integrity: `sha512-${'A'.repeat(86)}==`,
    }
    const text = formatGenesis({ ...genesis, precompiles: [...genesis.precompiles, module] })
    await assert.rejects(checkNetwork({ genesis: text, modules: ['pars-stranger'] }), {
      code: 'CHAIN_PROJECT_MISSING',
    })
  })
})
