import assert from 'node:assert/strict'

import { fixed, hex, unhex, utf8 } from '#base'
import type { SimulatedBlock } from '#chain'
import { methods } from '#rpc'

import { Attempt } from '../../rpc/attempt.ts'
import { errorObject } from '../../rpc/errors.ts'
import { limits } from '../../rpc/limits.ts'
import type { Context } from '../../rpc/method.ts'
import { simulateV1 } from '../../rpc/methods/eth/simulate-v1.ts'
import { Pieces } from '../../rpc/render/pieces.ts'
import { quantity } from '../../rpc/render/quantity.ts'
import { writeSimulated } from '../../rpc/render/simulated.ts'
import { blockOverrides, stateOverrides } from '../../rpc/schema/overrides.ts'
import * as results from '../../rpc/schema/results.ts'
import { ethereumView, nativeView, type View } from '../../rpc/view.ts'
import { account, contracts, FixtureChain } from './fixture-chain.ts'
import { call, serve, type Served } from './fixture-server.ts'
import { ManualClock } from './manual.ts'

const zeros = (bytes: number): Uint8Array => new Uint8Array(bytes)
const sender = fixed(0xa11ce, 20)
const reason = unhex('0x08c379a0')
const refusal = new Uint8Array([
  ...reason,
  ...fixed(32, 32),
  ...fixed(2, 32),
  ...utf8('no'),
  ...zeros(30),
])

const simulated: SimulatedBlock = {
  hash: fixed(1, 32),
  header: {
    parentHash: zeros(32),
    ommersHash: zeros(32),
    beneficiary: zeros(20),
    stateRoot: zeros(32),
    transactionsRoot: zeros(32),
    receiptsRoot: zeros(32),
    logsBloom: zeros(256),
    difficulty: 0n,
    number: 5n,
    gasLimit: 30_000_000n,
    gasUsed: 53_644n,
    timestamp: 7n,
    extraData: zeros(0),
    prevRandao: zeros(32),
    nonce: zeros(8),
    baseFeePerGas: 0n,
  },
  size: 600,
  withdrawals: [],
  transactions: [
    {
      type: 0x50,
      hash: fixed(2, 32),
      from: sender,
      to: undefined,
      nonce: 3n,
      gas: 100_000n,
      maxFeePerGas: 9n,
      maxPriorityFeePerGas: 1n,
      effectiveGasPrice: 8n,
      value: 0n,
      data: Uint8Array.of(1),
      accessList: [],
      nonceKey: 42n,
      algorithm: 0x65,
      authorizations: [],
      blobs: undefined,
    },
  ],
  calls: [
    {
      gasUsed: 53_644n,
      maxUsedGas: 53_700n,
      output: refusal,
      failure: { reason: 'reverted', message: 'execution reverted' },
      logs: [{ address: sender, topics: [], data: zeros(0), index: 4 }],
    },
  ],
}

const never = (): never => {
  throw new TypeError('a simulated transaction has no encoding to decode')
}

async function render(view: View, isFull = true) {
  const pieces = new Pieces(new ManualClock())
  const text = await writeSimulated(simulated, view, { isFull, chainId: 7227n }, pieces)
  return results.simulatedBlock.parse(JSON.parse(text))
}

async function shown(view: View) {
  return (await render(view)).transactions as readonly Readonly<Record<string, unknown>>[]
}

