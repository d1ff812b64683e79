import assert from 'node:assert/strict'

import { encodeRlp, hex } from '#base'
import { keccak256 } from '#crypto'
import { genesisAllocation, genesisFormat, genesisHash, parseGenesis } from '#genesis'

import { sample } from './sample.ts'

describe('the format pars-genesis/2', () => {
  const bare = parseGenesis(sample({ alloc: {}, precompiles: [], validators: [] }))

  it('brings along these contracts and no others: another set would rename every network', () => {
    assert.equal(genesisFormat, 'pars-genesis/2')
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
    const whole = parseGenesis(sample())
    // A key makes another proof each time.
    const proof = new Uint8Array(3309).fill(1)
    const validators = whole.validators.map((one) => ({ ...one, proof }))
    assert.equal(
      hex(genesisHash({ ...whole, validators })),
      '0x59c936460044ed47b869e60c33b78dc7bbb69d1328b7f3676e3e397e72692e0b',
    )
  })
})
