import assert from 'node:assert/strict'

import { equal, hex, unhex } from '#base'
import type { AsyncReads, ChainFace } from '#chain'
import { keccak256 } from '#crypto'
import { transactionType } from '#protocol'
import { methods } from '#rpc'

import { type ReadContext, reads, uninterrupted } from '../../chain/reads/index.ts'
import { type Account, accounts, Network } from '../chain/attacks/network.ts'
import { callData, deploy } from '../chain/attacks/solidity.ts'
import { FixtureChain } from './fixture-chain.ts'
import { call, serve, type Served } from './fixture-server.ts'

const [alice, bob, carol] = accounts as readonly [Account, Account, Account]
const unknownHash = hex(new Uint8Array(32).fill(0xee))

/** A network's chain as RPC sees it, over the production reads. */
function chainOf({ store, profile }: Network): ChainFace {
  const over = Object.entries(reads).map(([name, read]) => [
    name,
    async (...parameters: readonly unknown[]) => {
      const reader = store.snapshot()
      try {
        const answer = read as (context: ReadContext, ...rest: readonly unknown[]) => unknown
        return await answer({ reader, profile, interrupt: uninterrupted }, ...parameters)
      } finally {
        await reader.close()
      }
    },
  ])
  const all = Object.fromEntries(over) as AsyncReads
  const context = { reader: store.snapshot(), profile, interrupt: uninterrupted }
  const head = reads.header(context, 'latest')
  assert.ok(head !== undefined)
  return {
    chainId: profile.chainId,
    transactionType,
    genesisHash: profile.genesisHash,
    head,
    onHead: () => () => undefined,
    nextBaseFee: profile.nextBaseFee(head.header),
    reads: all,
    readsUntil: () => all,
    pool: new FixtureChain().pool,
  }
}