describe('a simulated block', () => {
  it('lets others in while it is written', async () => {
    const clock = new ManualClock()
    const [one] = simulated.calls
    assert.ok(one)
    const { failure: _, ...large } = { ...one, output: zeros(200_000) }
    const block = { ...simulated, calls: [large, large, large] }
    let text: string | undefined
    const view = nativeView(never)
    const written = writeSimulated(block, view, { isFull: true, chainId: 1n }, new Pieces(clock))
    void written.then((all) => (text = all))
    for (let turn = 0; turn < 3; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
      assert.equal(text, undefined)
      clock.turn()
    }
    assert.equal(results.simulatedBlock.parse(JSON.parse(await written)).calls.length, 3)
  })

  it('has the form of the reference, with hashes or whole transactions', async () => {
    for (const view of [nativeView(never), ethereumView(never)]) {
      for (const isFull of [true, false]) await render(view, isFull)
    }
    assert.deepEqual((await render(nativeView(never), false)).transactions, [hex(fixed(2, 32))])
  })

  it('shows 0x50 without key and signature natively, and 0x2 on /eth', async () => {
    const [native] = await shown(nativeView(never))
    const [shared] = await shown(ethereumView(never))
    assert.ok(native && shared)
    assert.deepEqual(
      [native['type'], native['pqAlgorithm'], native['nonceKey']],
      ['0x50', '0x65', '0x2a'],
    )
    assert.deepEqual([native['v'], native['r'], native['s']], ['0x0', '0x0', '0x0'])
    for (const absent of ['pqPublicKey', 'pqKeyHash', 'pqSignature', 'signature']) {
      assert.ok(!(absent in native))
    }
    assert.deepEqual(
      [shared['type'], shared['gasPrice'], shared['hash']],
      ['0x2', '0x8', native['hash']],
    )
    assert.ok(!('pqAlgorithm' in shared) && !('nonceKey' in shared))
  })

  it('tells why a call reverted as eth_call does', async () => {
    const [reverted] = (await render(nativeView(never))).calls
    assert.deepEqual(reverted?.error, {
      code: 3,
      message: 'execution reverted: no',
      data: hex(refusal),
    })
    assert.deepEqual(
      [reverted?.returnData, reverted?.status, reverted?.logs[0]?.logIndex],
      ['0x', '0x0', '0x4'],
    )
  })
})

describe('overrides', () => {
  const address = `0x${'ab'.repeat(20)}`

  it('are taken by address, in either case of letters', () => {
    const slot = `0x${'0'.repeat(63)}1`
    const given = {
      [address.toUpperCase().replace('0X', '0x')]: { balance: '0x1', state: { [slot]: slot } },
    }
    assert.deepEqual(stateOverrides.parse(given), [
      {
        address: unhex(address as `0x${string}`),
        balance: 1n,
        state: [[fixed(1, 32), fixed(1, 32)]],
      },
    ])
  })

  it('are refused for keys that are no address; a prototype is no key', () => {
    for (const key of ['constructor', 'toString', '0x1', address.slice(2)]) {
      assert.ok(!stateOverrides.safeParse({ [key]: { balance: '0x1' } }).success, key)
    }
    const polluted = JSON.parse('{"__proto__":{"balance":"0x1"}}') as unknown
    assert.deepEqual(stateOverrides.parse(polluted), [])
    assert.ok(!('balance' in {}))
  })

  it('of a block hold nothing that the chain could not show', () => {
    assert.deepEqual(blockOverrides.parse({ number: '0x5', time: null }), { number: 5n })
    assert.deepEqual(blockOverrides.parse({ withdrawals: [] }), {})
    assert.ok(!blockOverrides.safeParse({ withdrawals: [{}] }).success)
  })
})

