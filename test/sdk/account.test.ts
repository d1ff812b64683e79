import assert from 'node:assert/strict'

import { Interface } from 'ethers'
import * as fc from 'fast-check'

import { hex, unhex } from '#base'
import { keccak256, mlDsa } from '#crypto'
import {
  decodeTransaction,
  foreignMessage,
  personalMessagePreimage,
  signingPayload,
} from '#protocol'
import {
  Account,
  accountsContract,
  algorithms,
  contexts,
  generateKey,
  keyFromSeed,
  mldsaVerifyCall,
  noncesContract,
  testSeeds,
} from '#sdk'

import { withCode } from '../chain/engine/network.ts'
import { compile } from '../precompiles/compile.ts'

const networkId = `0x${'47'.repeat(32)}` as const
const [seed = new Uint8Array()] = testSeeds
const key = keyFromSeed(seed)
const fields = {
  chainId: 7227n,
  nonce: 0n,
  gasLimit: 100_000n,
  maxFeePerGas: 2n,
  maxPriorityFeePerGas: 1n,
}

const uint = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 2n })
const bytes = (size: number) =>
  fc.uint8Array({ minLength: size, maxLength: size }).map((value) => hex(value))
const lines = (one: Interface) => one.format().toSorted()

describe('a key of the SDK', () => {
  for (const algorithm of [0x44, 0x65, 0x87] as const) {
    const { name, signatureBytes } = algorithms[algorithm]

    it(`of ${name} is the one that OpenSSL makes of the same seed, and both take its signatures`, async () => {
      const { engine } = keyFromSeed(seed, { algorithm })
      const openSsl = mlDsa(algorithm).fromSeed(seed)
      assert.deepEqual(Uint8Array.from(engine.publicKey), openSsl.publicKey)
      const message = unhex('0x010203')
      const signature = await engine.sign(message, contexts.transaction)
      assert.equal(signature.length, signatureBytes)
      const verify = (context: (typeof contexts)['key' | 'transaction']) =>
        mlDsa(algorithm).verify(openSsl.publicKey, message, signature, context)
      assert.equal(verify(contexts.transaction), true)
      assert.equal(verify(contexts.key), false)
      const theirs = openSsl.sign(message, contexts.foreign)
      assert.equal(await engine.verify(message, theirs, contexts.foreign), true)
      assert.equal(await engine.verify(message, theirs, contexts.transaction), false)
      assert.equal(await engine.verify(message, theirs.subarray(1), contexts.foreign), false)
    })
  }

  it('is another one every time, and hedges its signatures', async () => {
    assert.notEqual(generateKey().key.address, generateKey().key.address)
    const signatures = [1, 2].map(() => key.engine.sign(new Uint8Array(1), contexts.foreign))
    assert.notDeepEqual(await signatures[0], await signatures[1])
  })

  it('does not show its secret in JSON or on its face', () => {
    const shown = JSON.stringify(key) + Object.keys(key.engine).join()
    assert.ok(!shown.includes('secret') && !shown.includes('seed'))
  })

  it('is refused for a seed of another length', () => {
    assert.throws(() => keyFromSeed(new Uint8Array(31)), withCode('SDK_SEED_LENGTH'))
  })
})

describe('an account of the SDK', () => {
  const account = new Account(key, { networkId })

  it('signs any transaction as the network reads it', async () => {
    const request = fc.record({
      nonce: uint(64),
      nonceKey: uint(256),
      validUntil: uint(64),
      value: uint(128),
      to: bytes(20),
      data: fc.uint8Array({ maxLength: 64 }).map((value) => hex(value)),
      accessList: fc.array(
        fc.record({ address: bytes(20), storageKeys: fc.array(bytes(32), { maxLength: 2 }) }),
        { maxLength: 2 },
      ),
    })
    await fc.assert(
      fc.asyncProperty(request, async (given) => {
        const { hash, wire } = await account.signTransaction({ ...fields, ...given })
        const { signature, ...unsigned } = decodeTransaction(unhex(wire))
        assert.equal(unsigned.nonceKey, given.nonceKey)
        assert.equal(unsigned.validUntil, given.validUntil)
        assert.deepEqual(unsigned.data, unhex(given.data))
        const digest = keccak256(signingPayload(unsigned, unhex(networkId)))
        assert.equal(hash, hex(digest))
        assert.ok(mlDsa(0x65).verify(key.engine.publicKey, digest, signature, contexts.transaction))
      }),
      { numRuns: 10 },
    )
  })

  it('signs messages for its network alone, under the context of foreign data', async () => {
    const message = unhex('0xcafe')
    const signature = unhex(await account.signMessage(message))
    const hash = keccak256(personalMessagePreimage(message))
    const verify = (network: string, context: (typeof contexts)['foreign' | 'transaction']) =>
      mlDsa(0x65).verify(
        key.engine.publicKey,
        foreignMessage(unhex(network), hash),
        signature,
        context,
      )
    assert.equal(verify(networkId, contexts.foreign), true)
    assert.equal(verify(networkId, contexts.transaction), false)
    assert.equal(verify(`0x${'48'.repeat(32)}`, contexts.foreign), false)
  })

  it('carries the hash of its key once that is registered, for whichever address', async () => {
    const address = `0x${'0a'.repeat(20)}` as const
    const rotated = new Account(key, { networkId, isRegistered: true, address })
    const { wire } = await rotated.signTransaction(fields)
    const transaction = decodeTransaction(unhex(wire))
    assert.deepEqual(transaction.key, key.keyHash)
    assert.deepEqual(transaction.sender, unhex(address))
    assert.throws(() => new Account(key, { networkId, address }), withCode('SDK_ADDRESS'))
  })

  it('is refused for a network id that is no hash', () => {
    assert.throws(() => new Account(key, { networkId: '0x12' }), withCode('SDK_NETWORK_ID'))
  })

  it('refuses before signing what the network would refuse by the bytes alone', async () => {
    const refusals = [
      ['TX_GAS_LIMIT', { gasLimit: 53_643n, to: key.address }],
      ['TX_PRIORITY_FEE', { maxPriorityFeePerGas: 3n }],
      ['TX_CREATION_LANE', { nonceKey: 1n }],
      ['TX_RANGE', { chainId: 0n }],
      ['TX_LENGTH', { to: '0x12' as const }],
      ['BASE_NOT_HEX', { data: '0x1' as const }],
    ] as const
    for (const [code, change] of refusals) {
      await assert.rejects(account.signTransaction({ ...fields, ...change }), withCode(code))
    }
  })
})

describe('the contracts of the SDK', () => {
  for (const [name, file, { abi }] of [
    ['IAccounts', 'precompiles/accounts/IAccounts.sol', accountsContract],
    ['INonces', 'precompiles/nonces/INonces.sol', noncesContract],
  ] as const) {
    it(`are what ${name} says`, () => {
      const solidity = new Interface(compile(file)[name]!.abi)
      assert.deepEqual(lines(new Interface(abi)), lines(solidity))
    })
  }

  it('refuse a verification whose message could not be told from its signature', () => {
    const verification = {
      algorithm: 0x65,
      publicKey: key.engine.publicKey,
      signature: new Uint8Array(3308),
      message: new Uint8Array(1),
      context: contexts.foreign,
    } as const
    assert.throws(() => mldsaVerifyCall(verification), withCode('SDK_VERIFICATION'))
  })
})
