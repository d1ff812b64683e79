import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { hex } from '#base'
import { methods } from '#rpc'

import { account, contracts } from './fixture-chain.ts'
import { call, recordingLog, serve, type Served } from './fixture-server.ts'

const zeroHash = hex(new Uint8Array(32))

/** A valid call of each method. */
const valid: Readonly<Record<string, readonly unknown[]>> = {
  eth_accounts: [],
  eth_blockNumber: [],
  eth_call: [{ to: hex(contracts.echo) }, 'latest'],
  eth_chainId: [],
  eth_estimateGas: [{ to: hex(contracts.echo) }, 'latest'],
  eth_feeHistory: ['0x1', 'latest', [50]],
  eth_gasPrice: [],
  eth_getBalance: [account(0), 'latest'],
  eth_getBlockByHash: [zeroHash, true],
  eth_getBlockByNumber: ['latest', true],
  eth_getBlockReceipts: ['latest'],
  eth_getBlockTransactionCountByHash: [zeroHash],
  eth_getBlockTransactionCountByNumber: ['latest'],
  eth_getCode: [account(0), 'latest'],
  eth_getLogs: [{ fromBlock: '0x0', toBlock: 'latest', address: account(0), topics: [zeroHash] }],
  eth_getProof: [account(0), ['0x0'], 'latest'],
  eth_getStorageAt: [account(0), '0x0', 'latest'],
  eth_getTransactionByBlockHashAndIndex: [zeroHash, '0x0'],
  eth_getTransactionByBlockNumberAndIndex: ['latest', '0x0'],
  eth_getTransactionByHash: [zeroHash],
  eth_getTransactionCount: [account(0), 'latest'],
  eth_getTransactionReceipt: [zeroHash],
  eth_getUncleCountByBlockHash: [zeroHash],
  eth_getUncleCountByBlockNumber: ['latest'],
  eth_maxPriorityFeePerGas: [],
  eth_sendRawTransaction: ['0x50'],
  eth_sendTransaction: [{ from: account(0), to: account(1) }],
  eth_syncing: [],
  net_listening: [],
  net_peerCount: [],
  net_version: [],
  pars_getNonce: [account(0), '0x1', 'latest'],
  pars_networkId: [],
  pars_nodeStatus: [],
  pars_peers: [],
  txpool_content: [],
  txpool_contentFrom: [account(0)],
  txpool_inspect: [],
  txpool_status: [],
  web3_clientVersion: [],
  web3_sha3: ['0x00'],
}

/** What no parameter of any method takes. */
const never = [true, 1.5, -1, 'x', '0xg', '0x0x', [[[]]], `${zeroHash}0`]

describe('rpc parameters', () => {
  const log = recordingLog()
  let served: Served
  before(async () => {
    served = await serve({ log })
  })
  after(() => served.server.close())

  it('are named, one name for each', () => {
    assert.deepEqual(Object.keys(valid), methods.map(({ name }) => name).toSorted())
    for (const { name, params, paramNames } of methods) {
      assert.equal(params.def.items.length, paramNames.length, name)
      assert.equal(params.def.rest, null, name)
    }
  })

  for (const { name } of methods) {
    if (name === 'eth_sendTransaction') continue

    it(`of ${name} refuse wrong types, strangers and gaps with -32602`, async () => {
      const good = valid[name]!
      const { error } = await call(served.url, name, good)
      assert.notEqual(error?.code, -32602)
      const extra = await call(served.url, name, [...good, ...good, 'more'])
      assert.equal(extra.error?.code, -32602)
      for (const [position] of good.entries()) {
        for (const wrong of never) {
          if (wrong === true && typeof good[position] === 'boolean') continue
          const answer = await call(served.url, name, good.with(position, wrong))
          assert.equal(answer.error?.code, -32602, JSON.stringify([position, wrong]))
          assert.match(answer.error.message, /^invalid argument \d/)
        }
      }
    })
  }

  it('of any JSON never cause an internal error', async () => {
    const name = fc.constantFrom(...methods.map((method) => method.name))
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.constantFrom(account(0), zeroHash, 'latest', '0x0', '0x', null, {}, []),
      fc.record(
        {
          to: fc.jsonValue(),
          data: fc.jsonValue(),
          fromBlock: fc.jsonValue(),
          topics: fc.jsonValue(),
          blockHash: fc.jsonValue(),
          accessList: fc.jsonValue(),
          ['__proto__']: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
    )
    await fc.assert(
      fc.asyncProperty(name, fc.array(value, { maxLength: 4 }), async (method, params) => {
        const { error } = await call(served.url, method, params)
        assert.notEqual(error?.code, -32603)
      }),
      { numRuns: 1000 },
    )
    assert.deepEqual(log.errors, [])
  })
})