describe('methods beside blocks', () => {
  let served: Served
  before(async () => {
    served = await serve()
  })
  after(() => served.server.close())

  /** The result of a call, held against the method's own description of it. */
  async function result(
    name: string,
    params: readonly unknown[] = [],
    path = '',
  ): Promise<unknown> {
    const answer = await call(`${served.url}${path}`, name, params)
    assert.equal(answer.error, undefined, JSON.stringify(answer.error))
    const method = methods.find((one) => one.name === name)
    assert.deepEqual(method?.result.safeParse(answer.result).error, undefined)
    return answer.result
  }

  async function fails(name: string, params: readonly unknown[], code: number): Promise<void> {
    const { error } = await call(served.url, name, params)
    assert.equal(error?.code, code, JSON.stringify(error))
  }

  it('tell fees, the account that earns them, and what the node keeps', async () => {
    const { header } = served.chain.head
    assert.equal(await result('eth_baseFee'), quantity(served.chain.nextBaseFee))
    assert.equal(await result('eth_blobBaseFee'), '0x0')
    assert.equal(await result('eth_coinbase'), hex(header.beneficiary))
    const capabilities = (await result('eth_capabilities')) as { readonly head: object }
    const head = { number: quantity(header.number), hash: hex(served.chain.head.hash) }
    assert.deepEqual(capabilities.head, head)
  })

  it('tell the rules with names', async () => {
    const config = (await result('eth_config')) as Record<string, Record<string, unknown> | null>
    assert.deepEqual([config['next'], config['last']], [null, null])
    assert.deepEqual(config['current']?.['precompiles'], { ECREC: hex(contracts.echo) })
  })

  it('read many words at once, and no more than the limit', async () => {
    const key = account(0)
    const wanted = { [key]: ['0x1', '0x2'], [account(1)]: [] }
    const zero = hex(zeros(32))
    const values = await result('eth_getStorageValues', [wanted])
    assert.deepEqual(values, { [key]: [zero, zero], [account(1)]: [] })
    await fails('eth_getStorageValues', [{}], -32602)
    const many = Array.from({ length: limits.storageValues.value + 1 }, () => '0x0')
    await fails('eth_getStorageValues', [{ [key]: many }], -38026)
    await fails('eth_getStorageValues', [wanted, '0x99'], -32000)
  })

  it('list accesses, with the error of a call that fails', async () => {
    const [echo, revert] = [{ to: hex(contracts.echo) }, { to: hex(contracts.revert) }]
    const good = (await result('eth_createAccessList', [echo])) as Record<string, unknown>
    assert.deepEqual(good['accessList'], [
      { address: hex(contracts.echo), storageKeys: [hex(zeros(32))] },
    ])
    const bad = (await result('eth_createAccessList', [revert])) as Record<string, unknown>
    assert.equal(bad['error'], 'execution reverted')
  })

  it('fill in a transaction, in the type of the path', async () => {
    const request = [{ from: account(0), to: account(1), nonce: '0x7' }]
    for (const [path, type] of [
      ['', '0x50'],
      ['/eth', '0x2'],
    ] as const) {
      const filled = await result('eth_fillTransaction', request, path)
      const { tx } = filled as { readonly tx: Record<string, unknown> }
      assert.deepEqual([tx['type'], tx['nonce'], tx['to']], [type, '0x7', account(1)])
      assert.ok(BigInt(tx['gas'] as string) > 0n && BigInt(tx['maxFeePerGas'] as string) > 0n)
    }
  })

  it('fill in the lane and the end of a transaction, which its signer must not lose', async () => {
    const request = [{ from: account(0), to: account(1), nonceKey: '0x5', validUntil: '0x9' }]
    for (const path of ['', '/eth'] as const) {
      const filled = await result('eth_fillTransaction', request, path)
      const { tx } = filled as { readonly tx: Record<string, unknown> }
      assert.deepEqual([tx['nonceKey'], tx['validUntil']], ['0x5', '0x9'])
      assert.equal(results.filledTransaction.safeParse(filled).success, true)
    }
    const [plain, ethereum] = await Promise.all(
      ['', '/eth'].map((path) => result('eth_fillTransaction', [{ to: account(1) }], path)),
    )
    assert.equal((plain as { readonly tx: { nonceKey?: string } }).tx.nonceKey, '0x0')
    assert.equal('nonceKey' in (ethereum as { readonly tx: object }).tx, false)
  })

  it('run out of time under the number of Ethereum for it', () => {
    const attempt = new Attempt({ expired: false })
    const reads = { simulate: () => new Promise<unknown>(() => undefined) }
    const context = { chain: new FixtureChain(), reads } as unknown as Context
    void simulateV1.call([{ blockStateCalls: [{}] }], context, attempt)
    const { code, data } = errorObject(attempt.timeout())
    assert.deepEqual([code, data], [-32016, { code: 'RPC_TIMEOUT_SIMULATION' }])
  })

  it('simulate on a block that is known, and at least one', async () => {
    assert.deepEqual(await result('eth_simulateV1', [{ blockStateCalls: [{}] }]), [])
    await fails('eth_simulateV1', [{ blockStateCalls: [{}] }, '0x99'], -32000)
    await fails('eth_simulateV1', [{ blockStateCalls: [] }], -32602)
    await fails('eth_simulateV1', [{}], -32602)
  })
})
