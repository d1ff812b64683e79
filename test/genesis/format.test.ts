import assert from 'node:assert/strict'

import { encodeRlp, hex } from '#base'
import { keccak256 } from '#crypto'
import { genesisAllocation, genesisFormat, genesisHash, parseGenesis } from '#genesis'

import { sample } from './sample.ts'

describe('the format pars-genesis/1', () => {
  const bare = parseGenesis(sample({ alloc: {}, precompiles: [], validators: [] }))

  it('brings along these contracts and no others: another set would rename every network', () => {
    assert.equal(genesisFormat, 'pars-genesis/1')
    const { accounts, keys } = genesisAllocation(bare)
    assert.equal(keys.length, 0)
    const state = accounts.map(({ address, code }) => [address, code])
    assert.equal(
      hex(keccak256(encodeRlp(state))),
      '0xc319a35a91aa0439a22ff389db7d8a750c4f61e8b99dfb9026a74d6c05447751',
    )
  })

  it('names a network as it always has', () => {
    assert.equal(
      hex(genesisHash(bare)),
      '0x4968c353cd565159ff2f3a6e8b5f638e2755f55ebb31fd8145488430e9e235b9',
    )
    assert.equal(
      hex(genesisHash(parseGenesis(sample()))),
      '0xac816a203e5aeb739184ac413e9b43b8289a802fadf36c4031374687c81514dd',
    )
  })
})
