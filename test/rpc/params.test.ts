import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { hex } from '#base'
import { methods } from '#rpc'

import { account, contracts } from './fixture-chain.ts'
import { call, recordingLog, serve, type Served } from './fixture-server.ts'

const zeroHash = hex(new Uint8Array(32))

/** A valid call of each method. */
const valid: Readonly<Record<string, readonly unknown[]>> = {
  admin_addPeer: ['/ip4/192.0.2.1/tcp/7227/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N'],
  admin_datadir: [],
  admin_nodeInfo: [],
  admin_peers: [],
  admin_removePeer: ['QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N'],
  debug_getBadBlocks: [],
  debug_getRawBlock: ['latest'],
  debug_getRawHeader: ['latest'],
  debug_getRawReceipts: ['latest'],
  debug_getRawTransaction: [zeroHash],
  debug_storageRangeAt: ['latest', 0, account(0), '0x', 10],
  debug_traceBlockByHash: [zeroHash, {}],
  debug_traceBlockByNumber: ['latest', {}],
  debug_traceCall: [{ to: hex(contracts.echo) }, 'latest', {}],
  debug_traceTransaction: [zeroHash, {}],
  erigon_getHeaderByNumber: ['latest'],
  eth_accounts: [],
  eth_baseFee: [],
  eth_blobBaseFee: [],
  eth_blockNumber: [],
  eth_call: [{ to: hex(contracts.echo) }, 'latest', {}, {}],
  eth_capabilities: [],
  eth_chainId: [],
  eth_coinbase: [],
  eth_config: [],
  eth_createAccessList: [{ to: hex(contracts.echo) }, 'latest', {}, {}],
  eth_estimateGas: [{ to: hex(contracts.echo) }, 'latest', {}, {}],
  eth_feeHistory: ['0x1', 'latest', [50]],
  eth_fillTransaction: [{ from: account(0), to: account(1) }],
  eth_gasPrice: [],
  eth_getBalance: [account(0), 'latest'],
  eth_getBlockByHash: [zeroHash, true],
  eth_getBlockByNumber: ['latest', true],
  eth_getBlockReceipts: ['latest'],
  eth_getBlockTransactionCountByHash: [zeroHash],
  eth_getBlockTransactionCountByNumber: ['latest'],
  eth_getCode: [account(0), 'latest'],
  eth_getFilterChanges: ['0x1'],
  eth_getFilterLogs: ['0x1'],
  eth_getLogs: [{ fromBlock: '0x0', toBlock: 'latest', address: account(0), topics: [zeroHash] }],
  eth_getProof: [account(0), ['0x0'], 'latest'],
  eth_getStorageAt: [account(0), '0x0', 'latest'],
  eth_getStorageValues: [{ [account(0)]: ['0x0'] }, 'latest'],
  eth_getTransactionByBlockHashAndIndex: [zeroHash, '0x0'],
  eth_getTransactionByBlockNumberAndIndex: ['latest', '0x0'],
  eth_getTransactionByHash: [zeroHash],
  eth_getTransactionCount: [account(0), 'latest'],
  eth_getTransactionReceipt: [zeroHash],
  eth_getUncleCountByBlockHash: [zeroHash],
  eth_getUncleCountByBlockNumber: ['latest'],
  eth_maxPriorityFeePerGas: [],
  eth_newBlockFilter: [],
  eth_newFilter: [{ fromBlock: '0x0', toBlock: 'latest', address: account(0), topics: [zeroHash] }],
  eth_newPendingTransactionFilter: [true],
  eth_sendRawTransaction: ['0x50'],
  eth_sendRawTransactionSync: ['0x50', 1000],
  eth_sendTransaction: [{ from: account(0), to: account(1) }],
  eth_simulateV1: [{ blockStateCalls: [{ calls: [{ to: hex(contracts.echo) }] }] }, 'latest'],
  eth_subscribe: ['newHeads'],
  eth_syncing: [],
  eth_uninstallFilter: ['0x1'],
  eth_unsubscribe: ['0x1'],
  evm_increaseTime: [1],
  evm_mine: [{}],
  evm_revert: ['0x1'],
  evm_setAutomine: [true],
  evm_setIntervalMining: [1000],
  evm_setNextBlockTimestamp: [1],
  evm_snapshot: [],
  net_listening: [],
  net_peerCount: [],
  net_version: [],
  ots_getApiLevel: [],
  ots_getBlockDetails: ['latest'],
  ots_getBlockDetailsByHash: [zeroHash],
  ots_getBlockTransactions: ['latest', 0, 10],
  ots_getContractCreator: [account(0)],
  ots_getInternalOperations: [zeroHash],
  ots_getTransactionBySenderAndNonce: [account(0), 0],
  ots_getTransactionError: [zeroHash],
  ots_hasCode: [account(0), 'latest'],
  ots_searchTransactionsAfter: [account(0), 0, 10],
  ots_searchTransactionsBefore: [account(0), 0, 10],
  ots_traceTransaction: [zeroHash],
  pars_getCheckpoint: ['0x400'],
  pars_getClaim: [zeroHash, 1],
  pars_getClaims: [{ model: zeroHash }, 0, 10],
  pars_getDagTips: [],
  pars_getDid: [zeroHash],
  pars_getFinality: ['latest'],
  pars_getModel: [zeroHash],
  pars_getModels: [{ owner: account(0) }, 0, 10],
  pars_getNonce: [account(0), '0x1', 'latest'],
  pars_getPip: [42],
  pars_getPipContent: [42, 1],
  pars_getPips: [0, 10],
  pars_getPrekeyRoot: [account(0)],
  pars_getSessionKeys: [account(0), 0],
  pars_getUpgradeSchedule: [],
  pars_getValidators: [],
  pars_getVotes: [account(0), 1],
  pars_networkId: [],
  pars_nodeStatus: [],
  pars_peers: [],
  pars_simulatePip: ['0x2a'],
  'rpc.discover': [],
  rpc_modules: [],
  testing_buildBlockV1: [zeroHash, {}, [], '0x'],
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

  for (const { name, needs } of methods) {
    // Not offered here: their own tests have what they refuse.
    if (name === 'eth_sendTransaction' || name.startsWith('admin_') || needs !== undefined) continue

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
          assert.doesNotMatch(answer.error.message, /pattern|\/\^/, JSON.stringify(wrong))
        }
      }
    })
  }

  it('that name a block say what they may be, wherever they are wrong', async () => {
    const words = /must be a block number \(0x\.\.\.\)/
    for (const wrong of ['newest', '0x01', `${zeroHash}0`, { blockNumber: 'x' }, 7]) {
      const { error } = await call(served.url, 'eth_getBalance', [account(0), wrong])
      assert.match(error?.message ?? '', words, JSON.stringify(wrong))
      assert.doesNotMatch(error?.message ?? '', /pattern|\/\^/)
    }
    const { error } = await call(served.url, 'eth_getBalance', [account(0), { blockHash: '0x1' }])
    assert.match(error?.message ?? '', /must be a hash/)
  })

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
