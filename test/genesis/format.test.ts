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
      '0x386c2a127315ef50755d17a0ddd17cdb693db250b5c396fb6a21196f2e810eb2',
    )
  })

  it('names a network as it always has', () => {
    assert.equal(
      hex(genesisHash(bare)),
      '0x2be0af0b4c2647476a04254bfb5ae41d0baa1ebe233ac85952810f354cc1dfa6',
    )
    const whole = parseGenesis(sample())
    // A key makes another proof each time.
    const proof = new Uint8Array(3309).fill(1)
    const validators = whole.validators.map((one) => ({ ...one, proof }))
    assert.equal(
      hex(genesisHash({ ...whole, validators })),
      '0x2fe030a78635513f538ec1259a4f8ff15992091814844a804d92d1c7a57c79fd',
    )
  })
})
