import assert from 'node:assert/strict'

import { hex } from '#base'

import { account, sign } from './fixture-chain.ts'
import { call, serve, type Served } from './fixture-server.ts'

describe('eth_sendRawTransactionSync', () => {
  let served: Served
  beforeEach(async () => {
    served = await serve()
  })
  afterEach(() => served.server.close())

  const sent = sign(4, { nonce: 1n })
  const wire = hex(sent.wire)

  /** Resolves once the transaction is in the pool. */
  function pooled(): Promise<void> {
    return new Promise((resolve) => {
      const stop = served.chain.pool.onAdded(() => {
        stop()
        resolve()
      })
    })
  }

  it('answers with the receipt once a block has it', async () => {
    const { chain, url } = served
    const added = pooled()
    const answer = call(url, 'eth_sendRawTransactionSync', [wire])
    await added
    chain.commit([])
    chain.pooled.length = 0
    chain.commit([], [sent])
    const { result } = (await answer) as { result: Record<string, unknown> }
    assert.equal(result['blockNumber'], '0x5')
    assert.equal(result['transactionHash'], hex(sent.hash))
    assert.deepEqual(
      result,
      (await call(url, 'eth_getTransactionReceipt', [hex(sent.hash)])).result,
    )
    const disguised = await call(`${url}/eth`, 'eth_getTransactionReceipt', [hex(sent.hash)])
    assert.equal((disguised.result as { type: string }).type, '0x2')
  })

  it('says after the time that its caller gave that no block has it, and names it', async () => {
    for (const timeout of [0, 1, '0x1']) {
      const { error } = await call(served.url, 'eth_sendRawTransactionSync', [
        hex(sign(4, { nonce: BigInt(served.chain.pooled.length + 1) }).wire),
        timeout,
      ])
      assert.equal(error?.code, 4)
      assert.equal(error.data, hex(served.chain.pooled.at(-1)!.hash))
    }
  })

  it('does not wait for what the pool has let go', async () => {
    const { chain, url } = served
    const added = pooled()
    const answer = call(url, 'eth_sendRawTransactionSync', [wire, 15_000])
    await added
    chain.pooled.length = 0
    chain.commit([])
    assert.equal((await answer).error?.code, 4)
  })

  it('answers as eth_sendRawTransaction when the pool refuses', async () => {
    const { url } = served
    const old = hex(sign(0, { nonce: 0n }).wire)
    const { error } = await call(url, 'eth_sendRawTransactionSync', [old])
    assert.deepEqual(error, (await call(url, 'eth_sendRawTransaction', [old])).error)
    assert.equal((await call(url, 'eth_getTransactionCount', [account(0)])).error, undefined)
  })
})
