import assert from 'node:assert/strict'

import { Interface } from 'ethers'

import { hex, unhex } from '#base'
import { keccak256, keyHash, mlDsa } from '#crypto'
import { contexts, rotatePreimage, systemAddresses } from '#protocol'
import { accountsContract } from '#sdk'

import { rotateCall } from '../../node/recovery.ts'
import { countingRandom, networkId } from '../identity/keys.ts'

describe('a rotation', () => {
  const account = new Uint8Array(20).fill(9)
  const registry = new Interface(accountsContract.abi)

  for (const algorithm of [0x44, 0x65, 0x87] as const) {
    it(`to a key of algorithm 0x${algorithm.toString(16)} is encoded as the ABI says and proves the key`, async () => {
      const newKey = mlDsa(algorithm).generate(countingRandom())
      const call = await rotateCall({ newKey, networkId, account, changes: 3n })
      assert.equal(call.to, hex(systemAddresses.accounts))
      const given = registry.decodeFunctionData('rotate', call.data)
      assert.equal(call.data, registry.encodeFunctionData('rotate', [...given]))
      assert.equal(given[0], BigInt(algorithm))
      assert.equal(given[1], hex(newKey.publicKey))
      const newKeyHash = keyHash(algorithm, newKey.publicKey)
      const change = { networkId, account, changes: 3n, newKeyHash }
      const proves = (changes: bigint): boolean =>
        mlDsa(algorithm).verify(
          newKey.publicKey,
          keccak256(rotatePreimage({ ...change, changes })),
          unhex(given[2] as string),
          contexts.key,
        )
      assert.equal(proves(3n), true)
      assert.equal(proves(4n), false)
    })
  }
})
