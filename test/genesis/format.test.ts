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
      '0xa15ee44775476aeb1696f4d63d38546137d46170c9b740ca41d42950e35c257c',
    )
  })

  it('names a network as it always has', () => {
    assert.equal(
      hex(genesisHash(bare)),
      '0xe5656c0f980abf886f6664b8b7ff53059c12fffbfda350cb4ed3bf560bb68ad9',
    )
    const whole = parseGenesis(sample())
    // A key makes another proof each time.
    const proof = new Uint8Array(3309).fill(1)
    const validators = whole.validators.map((one) => ({ ...one, proof }))
    assert.equal(
      hex(genesisHash({ ...whole, validators })),
      '0x8b9998f38520341bbaddc0ffb3a4c7bbef200ceff0215528d9bf3bf3ba0a168e',
    )
  })
})
