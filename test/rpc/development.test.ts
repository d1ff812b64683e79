import assert from 'node:assert/strict'

import { fixed, Fault, hex } from '#base'
import type { BuildRequest, BuiltBlock } from '#chain'
import { type BlockBuilder, type ConsensusFace, type DevFace, methods, sealer } from '#rpc'

import { call, serve, type Served } from './fixture-server.ts'

/** Notes what it is told. */
class NotedDev implements DevFace, BlockBuilder {
  readonly told: unknown[][] = []
  built: (request: BuildRequest) => Promise<BuiltBlock> = () => Promise.reject(new Error('unset'))

  async snapshot(): Promise<bigint> {
    return 17n
  }
  async revert(id: bigint): Promise<boolean> {
    this.told.push(['revert', id])
    return id === 17n
  }
  async mine(request: { readonly blocks: bigint; readonly timestamp?: bigint }): Promise<void> {
    this.told.push(['mine', request])
  }
  async setNextBlockTimestamp(timestamp: bigint): Promise<void> {
    if (timestamp === 0n) throw new Fault({ code: 'NODE_TIME_BACK', timestamp }, 'later')
    this.told.push(['next', timestamp])
  }
  increaseTime(seconds: bigint): bigint {
    this.told.push(['increase', seconds])
    return seconds + 1n
  }
  async setAutomine(isOn: boolean): Promise<void> {
    this.told.push(['automine', isOn])
  }
  async setIntervalMining(milliseconds: number): Promise<void> {
    this.told.push(['interval', milliseconds])
  }
  build(request: BuildRequest): Promise<BuiltBlock> {
    return this.built(request)
  }
}

const names = methods
  .filter(({ needs }) => needs === 'dev' || needs === 'builder')
  .map(({ name }) => name)

async function result(url: string, method: string, ...params: readonly unknown[]) {
  const answer = await call(url, method, params)
  assert.equal(answer.error, undefined, JSON.stringify(answer.error))
  const definition = methods.find(({ name }) => name === method)
  assert.deepEqual(definition?.result.safeParse(answer.result).error, undefined)
  return answer.result
}

describe('methods for tests', () => {
  let served: Served
  let dev: NotedDev
  before(async () => {
    dev = new NotedDev()
    served = await serve({ dev, builder: dev })
  })
  after(() => served.server.close())
  beforeEach(() => {
    dev.told.length = 0
  })

  it('are evm_ and testing_, and exist with a development node alone', async () => {
    assert.ok(names.length >= 8)
    assert.ok(names.every((name) => /^(?:evm|testing)_/.test(name)))
    assert.ok(
      methods.every(({ name, needs }) => !/^(?:evm|testing)_/.test(name) || needs !== undefined),
    )
    const plain = await serve()
    try {
      for (const name of names) {
        const { error } = await call(plain.url, name)
        assert.equal(error?.code, -32601, name)
      }
    } finally {
      await plain.server.close()
    }
  })

  it('pass on what they were told', async () => {
    const { url } = served
    assert.equal(await result(url, 'evm_snapshot'), '0x11')
    assert.equal(await result(url, 'evm_revert', '0x11'), true)
    assert.equal(await result(url, 'evm_revert', 18), false)
    await result(url, 'evm_mine')
    await result(url, 'evm_mine', null)
    await result(url, 'evm_mine', 5)
    await result(url, 'evm_mine', '0x05')
    await result(url, 'evm_mine', { blocks: '0x2', timestamp: 7 })
    await result(url, 'evm_mine', { blocks: null })
    assert.equal(await result(url, 'evm_setNextBlockTimestamp', '1700000000'), null)
    assert.equal(await result(url, 'evm_increaseTime', 3600), 3601)
    assert.equal(await result(url, 'evm_setAutomine', false), true)
    assert.equal(await result(url, 'evm_setIntervalMining', 500), true)
    assert.deepEqual(dev.told, [
      ['revert', 17n],
      ['revert', 18n],
      ['mine', { blocks: 1n }],
      ['mine', { blocks: 1n }],
      ['mine', { blocks: 1n, timestamp: 5n }],
      ['mine', { blocks: 1n, timestamp: 5n }],
      ['mine', { blocks: 2n, timestamp: 7n }],
      ['mine', { blocks: 1n }],
      ['next', 1_700_000_000n],
      ['increase', 3600n],
      ['automine', false],
      ['interval', 500],
    ])
    const { error } = await call(url, 'evm_setNextBlockTimestamp', [0])
    assert.equal(error?.code, -32602)
    assert.equal(error.data?.['code'], 'NODE_TIME_BACK')
  })

  it('show a block that was built as Ethereum’s document has it', async () => {
    const { url, chain } = served
    const header = { ...chain.head.header, extraData: fixed(5, 2) }
    let asked: BuildRequest | undefined
    dev.built = async (request) => {
      asked = request
      const transactions = request.transactions ?? []
      const { hash } = chain.head
      return {
        hash,
        header,
        transactions,
        withdrawals: request.withdrawals,
        value: 9n,
        requests: [],
      }
    }
    const attributes = {
      timestamp: '0x228',
      prevRandao: hex(fixed(1, 32)),
      suggestedFeeRecipient: hex(fixed(2, 20)),
      withdrawals: [
        { index: '0x1', validatorIndex: '0x2', address: hex(fixed(3, 20)), amount: '0x4' },
      ],
      parentBeaconBlockRoot: hex(fixed(4, 32)),
    }
    const parent = hex(chain.head.hash)
    const given = [parent, attributes, ['0x1234'], '0x'] as const
    const shown = (await result(url, 'testing_buildBlockV1', ...given)) as {
      readonly executionPayload: Readonly<Record<string, unknown>>
      readonly blockValue: string
    }
    assert.equal(shown.blockValue, '0x9')
    assert.deepEqual(shown.executionPayload['transactions'], ['0x1234'])
    assert.deepEqual(shown.executionPayload['withdrawals'], attributes.withdrawals)
    assert.equal(shown.executionPayload['extraData'], '0x0005')
    assert.deepEqual(asked?.extraData, new Uint8Array(0))
    await result(url, 'testing_buildBlockV1', parent, attributes, null)
    assert.equal(asked?.transactions, undefined)
    assert.equal(asked?.extraData, undefined)
    dev.built = () => Promise.reject(new Fault({ code: 'TX_NONCE_GAP' }, 'nonce too high'))
    const { error } = await call(url, 'testing_buildBlockV1', given)
    assert.deepEqual([error?.code, error?.data], [-32000, undefined])
    for (const wrong of [
      [parent, attributes],
      [parent, attributes, [1]],
      ['0x12', attributes, []],
      [parent, { ...attributes, more: 1 }, []],
    ]) {
      assert.equal((await call(url, 'testing_buildBlockV1', wrong)).error?.code, -32602)
    }
  })
})

