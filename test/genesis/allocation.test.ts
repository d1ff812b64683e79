import assert from 'node:assert/strict'

import { compare, concat, equal, fixed, hex, unhex } from '#base'
import { keccak256, keyHash, mlDsa } from '#crypto'
import { genesisAllocation, parseGenesis, preset, testAccounts } from '#genesis'
import { systemAddresses } from '#protocol'

import { at, publicKey, sample } from './sample.ts'

const { accounts, keys } = genesisAllocation(parseGenesis(sample()))

function account(address: Uint8Array | string) {
  const bytes = typeof address === 'string' ? unhex(address) : address
  const found = accounts.find((one) => equal(one.address, bytes))
  assert.ok(found, hex(bytes))
  return found
}

describe('the allocation of a genesis', () => {
  it('holds the accounts of the document', () => {
    assert.equal(account(at(0xa1)).balance, 10n ** 21n)
    assert.deepEqual(account(at(0xa2)).code, Uint8Array.of(0x60, 0x01))
    assert.equal(account(at(0xa2)).nonce, 3n)
    assert.equal(account(at(0xa2)).storage.length, 1)
  })

  it('is in the order of addresses, and holds each once and none that is empty', () => {
    for (const [index, { address, balance, nonce, code }] of accounts.entries()) {
      const next = accounts[index + 1]
      assert.ok(next === undefined || compare(address, next.address) < 0)
      assert.ok(balance > 0n || nonce > 0n || code.length > 0)
    }
  })

  it('gives registry, nonces and every plugin that is active at once nonce 1 and code 0xfe', () => {
    const { accounts: registry, nonces } = systemAddresses
    for (const address of [registry, nonces]) {
      assert.equal(account(address).nonce, 1n)
      assert.deepEqual(account(address).code, Uint8Array.of(0xfe))
    }
    assert.ok(!accounts.some(({ address }) => hex(address) === at(0x0c)), 'active from height 10')
    const precompiles = [{ ...sample().precompiles[1], from: 0 }] as ReturnType<
      typeof sample
    >['precompiles']
    const early = genesisAllocation(parseGenesis(sample({ precompiles })))
    const plugin = early.accounts.find(({ address }) => hex(address) === at(0x0c))
    assert.deepEqual(plugin?.code, Uint8Array.of(0xfe))
    assert.equal(plugin?.nonce, 1n)
  })

  it('registers keys: the record in 0x0606, the key in the table', () => {
    const key = unhex(publicKey(0xe9, 0x44))
    const hash = keyHash(0x44, key)
    const slot = keccak256(concat(new Uint8Array(12), unhex(at(0xa3)), fixed(0, 32)))
    assert.deepEqual(account(systemAddresses.accounts).storage, [[slot, hash]])
    assert.deepEqual(keys, [{ keyHash: hash, algorithm: 0x44, publicKey: key }])
  })

  it('keeps a key once that two accounts share, and a record for an account without funds', () => {
    const key = { algorithm: 0x65, publicKey: publicKey(0xe8) }
    const shared = genesisAllocation(
      parseGenesis(
        sample({ alloc: { [at(1)]: { balance: 0, key }, [at(2)]: { balance: 1, key } } }),
      ),
    )
    const registry = shared.accounts.find(({ address }) => equal(address, systemAddresses.accounts))
    assert.equal(registry?.storage.length, 2)
    assert.equal(shared.keys.length, 1)
    assert.ok(!shared.accounts.some(({ address }) => hex(address) === at(1)))
  })

  it('funds the ten published accounts on the devnet preset', () => {
    const dev = genesisAllocation(preset('devnet'))
    for (const { address, key } of testAccounts()) {
      const found = dev.accounts.find((one) => equal(one.address, address))
      assert.equal(found?.balance, 10n ** 24n)
      assert.deepEqual(
        keyHash(0x65, mlDsa(0x65).fromSeed(key.seed).publicKey).subarray(12),
        address,
      )
    }
  })
})
