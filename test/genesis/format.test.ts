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
      '0x43eac0394175de6f01d928d20e8b71009e0bc7cb702bb494e2d1c421689db8cc',
    )
  })

  it('names a network as it always has', () => {
    assert.equal(
      hex(genesisHash(bare)),
      '0x0c5e2223d7e8cd8cbd91ffa7a52e3428502ce22e92d6bf259f5dcfe2b8f9971f',
    )
    const whole = parseGenesis(sample())
    // A key makes another proof each time.
    const proof = new Uint8Array(3309).fill(1)
    const validators = whole.validators.map((one) => ({ ...one, proof }))
    assert.equal(
      hex(genesisHash({ ...whole, validators })),
      '0xb6560aa59d89db8f40bb1a6055539bff5b5cb4ae0c477d3fe6c8251cd3c403bc',
    )
  })
})
