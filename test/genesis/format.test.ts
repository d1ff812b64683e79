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
      '0x5288421b39ecce43db6fd78e00ab0fdd0d3c4a40e39b5176af2dcbceadd1e92f',
    )
  })

  it('names a network as it always has', () => {
    assert.equal(
      hex(genesisHash(bare)),
      '0x82721698f45db88f67bcc78eb7f4abf6bcac1112a58a1d0b172fda1838ef2a3a',
    )
    const whole = parseGenesis(sample())
    // A key makes another proof each time.
    const proof = new Uint8Array(3309).fill(1)
    const validators = whole.validators.map((one) => ({ ...one, proof }))
    assert.equal(
      hex(genesisHash({ ...whole, validators })),
      '0xf06b6b5ccc3c816a1a5155670cbc7abe5a05f80e9b22e388038d1d4b3dd4e6b7',
    )
  })
})
