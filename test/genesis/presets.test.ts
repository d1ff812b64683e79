import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'

import { hex } from '#base'
import { genesisAllocation, isPublished, preset, presetNames } from '#genesis'
import { chainIds, systemAddresses } from '#protocol'

import { presetTexts } from '../../scripts/presets.ts'

describe('the presets', () => {
  it('are what scripts/presets.ts writes', async () => {
    const texts = await presetTexts()
    for (const name of presetNames) {
      const file = new URL(`../../genesis/presets/${name}.json`, import.meta.url)
      assert.equal(await readFile(file, 'utf8'), texts[name], `run: node scripts/presets.ts`)
    }
  })

  for (const name of presetNames) {
    it(`give ${name} its chain id, the registry and the nonces from the start`, () => {
      const genesis = preset(name)
      assert.equal(genesis.chainId, chainIds[name])
      assert.equal(genesis.dev, name === 'devnet')
      const active = genesis.precompiles.filter(({ from }) => from === 0n)
      const at = new Map(active.map((entry) => [entry.name, hex(entry.address)]))
      assert.equal(at.get('accounts'), hex(systemAddresses.accounts))
      assert.equal(at.get('nonces'), hex(systemAddresses.nonces))
    })
  }

  it('hold no published key outside of the devnet', () => {
    for (const name of presetNames) {
      const { accounts } = genesisAllocation(preset(name))
      const published = accounts.filter(({ address }) => isPublished(address))
      assert.equal(published.length, name === 'devnet' ? 10 : 0)
    }
  })
})
