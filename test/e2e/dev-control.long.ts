/** Time and blocks of `pars dev` in the hands of its tests, and what a crash leaves of a revert. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'

import { createTestClient, http, publicActions, walletActions } from 'viem'

import { genesisHash } from '#genesis'
import { type FinalityProof, verifyFinality } from '#sdk/finality'

import { exitCodes } from '../../node/exit-codes.ts'
import { account } from '../rpc/fixture-chain.ts'
import { Cluster } from './cluster.ts'
import { assertRefused, Bench, failureIn, type Node } from './node.ts'

const controls = [
  'evm_snapshot',
  'evm_revert',
  'evm_mine',
  'evm_setNextBlockTimestamp',
  'evm_increaseTime',
  'evm_setAutomine',
  'evm_setIntervalMining',
  'testing_buildBlockV1',
] as const

async function assertWithout(node: Node): Promise<void> {
  for (const method of controls) {
    const { error } = await node.answer(method)
    assert.equal(error?.code, -32601, method)
  }
}

describe('a development node in the hands of tests', function () {
  this.timeout(300_000)

  const bench = new Bench()
  let file: string
  let node: Node
  before(async () => {
    file = await bench.network('held')
    node = await bench.node('dev', '--genesis', file, '--data', bench.path('data'))
  })
  after(() => bench[Symbol.asyncDispose]())

  function client() {
    return createTestClient({ mode: 'ganache', transport: http(node.url) })
      .extend(publicActions)
      .extend(walletActions)
  }

  it('does what viem’s test client asks', async () => {
    const test = client()
    await node.ask('evm_setAutomine', true)
    const [from, to] = [account(0), account(1)] as const
    const send = () =>
      test.sendTransaction({ account: from, to, value: 1n, chain: null, type: 'legacy' })
    const before = await test.getBalance({ address: to })
    const id = await test.snapshot()
    const { blockNumber } = await test.waitForTransactionReceipt({ hash: await send() })
    assert.equal(await test.getBalance({ address: to }), before + 1n)
    await test.mine({ blocks: 3 })
    const { number, timestamp } = await test.getBlock()
    assert.equal(number, blockNumber + 3n)
    await test.increaseTime({ seconds: 3600 })
    await test.mine({ blocks: 1 })
    assert.ok((await test.getBlock()).timestamp >= timestamp + 3600n)
    await test.setNextBlockTimestamp({ timestamp: timestamp + 10_000n })
    await test.mine({ blocks: 1 })
    assert.equal((await test.getBlock()).timestamp, timestamp + 10_000n)
    await test.revert({ id })
    assert.equal(await test.getBalance({ address: to }), before)
    assert.equal(await test.getBlockNumber({ cacheTime: 0 }), blockNumber - 1n)
    await test.waitForTransactionReceipt({ hash: await send() })
    assert.equal(await test.getBalance({ address: to }), before + 1n)
  })

  it('takes numbers in every form that tools send', async () => {
    await node.ask('evm_setAutomine', false)
    assert.equal(await node.ask('evm_mine'), '0x0')
    const { timestamp } = await node.ask<{ timestamp: string }>(
      'eth_getBlockByNumber',
      'latest',
      false,
    )
    const now = Number(timestamp)
    assert.equal(await node.ask('evm_mine', now + 10), '0x0')
    assert.equal(await node.ask('evm_mine', `0x${(now + 20).toString(16)}`), '0x0')
    assert.equal(await node.ask('evm_mine', { blocks: 2, timestamp: String(now + 30) }), '0x0')
    assert.equal(await node.ask('evm_setNextBlockTimestamp', now + 40), null)
    const moved = await node.ask<number>('evm_increaseTime', '0x0a')
    assert.equal(await node.ask('evm_increaseTime', 10), moved + 10)
    assert.equal(await node.ask('evm_revert', '0x7fffffffffffffff'), false)
    for (const [method, ...params] of [
      ['evm_mine', -1],
      ['evm_mine', 'soon'],
      ['evm_mine', { block: 1 }],
      ['evm_increaseTime', 1.5],
      ['evm_increaseTime', '0x8000000000000000'],
      ['evm_setNextBlockTimestamp', 1],
      ['evm_setAutomine', 'yes'],
      ['evm_revert'],
    ] as const) {
      const { error } = await node.answer(method, ...params)
      assert.equal(error?.code, -32602, `${method} ${JSON.stringify(params)}`)
    }
  })

  it('leaves a transaction in the pool while automine is off', async () => {
    await node.ask('evm_setAutomine', false)
    const hash = await node.ask('eth_sendTransaction', { from: account(2), to: account(3) })
    assert.equal(await node.ask('eth_getTransactionReceipt', hash), null)
    const [latest] = await node.askAll<string>([['eth_blockNumber']])
    await node.ask('evm_mine')
    const receipt = await node.ask<{ blockNumber: string }>('eth_getTransactionReceipt', hash)
    assert.equal(BigInt(receipt.blockNumber), BigInt(latest!) + 1n)
  })

  it('builds a block without making it', async () => {
    const { hash, timestamp } = await node.ask<Record<'hash' | 'timestamp', string>>(
      'eth_getBlockByNumber',
      'latest',
      false,
    )
    const attributes = {
      timestamp: `0x${(Number(timestamp) + 1).toString(16)}`,
      prevRandao: `0x${'00'.repeat(32)}`,
      suggestedFeeRecipient: `0x${'00'.repeat(20)}`,
      withdrawals: [],
      parentBeaconBlockRoot: `0x${'01'.repeat(32)}`,
    }
    const built = await node.ask<{ executionPayload: { parentHash: string; extraData: string } }>(
      'testing_buildBlockV1',
      hash,
      attributes,
      [],
      '0xabcd',
    )
    assert.equal(built.executionPayload.parentHash, hash)
    assert.equal(built.executionPayload.extraData, '0xabcd')
    const { error } = await node.answer('testing_buildBlockV1', hash, attributes, ['0x50c0'])
    assert.equal(error?.code, -32000)
    const after = await node.ask<{ hash: string }>('eth_getBlockByNumber', 'latest', false)
    assert.equal(after.hash, hash)
  })

  it('is whole after each kill in the middle of a revert', async () => {
    await node.stop()
    const low: number[] = []
    for (let round = 0; round < 4; round++) {
      node = await bench.node('dev', '--genesis', file, '--data', bench.path('data'))
      await node.ask('evm_setAutomine', true)
      const target = Number(await node.ask<string>('eth_blockNumber'))
      const id = await node.ask<string>('evm_snapshot')
      for (let sent = 0; sent < 20; sent++) {
        const call = [
          'eth_sendTransaction',
          { from: account(sent % 10), to: account(3), value: '0x1' },
        ] as const
        await node.receipt(await node.ask<string>(...call))
        await node.ask('evm_mine', { blocks: 30 })
      }
      const head = Number(await node.ask<string>('eth_blockNumber'))
      const reverting = node.answer('evm_revert', id).catch(() => undefined)
      await setTimeout(15 + round * 40)
      await node.command.kill('SIGKILL')
      await reverting
      const verified = await bench.run(
        'db',
        'verify',
        '--data',
        bench.path('data'),
        '--from',
        '0',
        '--json',
      )
      assert.equal(verified.code, 0, verified.stderr)
      const { head: left } = JSON.parse(verified.stdout) as { head: number }
      assert.ok(left >= target && left <= head, `${target} <= ${left} <= ${head}`)
      low.push((head - left) / (head - target))
    }
    assert.ok(
      low.some((share) => share > 0),
      `no kill fell into a revert: ${low.join(' ')}`,
    )
    node = await bench.node('dev', '--genesis', file, '--data', bench.path('data'))
    const hash = await node.ask<string>('eth_sendTransaction', { from: account(0), to: account(3) })
    assert.ok(await node.receipt(hash))
  })

  it('keeps its data from commands while it runs', async () => {
    for (const command of ['export', 'verify', 'prune']) {
      const more = { export: [bench.path('x.pars')], verify: [], prune: ['--keep', '1'] }[command]!
      const ended = await bench.run('db', command, ...more, '--data', bench.path('data'))
      assertRefused(ended, exitCodes.data, /STORE_LOCKED/)
    }
    const refused = await bench.run(
      'db',
      'import',
      bench.path('none'),
      '--data',
      bench.path('data'),
      '--json',
    )
    assert.equal(failureIn(refused).code, 'NODE_IMPORT_FOLDER')
  })

  it('is none where it was not started by pars dev', async () => {
    const other = await bench.node('run', '--genesis', file, '--data', bench.path('run'))
    await assertWithout(other)
    await other.stop()
  })
})

describe('validators of a development network', function () {
  this.timeout(120_000)

  it('have no methods that hold time and blocks, and prove what is final', async () => {
    await using bench = new Bench()
    const cluster = await Cluster.create(bench)
    await cluster.start(...cluster.all)
    const node = cluster.at(0)
    await assertWithout(node)
    const hash = await node.ask<string>('eth_sendTransaction', { from: account(0), to: account(1) })
    const { blockNumber } = await node.receipt<{ blockNumber: string }>(hash)
    let answer = await node.answer('pars_getFinality', blockNumber)
    for (
      ;
      answer.error?.code === -32001;
      answer = await node.answer('pars_getFinality', blockNumber)
    ) {
      await setTimeout(100)
    }
    const proof = answer.result as FinalityProof
    const validators = await node.ask<{
      validators: { publicKey: string; stake: string; isConnected: boolean }[]
      quorumStake: string
    }>('pars_getValidators')
    assert.equal(validators.validators.length, 4)
    const { validators: members } = cluster.devnet.genesis
    assert.deepEqual(
      validators.validators.map(({ publicKey }) => publicKey),
      members.map(({ publicKey }) => `0x${publicKey.toHex()}`),
    )
    verifyFinality(proof, {
      genesisHash: genesisHash(cluster.devnet.genesis),
      epoch: 0,
      committee: members,
    })
    const tips = await node.ask<{ author: number; round: number }[]>('pars_getDagTips')
    assert.deepEqual(
      tips.map(({ author }) => author),
      [0, 1, 2, 3],
    )
    const { error } = await node.answer('pars_getCheckpoint', '0x5')
    assert.equal(error?.code, -32001)
    assert.match(error.message, /1024 blocks/)

    const last = cluster.at(3)
    while ((await last.answer('pars_getFinality', blockNumber)).error?.code === -32001) {
      await setTimeout(100)
    }
    await cluster.kill(3, 'SIGTERM')
    const { data } = cluster.devnet.places[3]!
    const file = bench.path('chain.pars')
    const copy = bench.path('copy')
    const exported = await bench.run('db', 'export', file, '--data', data)
    assert.equal(exported.code, 0, exported.stderr)
    const imported = await bench.run('db', 'import', file, '--data', copy, '--json')
    assert.equal(imported.code, 0, imported.stderr)
    const { head, vouched } = JSON.parse(imported.stdout) as {
      readonly head: number
      readonly vouched: { readonly height: number; readonly by: string }
    }
    assert.equal(vouched.by, 'attestations')
    assert.ok(vouched.height > 0 && vouched.height <= head)
    const [peer] = members
    const [, listens] = /(\/ip4\/127\.0\.0\.1\/tcp\/\d+)/.exec(
      readFileSync(cluster.devnet.places[0]!.config, 'utf8'),
    )!
    const parameters = [
      '--listen',
      '/ip4/127.0.0.1/tcp/0',
      '--peers',
      `${listens}/p2p/${peer!.peerId}`,
    ]
    const genesis = path.join(copy, 'genesis.json')
    const follower = await bench.node('run', '--genesis', genesis, '--data', copy, ...parameters)
    for (let number = 0; number <= head + 2;) {
      number = Number(await follower.ask<string>('eth_blockNumber'))
      await setTimeout(100)
    }
  })
})