const digest = '5a'.repeat(32)

const order: ConsensusFace = {
  committee: () => ({
    epoch: 0,
    root: fixed(9, 32),
    total: 3n,
    quorum: 3n,
    members: [
      {
        publicKey: fixed(1, 1952),
        stake: 3n,
        account: fixed(2, 20),
        peer: 'somebody',
        isConnected: true,
        round: 12,
      },
    ],
  }),
  tips: () => [{ author: 0, round: 12, digest }],
  prove: async ({ height }) =>
    height === 1
      ? [{ author: 0, core: fixed(1, 198), attestations: fixed(2, 40), signature: fixed(3, 3309) }]
      : undefined,
  checkpointInterval: 1024,
  async checkpoint(height) {
    if (height !== 'latest' && height !== 1024) return undefined
    const checkpoint = {
      version: 1,
      chainId: 7227n,
      genesisHash: digest,
      epoch: 0,
      height: 1024,
      blockHash: digest,
      stateRoot: digest,
      historyRoot: digest,
      committeeRoot: digest,
      nextCommitteeRoot: digest,
    }
    return { checkpoint, signatures: [{ author: 0, signature: fixed(3, 3309) }] }
  },
}

describe('methods about the order', () => {
  let served: Served
  before(async () => {
    served = await serve({ node: { ...sealer, consensus: order } })
  })
  after(() => served.server.close())

  it('show validators, tips, attestations and checkpoints', async () => {
    const { url } = served
    const { validators, quorumStake } = (await result(url, 'pars_getValidators')) as {
      readonly validators: readonly { readonly index: number; readonly stake: string }[]
      readonly quorumStake: string
    }
    assert.deepEqual([validators[0]?.index, validators[0]?.stake, quorumStake], [0, '0x3', '0x3'])
    assert.deepEqual(await result(url, 'pars_getDagTips'), [
      { author: 0, round: 12, digest: `0x${digest}` },
    ])
    for (const block of ['0x1', hex(served.chain.blocks[1]!.hash)]) {
      const proof = (await result(url, 'pars_getFinality', block)) as { readonly number: string }
      assert.equal(proof.number, '0x1')
    }
    for (const height of [[], [null], ['0x400']]) {
      const found = (await result(url, 'pars_getCheckpoint', ...height)) as { height: string }
      assert.equal(found.height, '0x400')
    }
  })

  it('say what this node does not have', async () => {
    const { url } = served
    const codeOf = async (method: string, ...params: unknown[]) =>
      (await call(url, method, params)).error?.data?.['code']
    for (const block of ['earliest', 'latest', '0x0']) {
      assert.equal(await codeOf('pars_getFinality', block), 'RPC_FINALITY_UNPROVEN')
    }
    assert.equal(await codeOf('pars_getFinality', '0x77'), 'RPC_BLOCK_UNKNOWN')
    for (const height of ['0x1', '0x0', '0xffffffffffffffff']) {
      assert.equal(await codeOf('pars_getCheckpoint', height), 'RPC_CHECKPOINT_UNKNOWN')
    }
    assert.equal(await codeOf('pars_getCheckpoint', 'latest'), 'RPC_PARAMS_INVALID')
  })

  it('say that a network without a committee has none', async () => {
    const alone = await serve()
    try {
      for (const [method, ...params] of [
        ['pars_getValidators'],
        ['pars_getDagTips'],
        ['pars_getFinality', 'latest'],
        ['pars_getCheckpoint'],
      ] as const) {
        const { error } = await call(alone.url, method, params)
        assert.equal(error?.data?.['code'], 'RPC_COMMITTEE_ABSENT', method)
      }
    } finally {
      await alone.server.close()
    }
  })
})
