/** What a development network signs for its published keys, and what it never signs. */
import assert from 'node:assert/strict'

import { createDevSigner } from '#node'
import { decodeTransaction } from '#protocol'
import type { DevSigner } from '#rpc'

import { Attempt } from '../../rpc/attempt.ts'
import type { Context } from '../../rpc/method.ts'
import { sendTransaction } from '../../rpc/methods/eth/send-transaction.ts'
import { account, FixtureChain, networkId, sign } from './fixture-chain.ts'
import { call, serve } from './fixture-server.ts'

const transfer = { from: account(2), to: account(0) }
const keys = createDevSigner({ chainId: 7227n, genesisHash: networkId })

describe('eth_sendTransaction', () => {
  it('signs for the lane and the time that it was given, with the next nonce of that lane', async () => {
    const { chain, server, url } = await serve({ signer: keys })
    const sent = async (fields: object) => {
      const { error } = await call(url, 'eth_sendTransaction', [{ ...transfer, ...fields }])
      assert.equal(error, undefined, JSON.stringify(error))
      const { nonceKey, nonce, validUntil } = decodeTransaction(chain.submitted.at(-1)!.wire)
      return [nonceKey, nonce, validUntil]
    }
    assert.deepEqual(await sent({}), [0n, 1n, 0n])
    assert.deepEqual(await sent({ nonceKey: '0x5', validUntil: '0x713fb300' }), [
      5n,
      1n,
      1_900_000_000n,
    ])
    assert.deepEqual(await sent({ nonceKey: '0x5' }), [5n, 2n, 0n])
    assert.deepEqual(await sent({ nonceKey: '0x6', nonce: '0x0' }), [6n, 0n, 0n])
    assert.deepEqual(await sent({}), [0n, 2n, 0n])
    assert.deepEqual(
      chain.calls.map(({ nonceKey = 0n }) => nonceKey),
      [0n, 5n, 5n, 6n, 0n],
    )
    await server.close()
  })

  it('neither estimates nor signs once its caller was told that time is over', async () => {
    for (const isLate of ['before it begins', 'while gas is estimated'] as const) {
      const chain = new FixtureChain()
      const visit = { expired: isLate === 'before it begins' }
      chain.before = () => void (visit.expired = true)
      let signed = 0
      const signer: DevSigner = {
        ...keys,
        sign() {
          signed++
          return Promise.resolve(sign(2))
        },
      }
      const { reads } = chain
      const context = { chain, reads, signer, spend() {}, client: 'test' } as unknown as Context
      const answer = sendTransaction.call([transfer], context, new Attempt(visit))
      await assert.rejects(Promise.resolve(answer), { code: 'RPC_TIMEOUT' }, isLate)
      assert.equal(chain.calls.length, isLate === 'before it begins' ? 0 : 1)
      assert.equal(signed, 0)
      assert.deepEqual(chain.submitted, [])
    }
  })
})
