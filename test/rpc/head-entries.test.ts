import assert from 'node:assert/strict'

import { fixed, hex } from '#base'
import type { HeadEntries } from '#chain'

import { account, FixtureChain } from './fixture-chain.ts'
import { call, serve, type Served } from './fixture-server.ts'

const zeroHash = hex(new Uint8Array(32))

/** Whose readers are not to be asked for what it has at hand. */
class NearChain extends FixtureChain {
  readonly headEntries: HeadEntries = {
    balance: () => 1n,
    nonce: (_, nonceKey = 0n) => 2n + nonceKey,
    storage: () => fixed(3, 32),
  }
}

describe('single entries of the head', () => {
  let served: Served
  let asked = 0
  before(async () => {
    const chain = new NearChain()
    chain.before = () => void asked++
    served = await serve({ chain })
  })
  after(() => served.server.close())

  const calls: readonly (readonly [string, readonly unknown[], string])[] = [
    ['eth_getBalance', [account(0)], '0x1'],
    ['eth_getTransactionCount', [account(0)], '0x2'],
    ['eth_getStorageAt', [account(0), '0x0'], `0x${'3'.padStart(64, '0')}`],
    ['pars_getNonce', [account(0), '0x5'], '0x7'],
  ]

  for (const [method, parameters, expected] of calls) {
    it(`are what ${method} asks the chain for, and readers for those of other blocks`, async () => {
      asked = 0
      for (const block of [undefined, 'latest', 'safe']) {
        const given = block === undefined ? parameters : [...parameters, block]
        assert.equal((await call(served.url, method, given)).result, expected)
      }
      assert.equal(asked, 0)
      for (const block of ['earliest', 'finalized', '0x1']) {
        const { result } = await call(served.url, method, [...parameters, block])
        assert.notEqual(result, expected)
      }
      assert.equal(asked, 3)
      const unknown = await call(served.url, method, [...parameters, zeroHash])
      assert.equal(unknown.error?.data?.['code'], 'RPC_BLOCK_UNKNOWN')
    })
  }
})
