import assert from 'node:assert/strict'

import { concat, fixed, hex, utf8 } from '#base'
import { keccak256 } from '#crypto'
import { methods } from '#rpc'

import {
  account,
  contracts,
  emitterTopic,
  type FixtureChain,
  gwei,
  networkId,
  sign,
} from './fixture-chain.ts'
import { call, serve, type Served } from './fixture-server.ts'

const zeroHash = hex(new Uint8Array(32))

describe('rpc methods', () => {
  let served: Served
  let chain: FixtureChain
  let url: string

  before(async () => {
    served = await serve()
    ;({ chain, url } = served)
  })
  after(() => served.server.close())

  /** The result of a call, held against the method's own description of it. */
  async function result(method: string, params: readonly unknown[] = []): Promise<unknown> {
    const answer = await call(url, method, params)
    assert.equal(answer.error, undefined, JSON.stringify(answer.error))
    const definition = methods.find(({ name }) => name === method)
    assert.notEqual(definition, undefined)
    assert.deepEqual(definition!.result.safeParse(answer.result).error, undefined)
    return answer.result
  }

  async function fails(method: string, params: readonly unknown[], code: number): Promise<string> {
    const { error } = await call(url, method, params)
    assert.equal(error?.code, code, JSON.stringify(error))
    return error.message
  }

  async function find(filter: object): Promise<string[]> {
    const logs = (await result('eth_getLogs', [filter])) as { data: string }[]
    return logs.map(({ data }) => BigInt(data).toString())
  }

  it('names the chain, the network and the node', async () => {
    assert.equal(await result('eth_chainId'), '0x1c3b')
    assert.equal(await result('net_version'), '7227')
    assert.equal(await result('net_listening'), false)
    assert.equal(await result('pars_networkId'), hex(networkId))
    assert.equal(await result('web3_clientVersion'), 'pars/test')
    assert.equal(await result('eth_syncing'), false)
    assert.equal(await result('eth_blockNumber'), '0x2')
    assert.equal(await result('web3_sha3', ['0x68656c6c6f']), hex(keccak256(utf8('hello'))))
  })

  it('prices gas above the next base fee', async () => {
    assert.equal(await result('eth_maxPriorityFeePerGas'), '0x3b9aca00')
    assert.equal(await result('eth_gasPrice'), `0x${(2n * gwei).toString(16)}`)
  })

  it('takes every form of a block reference', async () => {
    const forms = [
      'earliest',
      'latest',
      'safe',
      'finalized',
      'pending',
      '0x0',
      '0x2',
      hex(chain.head.hash),
      { blockNumber: '0x1' },
      { blockHash: hex(chain.head.hash) },
      { blockHash: hex(chain.head.hash), requireCanonical: true },
      null,
    ]
    for (const form of forms) {
      assert.equal(await result('eth_getBalance', [account(0), form]), '0xd3c21bcecceda1000000')
    }
    assert.equal(await result('eth_getBalance', [account(0)]), '0xd3c21bcecceda1000000')
    assert.equal(await result('eth_getBalance', [hex(fixed(7, 20))]), '0x0')
  })

  it('refuses what is not a block reference', async () => {
    const forms = ['0x00', '0x', '2', 'LATEST', '0x1g', 2, true, {}, [], { blockNumber: 1 }]
    const mixed = { blockNumber: '0x1', blockHash: zeroHash }
    for (const form of [...forms, mixed, { blockHash: '0x1' }, `${zeroHash}00`]) {
      await fails('eth_getBalance', [account(0), form], -32602)
    }
  })

  it('says when state is asked of a block that is unknown', async () => {
    for (const [method, ...params] of [
      ['eth_getBalance', account(0)],
      ['eth_getCode', account(0)],
      ['eth_getTransactionCount', account(0)],
      ['eth_getStorageAt', account(0), '0x0'],
      ['eth_getProof', account(0), []],
      ['eth_call', {}],
      ['eth_estimateGas', {}],
      ['pars_getNonce', account(0), '0x1'],
    ] as const) {
      await fails(method, [...params, '0x3e8'], -32000)
      await fails(method, [...params, { blockHash: zeroHash }], -32000)
    }
  })

  it('reads code, storage and proofs', async () => {
    assert.equal(await result('eth_getCode', [hex(contracts.echo)]), '0xfe')
    assert.equal(await result('eth_getCode', [account(0), 'latest']), '0x')
    for (const slot of ['0x0', '0x', '0x00', zeroHash, '0xABC']) {
      assert.equal(await result('eth_getStorageAt', [account(0), slot, 'latest']), zeroHash)
    }
    await fails('eth_getStorageAt', [account(0), `${zeroHash}0`, 'latest'], -32602)
    await fails('eth_getStorageAt', [account(0), '0xzz', 'latest'], -32602)
  })

  it('repeats proof keys as they were asked: whole words whole, shorter ones as quantities', async () => {
    const proof = await result('eth_getProof', [account(0), ['0x00', '0x0A', zeroHash]])
    const { storageProof } = proof as { storageProof: { key: string; value: string }[] }
    assert.deepEqual(
      storageProof.map(({ key, value }) => [key, value]),
      [
        ['0x0', '0x0'],
        ['0xa', '0xa'],
        [zeroHash, '0x0'],
      ],
    )
    const many = Array.from({ length: 1025 }, () => '0x0')
    await fails('eth_getProof', [account(0), many], -32602)
  })

  it('counts the pending nonce with the pool and lanes from their slots', async () => {
    const fresh = await serve()
    const ask = async (method: string, ...params: unknown[]): Promise<unknown> =>
      (await call(fresh.url, method, params)).result
    assert.equal(await ask('eth_getTransactionCount', account(3), 'pending'), '0x1')
    await fresh.chain.pool.submit(sign(3, { nonce: 1n }).wire, { kind: 'client', id: 'test' })
    assert.equal(await ask('eth_getTransactionCount', account(3), 'pending'), '0x2')
    assert.equal(await ask('eth_getTransactionCount', account(3), 'latest'), '0x1')
    assert.equal(await ask('pars_getNonce', account(3), '0x0', 'pending'), '0x2')
    assert.equal(await ask('pars_getNonce', account(2), '0x5', 'latest'), '0x1')
    assert.equal(await ask('pars_getNonce', account(2), '0x6'), '0x0')
    await fresh.server.close()
  })

  it('gives blocks without totalDifficulty, by number, tag and hash', async () => {
    const byNumber = (await result('eth_getBlockByNumber', ['0x1', false])) as {
      hash: string
      transactions: string[]
    }
    const placed = chain.blocks[1]!
    assert.equal(byNumber.hash, hex(placed.hash))
    assert.deepEqual(
      byNumber.transactions,
      placed.transactions.map(({ hash }) => hex(hash)),
    )
    assert.equal('totalDifficulty' in byNumber, false)
    assert.deepEqual(await result('eth_getBlockByHash', [byNumber.hash, false]), byNumber)
    assert.deepEqual(await result('eth_getBlockByHash', [byNumber.hash]), byNumber)
    assert.equal(await result('eth_getBlockByNumber', ['0x3e8', true]), null)
    assert.equal(await result('eth_getBlockByHash', [zeroHash, true]), null)
    await fails('eth_getBlockByNumber', [zeroHash, true], -32602)
    for (const tag of ['latest', 'safe', 'finalized', 'pending', '0x2']) {
      const { number } = (await result('eth_getBlockByNumber', [tag, true])) as { number: string }
      assert.equal(number, '0x2')
    }
  })

  it('counts transactions and ommers, and null for a block that is unknown', async () => {
    const hash = hex(chain.blocks[1]!.hash)
    assert.equal(await result('eth_getBlockTransactionCountByHash', [hash]), '0x2')
    assert.equal(await result('eth_getBlockTransactionCountByNumber', ['0x0']), '0x0')
    assert.equal(await result('eth_getUncleCountByBlockHash', [hash]), '0x0')
    assert.equal(await result('eth_getUncleCountByBlockNumber', ['latest']), '0x0')
    assert.equal(await result('eth_getUncleCountByBlockNumber', ['0x99']), null)
    assert.equal(await result('eth_getBlockTransactionCountByHash', [zeroHash]), null)
  })

  it('renders a 0x50 transaction with its post-quantum fields and never a signature', async () => {
    const [, second] = chain.blocks[1]!.transactions
    const transaction = (await result('eth_getTransactionByHash', [hex(second!.hash)])) as Record<
      string,
      unknown
    >
    assert.equal(transaction['hash'], hex(second!.hash))
    assert.equal(transaction['type'], '0x50')
    assert.equal(transaction['from'], account(1))
    assert.equal(transaction['to'], account(9))
    assert.equal(transaction['input'], hex(utf8('hello')))
    assert.equal(transaction['gasPrice'], `0x${(2n * gwei).toString(16)}`)
    assert.equal(transaction['maxFeePerGas'], `0x${(10n * gwei).toString(16)}`)
    assert.equal(transaction['pqAlgorithm'], '0x65')
    assert.equal((transaction['pqPublicKey'] as string).length, 2 + 2 * 1952)
    assert.equal((transaction['pqSignature'] as string).length, 2 + 2 * 3309)
    assert.equal('pqKeyHash' in transaction, false)
    assert.equal('signature' in transaction, false)
    for (const field of ['v', 'r', 's', 'yParity']) assert.equal(transaction[field], '0x0')
    const wireHash = hex(keccak256(second!.wire))
    assert.deepEqual(await result('eth_getTransactionByHash', [wireHash]), transaction)
    const place = [hex(chain.blocks[1]!.hash), '0x1'] as const
    assert.deepEqual(await result('eth_getTransactionByBlockHashAndIndex', place), transaction)
    const numbered = await result('eth_getTransactionByBlockNumberAndIndex', ['0x1', '0x1'])
    assert.deepEqual(numbered, transaction)
  })

  it('renders a lane transaction that names its key by hash', async () => {
    const [placed] = chain.head.transactions
    const transaction = await result('eth_getTransactionByHash', [hex(placed!.hash)])
    const { nonceKey, validUntil, pqKeyHash, accessList } = transaction as Record<string, unknown>
    assert.equal(nonceKey, '0x5')
    assert.equal(validUntil, '0x713fb300')
    assert.equal((pqKeyHash as string).length, 66)
    assert.deepEqual(accessList, [
      { address: hex(contracts.echo), storageKeys: [hex(fixed(1, 32))] },
    ])
    assert.equal('pqPublicKey' in (transaction as object), false)
  })

  it('gives a pooled transaction without a place', async () => {
    const fresh = await serve()
    const { wire, hash } = sign(4, { nonce: 1n })
    const sent = await call(fresh.url, 'eth_sendRawTransaction', [hex(wire)])
    assert.equal(sent.result, hex(hash))
    const { result: pending } = await call(fresh.url, 'eth_getTransactionByHash', [hex(hash)])
    const { blockHash, blockNumber, transactionIndex, blockTimestamp, from } = pending as Record<
      string,
      unknown
    >
    assert.deepEqual(
      [blockHash, blockNumber, transactionIndex, blockTimestamp, from],
      [null, null, null, null, account(4)],
    )
    const receipt = await call(fresh.url, 'eth_getTransactionReceipt', [hex(hash)])
    assert.equal(receipt.result, null)
    await fresh.server.close()
  })

  it('answers null for transactions that are unknown', async () => {
    for (const hash of [zeroHash, hex(keccak256(utf8('none')))]) {
      assert.equal(await result('eth_getTransactionByHash', [hash]), null)
      assert.equal(await result('eth_getTransactionReceipt', [hash]), null)
      assert.equal(await result('eth_getTransactionByBlockHashAndIndex', [hash, '0x0']), null)
    }
    assert.equal(await result('eth_getTransactionByBlockNumberAndIndex', ['0x1', '0x2']), null)
  })

  it('gives receipts with numbered logs and the address of a creation', async () => {
    const receipts = (await result('eth_getBlockReceipts', ['0x1'])) as {
      contractAddress: string | null
      to: string | null
      logs: { logIndex: string; blockTimestamp: string }[]
    }[]
    assert.deepEqual(
      receipts.map(({ contractAddress, to }) => [contractAddress, to]),
      [
        [hex(contracts.echo), null],
        [null, account(9)],
      ],
    )
    assert.deepEqual(
      receipts[1]!.logs.map(({ logIndex, blockTimestamp }) => [logIndex, blockTimestamp]),
      [
        ['0x0', '0x6553f101'],
        ['0x1', '0x6553f101'],
      ],
    )
    const hash = hex(chain.blocks[1]!.transactions[1]!.hash)
    assert.deepEqual(await result('eth_getTransactionReceipt', [hash]), receipts[1])
    assert.deepEqual(await result('eth_getBlockReceipts', ['earliest']), [])
    assert.equal(await result('eth_getBlockReceipts', [zeroHash]), null)
    assert.equal(await result('eth_getBlockReceipts', ['0x37']), null)
  })

  it('takes a raw transaction and charges the machine that it comes from', async () => {
    const fresh = await serve()
    const { wire } = sign(5, { nonce: 1n })
    await call(fresh.url, 'eth_sendRawTransaction', [hex(wire)])
    assert.deepEqual(fresh.chain.submitted, [{ wire, client: 'local' }])
    const again = await call(fresh.url, 'eth_sendRawTransaction', [hex(sign(5).wire)])
    assert.equal(again.error?.code, -32003)
    assert.match(again.error.message, /nonce too low/)
    assert.deepEqual(again.error.data, { code: 'TX_NONCE_TOO_LOW', next: '2', nonce: '0' })
    await fresh.server.close()
  })

  it('refuses ECDSA transactions with the cure', async () => {
    for (const raw of ['0x02c0', '0x01c0', '0x04c0', '0xc0', `0xf8${'00'.repeat(100)}`]) {
      const { error } = await call(url, 'eth_sendRawTransaction', [raw])
      assert.equal(error?.code, -32003)
      assert.equal(error.data?.['code'], 'TX_CLASSICAL')
      assert.match(error.message, /transaction type not supported.*ML-DSA/s)
    }
  })

  it('calls and estimates, taking data and input', async () => {
    const to = hex(contracts.echo)
    assert.equal(await result('eth_call', [{ to, input: '0x1234' }]), '0x1234')
    assert.equal(await result('eth_call', [{ to, data: '0x1234' }, 'latest']), '0x1234')
    const both = { to, data: '0xAB', input: '0xab', type: '0x2', unknown: 1 }
    assert.equal(await result('eth_call', [both, null]), '0xab')
    assert.equal(await result('eth_estimateGas', [{ from: account(0), to }]), '0xd18c')
    const [full] = [
      {
        from: account(0),
        to,
        gas: '0x5208',
        maxFeePerGas: '0x2',
        maxPriorityFeePerGas: '0x1',
        value: '0x3',
        nonce: '0x4',
        chainId: '0x1c3b',
        nonceKey: '0x5',
        pqAlgorithm: '0x65',
        pqPublicKey: '0x0102',
        accessList: [{ address: to, storageKeys: [zeroHash] }],
        authorizationList: [],
      },
    ]
    await result('eth_estimateGas', [full])
    assert.deepEqual(chain.calls.at(-1), {
      from: Uint8Array.fromHex(account(0).slice(2)),
      to: contracts.echo,
      gas: 21_000n,
      maxFeePerGas: 2n,
      maxPriorityFeePerGas: 1n,
      value: 3n,
      nonce: 4n,
      algorithm: 0x65,
      publicKey: Uint8Array.of(1, 2),
      nonceKey: 5n,
      accessList: [[contracts.echo, [new Uint8Array(32)]]],
    })
  })

  it('refuses calls that contradict themselves or ask for what the chain does not have', async () => {
    const wrong = [
      { data: '0x01', input: '0x02' },
      { gasPrice: '0x1', maxFeePerGas: '0x1' },
      { chainId: '0x1' },
      { authorizationList: [{}] },
      { blobVersionedHashes: ['0x01'] },
      { pqAlgorithm: '0x100' },
      { pqAlgorithm: '0x66' },
      { pqAlgorithm: '0x0' },
      { pqPublicKey: '0x1' },
      { to: '0x' },
      { data: '0x1' },
      { value: '1' },
      { gas: '0x01' },
    ]
    for (const request of wrong) {
      await fails('eth_call', [request], -32602)
      await fails('eth_estimateGas', [request], -32602)
    }
    await fails('eth_call', [{}, 'latest', {}, {}, {}], -32602)
  })

  it('answers a revert with code 3, its data and its reason', async () => {
    const to = hex(contracts.revert)
    const abiError = concat(
      Uint8Array.fromHex('08c379a0'),
      fixed(32, 32),
      fixed(10, 32),
      utf8('user error'),
    )
    const panic = concat(Uint8Array.fromHex('4e487b71'), fixed(0x11, 32))
    const hostile = concat(Uint8Array.fromHex('08c379a0'), new Uint8Array(32).fill(255))
    for (const [output, message] of [
      [abiError, 'execution reverted: user error'],
      [panic, 'execution reverted: arithmetic underflow or overflow'],
      [hostile, 'execution reverted'],
      [new Uint8Array(0), 'execution reverted'],
      [utf8('wrong-calldatasize'), 'execution reverted'],
    ] as const) {
      for (const method of ['eth_call', 'eth_estimateGas']) {
        const { error } = await call(url, method, [{ to, input: hex(output) }])
        assert.deepEqual(error, { code: 3, message, data: hex(output) })
      }
    }
    const message = await fails('eth_call', [{ to: hex(contracts.halt) }], -32000)
    assert.equal(message, 'invalid opcode')
  })

  it('finds logs by address, topics, range and block hash', async () => {
    const address = hex(contracts.echo)
    const topic = hex(emitterTopic)
    const one = hex(fixed(1, 32))
    const all = { fromBlock: 'earliest', toBlock: 'latest' }
    assert.deepEqual(await find({}), ['3'])
    assert.deepEqual(await find(all), ['1', '2', '3'])
    assert.deepEqual(await find({ fromBlock: '0x0', toBlock: '0x1' }), ['1', '2'])
    assert.deepEqual(await find({ ...all, address }), ['1', '2', '3'])
    assert.deepEqual(await find({ ...all, address: [account(0), address] }), ['1', '2', '3'])
    assert.deepEqual(await find({ ...all, address: account(0) }), [])
    assert.deepEqual(await find({ ...all, topics: [topic, one] }), ['1'])
    assert.deepEqual(await find({ ...all, topics: [null, [one, hex(fixed(3, 32))]] }), ['1', '3'])
    assert.deepEqual(await find({ ...all, topics: [], address: null }), ['1', '2', '3'])
    assert.deepEqual(await find({ blockHash: hex(chain.blocks[1]!.hash) }), ['1', '2'])
  })

  it('finds logs up to what a committee has attested, where finality is below head', async () => {
    const fresh = await serve()
    const found = async (filter: object) => {
      const { result: logs } = await call(fresh.url, 'eth_getLogs', [filter])
      return (logs as { data: string }[]).map(({ data }) => BigInt(data).toString())
    }
    const all = { fromBlock: 'earliest', toBlock: 'finalized' }
    assert.deepEqual(await found(all), ['1', '2', '3'])
    fresh.chain.finalized = 1
    assert.deepEqual(await found(all), ['1', '2'])
    assert.deepEqual(await found({ ...all, toBlock: 'safe' }), ['1', '2', '3'])
    assert.deepEqual(await found({ fromBlock: 'finalized', toBlock: 'latest' }), ['1', '2', '3'])
    fresh.chain.finalized = 0
    assert.deepEqual(await found(all), [])
    await fresh.server.close()
  })

  it('refuses log filters that no range answers', async () => {
    for (const filter of [
      { fromBlock: '0x2', toBlock: '0x1' },
      { fromBlock: '0x0', toBlock: '0x38' },
      { fromBlock: '0x38' },
      { blockHash: zeroHash, fromBlock: '0x1' },
      { blockHash: '0x1' },
      { topics: [null, null, null, null, null] },
      { topics: ['0x1'] },
      { topics: [[null]] },
      { address: ['0x1'] },
      { address: Array.from({ length: 1001 }, () => account(0)) },
    ]) {
      await fails('eth_getLogs', [filter], -32602)
    }
    await fails('eth_getLogs', [{ blockHash: zeroHash }], -32000)
    await fails('eth_getLogs', [], -32602)
  })

  it('refuses answers with more logs than fit', async () => {
    const fresh = await serve()
    const wide = [{ fromBlock: '0x0', toBlock: 'latest' }]
    const [log] = fresh.chain.head.transactions[0]!.receipt.logs
    Object.assign(log!, { data: new Uint8Array(8 * 1024 * 1024) })
    const heavy = await call(fresh.url, 'eth_getLogs', wide)
    assert.equal(heavy.error?.data?.['code'], 'READ_LOGS_TOO_LARGE')
    assert.equal(heavy.error?.code, -32602)
    await fresh.server.close()
  })

  it('gives the fee history in the forms that clients ask for', async () => {
    const history = {
      oldestBlock: '0x1',
      baseFeePerGas: ['0x3b9aca00', '0x3b9aca00', '0x3b9aca00'],
      gasUsedRatio: [107_288 / 30_000_000, 53_644 / 30_000_000],
    }
    assert.deepEqual(await result('eth_feeHistory', ['0x2', 'latest']), history)
    assert.deepEqual(await result('eth_feeHistory', [2, '0x2', []]), history)
    const reward = [
      ['0x3b9aca00', '0x3b9aca00'],
      ['0x3b9aca00', '0x3b9aca00'],
    ]
    const rewarded = await result('eth_feeHistory', ['0x2', 'latest', [25, 75.5]])
    assert.deepEqual(rewarded, { ...history, reward })
    await result('eth_feeHistory', ['0xffffffff', 'latest', null])
    await fails('eth_feeHistory', ['0x2', '0x99', []], -32000)
    await fails('eth_feeHistory', ['0x2', 'latest', ['1']], -32602)
    await fails('eth_feeHistory', ['0x2', 'latest', 1], -32602)
    await fails('eth_feeHistory', [-1, 'latest'], -32602)
    await fails('eth_feeHistory', [0.5, 'latest'], -32602)
  })
})