describe('debug_ and ots_ over a Pars network', function () {
  this.timeout(60_000)
  let network: Network
  let chain: ChainFace
  let served: Served
  let lender: Uint8Array = new Uint8Array(0)
  let hashes: readonly string[] = []

  /** 1 deploys the lender, 2 pays bob through it, 3 fails. */
  before(async () => {
    network = await Network.start()
    lender = await deploy(network, 'Lender')
    const data = callData('Lender', 'call', [hex(bob.address), '0x'])
    await network.run(alice, { to: lender, value: 7n, data })
    const failing = callData('Lender', 'callThenRevert', [hex(bob.address), '0x'])
    await network.run(bob, { to: lender, data: failing })
    chain = chainOf(network)
    served = await serve({ chain })
    const blocks = await Promise.all([1n, 2n, 3n].map((number) => chain.reads.block({ number })))
    hashes = blocks.flatMap((block) => block?.transactions.map(({ hash }) => hex(hash)) ?? [])
    assert.equal(hashes.length, 3)
  })
  after(async () => {
    await served?.server.close()
    await network?.close()
  })

  /** The result of a call, held against the method's own description of it. */
  async function result<Result>(method: string, ...params: readonly unknown[]): Promise<Result> {
    const answer = await call(served.url, method, params)
    assert.equal(answer.error, undefined, JSON.stringify(answer.error))
    const definition = methods.find(({ name }) => name === method)
    assert.deepEqual(definition?.result.safeParse(answer.result).error, undefined)
    return answer.result as Result
  }

  async function refusal(method: string, ...params: readonly unknown[]) {
    const { error } = await call(served.url, method, params)
    assert.ok(error !== undefined)
    return error
  }

  it('trace transactions, blocks and calls with every tracer', async () => {
    const config = { tracer: 'callTracer', tracerConfig: { withLog: true } }
    const frame = await result<{ gasUsed: string; calls: { to: string }[]; logs: object[] }>(
      'debug_traceTransaction',
      hashes[1],
      config,
    )
    assert.equal(frame.calls[0]?.to, hex(bob.address))
    assert.equal(frame.logs.length, 1)
    const byNumber = await result<{ txHash: string; result: object }[]>(
      'debug_traceBlockByNumber',
      '0x2',
      config,
    )
    assert.deepEqual(byNumber, [{ txHash: hashes[1], result: frame }])
    const block = await chain.reads.block({ number: 2n })
    assert.deepEqual(
      await result('debug_traceBlockByHash', hex(block?.hash ?? new Uint8Array(0)), config),
      byNumber,
    )
    const operations = await result<{ structLogs: { memory?: string[]; stack?: string[] }[] }>(
      'debug_traceTransaction',
      hashes[1],
      {
        enableMemory: true,
        disableStack: true,
        timeout: '5s',
        reexec: 128,
        enableReturnData: true,
      },
    )
    assert.ok(operations.structLogs.some(({ memory }) => memory !== undefined))
    assert.ok(operations.structLogs.every(({ stack }) => stack === undefined))
    const limited = await result<{ structLogs: object[] }>('debug_traceTransaction', hashes[1], {
      limit: 5,
      tracer: null,
    })
    assert.equal(limited.structLogs.length, 5)
    const mux = await result<object>('debug_traceTransaction', hashes[1], {
      tracer: 'muxTracer',
      tracerConfig: { callTracer: { withLog: true }, '4byteTracer': {}, prestateTracer: {} },
    })
    assert.deepEqual(Object.keys(mux), ['callTracer', '4byteTracer', 'prestateTracer'])
    assert.deepEqual((mux as { callTracer: object }).callTracer, frame)
    assert.deepEqual(
      await result('debug_traceTransaction', hashes[0], { tracer: 'noopTracer' }),
      {},
    )
    const request = { from: hex(alice.address), to: hex(lender), input: '0x' }
    const called = await result<{ output?: string }>('debug_traceCall', request, 'latest', {
      tracer: 'callTracer',
      stateOverrides: { [hex(lender)]: { code: '0x60015f5260205ff3' } },
      blockOverrides: { number: '0x99' },
      txIndex: '0x0',
    })
    assert.equal(BigInt(called.output ?? 0), 1n)
  })

  it('refuse tracers that are not here, and what tracers do not take', async () => {
    const script = { tracer: '{ step: function() {}, fault: function() {}, result: 0 }' }
    const javascript = await refusal('debug_traceTransaction', hashes[0], script)
    assert.equal(javascript.code, -32602)
    assert.match(javascript.message, /no tracer JavaScript here: use callTracer/)
    const cases: readonly object[] = [
      { tracer: 'flatCallTracer' },
      { tracer: 'callTracer', tracerConfig: { withLog: 'yes' } },
      { tracer: 'muxTracer' },
      { tracer: 'muxTracer', tracerConfig: { muxTracer: { callTracer: {} } } },
      { timeout: 'soon' },
      { limit: -1 },
    ]
    for (const options of cases) {
      assert.equal((await refusal('debug_traceTransaction', hashes[0], options)).code, -32602)
    }
  })

  it('answer as Ethereum does where there is nothing to trace', async () => {
    const cases: readonly (readonly [RegExp, string, unknown])[] = [
      [/^transaction not found/, 'debug_traceTransaction', unknownHash],
      [/genesis is not traceable/, 'debug_traceBlockByNumber', '0x0'],
      [/^block #153 not found/, 'debug_traceBlockByNumber', '0x99'],
      [/^block not found/, 'debug_traceBlockByHash', unknownHash],
      [/^block #153 not found/, 'debug_getRawBlock', '0x99'],
      [/^block #153 not found/, 'debug_getRawHeader', '0x99'],
      [/^block #153 not found/, 'debug_getRawReceipts', '0x99'],
    ]
    for (const [words, method, param] of cases) {
      const error = await refusal(method, param)
      assert.match(error.message, words)
      assert.equal(error.code, -32000)
    }
    assert.deepEqual(await result('debug_getBadBlocks'), [])
    assert.equal(await result('debug_getRawTransaction', unknownHash), '0x')
    for (const method of ['debug_getRawBlock', 'debug_getRawHeader', 'debug_getRawReceipts']) {
      assert.equal((await refusal(method, '2')).code, -32602)
    }
  })

  it('give the bytes of blocks, headers, receipts and transactions', async () => {
    const block = await chain.reads.block({ number: 2n })
    assert.ok(block !== undefined)
    const header = unhex(await result('debug_getRawHeader', '0x2'))
    assert.ok(equal(keccak256(header), block.hash))
    const whole = unhex(await result('debug_getRawBlock', '0x2'))
    assert.equal(whole.length, block.size)
    const [wire] = block.transactions.map((transaction) => transaction.wire)
    assert.equal(await result('debug_getRawTransaction', hashes[1]), hex(wire ?? whole))
    const [receipt] = await result<string[]>('debug_getRawReceipts', '0x2')
    assert.match(receipt ?? '', /^0x50f9/)
  })

  it('list storage by pages', async () => {
    const range = await result<{ storage: object; nextKey: null }>(
      'debug_storageRangeAt',
      '0x2',
      0,
      hex(lender),
      '0x',
      10,
    )
    assert.deepEqual(range, { storage: {}, nextKey: null })
  })

  it('serve Otterscan', async () => {
    const header = await result<{ number: string }>('erigon_getHeaderByNumber', 1)
    assert.equal(header.number, '0x1')
    assert.equal(await result('ots_getApiLevel'), 8)
    assert.equal(await result('ots_hasCode', hex(lender), 'latest'), true)
    assert.equal(await result('ots_hasCode', hex(lender), 0), false)
    assert.equal(await result('ots_hasCode', hex(alice.address)), false)
    const transfer = { type: 0, from: hex(lender), to: hex(bob.address), value: '0x7' }
    assert.deepEqual(await result('ots_getInternalOperations', hashes[1]), [transfer])
    assert.deepEqual(await result('ots_getInternalOperations', hashes[2]), [])
    const trace = await result<{ type: string; depth: number }[]>('ots_traceTransaction', hashes[1])
    assert.deepEqual(
      trace.map(({ type, depth }) => [type, depth]),
      [
        ['CALL', 0],
        ['CALL', 1],
      ],
    )
    assert.equal(await result('ots_getTransactionError', hashes[1]), '0x')
    assert.match(await result('ots_getTransactionError', hashes[2]), /^0x08c379a0/)
    const details = await result<{ block: { transactionCount: number }; totalFees: string }>(
      'ots_getBlockDetails',
      2,
    )
    assert.equal(details.block.transactionCount, 1)
    const block = await chain.reads.block({ number: 2n })
    const { receipt } = block?.transactions[0] ?? {}
    const paid = (receipt?.gasUsed ?? 0n) * (receipt?.effectiveGasPrice ?? 0n)
    assert.equal(BigInt(details.totalFees), paid)
    assert.deepEqual(
      await result('ots_getBlockDetailsByHash', hex(block?.hash ?? new Uint8Array(0))),
      details,
    )
    assert.equal(await result('ots_getBlockDetails', '0x99'), null)
    const shown = await result<{ fullblock: { transactions: { input: string }[] } }>(
      'ots_getBlockTransactions',
      2,
      0,
      25,
    )
    assert.equal(shown.fullblock.transactions[0]?.input.length, 10)
    const empty = await result<{ receipts: object[] }>('ots_getBlockTransactions', 2, 1, 25)
    assert.deepEqual(empty.receipts, [])
    assert.equal((await refusal('ots_getBlockTransactions', 2, 0, 1000)).code, -32602)
  })

  it('search for Otterscan', async () => {
    const found = await result<{ txs: { hash: string }[]; firstPage: boolean; lastPage: boolean }>(
      'ots_searchTransactionsBefore',
      hex(bob.address),
      0,
      25,
    )
    assert.deepEqual(
      found.txs.map(({ hash }) => hash),
      [hashes[2], hashes[1]],
    )
    assert.deepEqual([found.firstPage, found.lastPage], [true, true])
    const after = await result<{ txs: { hash: string }[] }>(
      'ots_searchTransactionsAfter',
      hex(bob.address),
      2,
      25,
    )
    assert.deepEqual(
      after.txs.map(({ hash }) => hash),
      [hashes[2]],
    )
    const byNonce = 'ots_getTransactionBySenderAndNonce'
    assert.equal(await result(byNonce, hex(bob.address), 0), hashes[2])
    assert.equal(await result(byNonce, hex(bob.address), '0x0'), hashes[2])
    assert.equal(await result(byNonce, hex(carol.address), 0), null)
    assert.deepEqual(await result('ots_getContractCreator', hex(lender)), {
      hash: hashes[0],
      creator: hex(accounts[8]?.address ?? lender),
    })
    assert.equal(await result('ots_getContractCreator', hex(alice.address)), null)
  })
})
