import assert from 'node:assert/strict'

import { fixed, hex, type Hex, quantity, unhex, utf8 } from '#base'
import { sha3_256 } from '#crypto'

import { type BuiltModel, buildModel } from '../../node/models/built.ts'
import { callOf } from '../../node/models/contracts.ts'
import { claimPartsOf, witnessOf } from '../../node/models/inference.ts'
import { challengeCall, claimCall } from '../../node/models/parties.ts'
import type { Call } from '../../node/sender.ts'
import { limits } from '../../rpc/limits.ts'
import { methods } from '../../rpc/methods/index.ts'
import { type Account, Network } from '../chain/attacks/network.ts'
import { alice, bob, carol } from '../contracts/scene.ts'
import { classifier, perceptron } from '../e2e/models.ts'
import { call, type JsonRpcAnswer, serve, type Served } from './fixture-server.ts'
import { GovernedChain } from './governed-chain.ts'

interface Model {
  readonly id: Hex
  readonly name: string
  readonly version: number
  readonly owner: Hex
  readonly status: string
}

interface Page<Item extends 'claims' | 'models'> {
  readonly total: number
  readonly next: number | null
  readonly claims: Item extends 'claims' ? readonly Claim[] : never
  readonly models: Item extends 'models' ? readonly Model[] : never
}

interface Moment {
  readonly timestamp: number
  readonly height: Hex
}

interface Claim {
  readonly id: Hex
  readonly status: string
  readonly tier: string | null
  readonly model: Hex
  readonly made: Moment
  readonly openChallenges: number
  readonly totalChallenges: number
}

interface WholeClaim extends Claim {
  readonly windowEnds: Moment
  readonly challenges: readonly {
    readonly number: number
    readonly status: string
    readonly turn: string
    readonly challenger: Hex
    readonly since: Moment
    readonly turnEnds: Moment | null
  }[]
}

const bond = 10n ** 17n
const nobodys = `0x${'1'.repeat(64)}`
const committed = buildModel(perceptron(), 'committed')
const executable = buildModel(classifier(), 'executable')
const input = Uint8Array.from({ length: 64 }, (_, index) => (index * 37) % 251)

const idsOf = ({ models, claims }: Partial<Page<'models'> | Page<'claims'>>): readonly Hex[] =>
  (models ?? claims ?? []).map(({ id }) => id)

describe('models over JSON-RPC', function () {
  this.timeout(60_000)
  let network: Network
  let chain: GovernedChain
  let served: Pick<Served, 'server' | 'url'>
  beforeEach(async () => {
    network = await Network.start()
    chain = new GovernedChain(network)
    served = await serve({ chain })
  })
  afterEach(async () => {
    await served.server.close()
    await network.close()
  })

  const answer = (method: string, ...params: readonly unknown[]): Promise<JsonRpcAnswer> =>
    call(served.url, method, params)

  /** The result, which has the form that the reference gives it. */
  async function ask<Result>(method: string, ...params: readonly unknown[]): Promise<Result> {
    const { result, error } = await answer(method, ...params)
    assert.equal(error, undefined, JSON.stringify(error))
    methods.find(({ name }) => name === method)!.result.parse(result)
    return result as Result
  }

  const modelsOf = (...params: readonly unknown[]) =>
    ask<Page<'models'>>('pars_getModels', ...params)
  const claimsOf = (...params: readonly unknown[]) =>
    ask<Page<'claims'>>('pars_getClaims', ...params)
  const claimOf = (...params: readonly unknown[]) => ask<WholeClaim>('pars_getClaim', ...params)

  async function send(
    from: Account,
    { to, data, value = 0n }: Call,
  ): Promise<readonly Uint8Array[]> {
    const fields = { to: unhex(to), data: unhex(data), value, gasLimit: 15_000_000n }
    const receipt = await network.run(from, fields)
    assert.equal(receipt?.status, 1)
    return receipt.logs[0]?.topics ?? []
  }

  async function draft(from: Account, name: string, built: BuiltModel): Promise<Hex> {
    const kind = built.kind === 'committed' ? 1n : 0n
    const texts = [{ bytes: utf8('MIT') }, { bytes: utf8('{"of":"a test"}') }] as const
    const facts = [unhex(built.hash), BigInt(built.bytes.length), 1n, kind] as const
    const signature = 'register(string,bytes32,uint64,uint64,uint8,string,string)'
    const values = [{ bytes: utf8(name) }, ...facts, ...texts]
    const [, id] = await send(from, callOf('models', signature, values))
    return hex(id!)
  }

  async function active(from: Account, name: string, built: BuiltModel): Promise<Hex> {
    const id = await draft(from, name, built)
    const terms = [60n, 5n, 10n, 2n, bond, fixed(0, 32), 0n] as const
    const setTerms = 'setTerms(bytes32,uint64,uint64,uint64,uint64,uint256,bytes32,uint64)'
    await send(from, callOf('models', setTerms, [unhex(id), ...terms]))
    const chunk = [unhex(id), 0n, { bytes: built.bytes }]
    await send(from, callOf('models', 'putChunk(bytes32,uint64,bytes)', chunk))
    await send(from, callOf('models', 'finalize(bytes32)', [unhex(id)]))
    return id
  }

  async function claimed(from: Account, model: Hex): Promise<Hex> {
    const parts = claimPartsOf(witnessOf(committed, input))
    const [, id] = await send(from, claimCall({ model, input, ...parts }, bond))
    return hex(id!)
  }

  it('lists models by pages, of one owner, and the versions of a name', async () => {
    assert.deepEqual(await modelsOf(), { total: 0, next: null, models: [] })
    const [sorter, other] = [
      await draft(alice, 'sorter', committed),
      await draft(bob, 'other', committed),
    ]
    const again = await draft(alice, 'sorter', executable)
    const all = await modelsOf(null, 0, 2)
    assert.deepEqual([all.total, all.next, ...idsOf(all)], [3, 2, sorter, other])
    const rest = await modelsOf(null, '0x2')
    assert.deepEqual([rest.total, rest.next, ...idsOf(rest)], [3, null, again])
    const beyond = await modelsOf(null, 7)
    assert.deepEqual([beyond.total, beyond.next, ...idsOf(beyond)], [3, null])
    const own = await modelsOf({ owner: hex(bob.address) }, 0, 1)
    assert.deepEqual([own.next, ...idsOf(own)], [1], 'a page may be empty and not the last')
    assert.deepEqual(idsOf(await modelsOf({ owner: hex(bob.address) })), [other])
    const named = { publisher: hex(alice.address), name: 'sorter' }
    const versions = await modelsOf(named)
    assert.deepEqual(
      [versions.total, ...versions.models.map(({ version }) => version), ...idsOf(versions)],
      [2, 1, 2, sorter, again],
    )
    const second = await modelsOf(named, 1)
    assert.deepEqual([second.next, ...idsOf(second)], [null, again])
    const none = { ...named, publisher: hex(bob.address) }
    assert.deepEqual(await modelsOf(none), { total: 0, next: null, models: [] })
  })

  it('finds a model of another owner under its publisher', async () => {
    const id = await draft(alice, 'given', committed)
    await send(alice, callOf('models', 'transfer(bytes32,address)', [unhex(id), carol.address]))
    const named = await modelsOf({ publisher: hex(alice.address), name: 'given' })
    assert.deepEqual(
      named.models.map(({ owner }) => owner),
      [hex(carol.address)],
    )
    assert.deepEqual((await modelsOf({ owner: hex(alice.address) })).models, [])
    assert.equal((await modelsOf({ owner: hex(carol.address) })).models[0]?.id, id)
  })

  it('shows a model from its draft to its end', async () => {
    const id = await draft(alice, 'sorter', executable)
    const drafted = await ask<Model & { cost: unknown; terms: unknown }>('pars_getModel', id)
    assert.deepEqual([drafted.status, drafted.cost], ['draft', null])
    await send(
      alice,
      callOf('models', 'putChunk(bytes32,uint64,bytes)', [
        unhex(id),
        0n,
        { bytes: executable.bytes },
      ]),
    )
    await send(alice, callOf('models', 'finalize(bytes32)', [unhex(id)]))
    const activeFrom = network.head.header.number
    const expected = {
      id,
      name: 'sorter',
      version: 1,
      owner: hex(alice.address),
      status: 'active',
      kind: 'executable',
      runtime: 1,
      size: executable.bytes.length,
      hash: hex(sha3_256(executable.bytes)),
      licence: 'MIT',
      metadata: '{"of":"a test"}',
      cost: {
        macs: '0x20',
        elements: quantity(executable.program.cost.elements),
        inputBytes: 8,
        outputBytes: 8,
        activeFrom: quantity(activeFrom),
      },
      terms: {
        windowSeconds: 86_400,
        windowBlocks: 10_000,
        turnSeconds: 3600,
        turnBlocks: 1000,
        bond: quantity(bond),
        attesters: null,
        threshold: 0,
      },
    }
    assert.deepEqual(await ask('pars_getModel', id), expected)
    await send(alice, callOf('models', 'deactivate(bytes32)', [unhex(id)]))
    assert.deepEqual(await ask('pars_getModel', id), { ...expected, status: 'inactive' })
  })

  it('follows a claim from its bond to its end', async () => {
    assert.deepEqual(await claimsOf(), { total: 0, next: null, claims: [] })
    const model = await active(alice, 'claimed', committed)
    const id = await claimed(bob, model)
    const { number, timestamp } = network.head.header
    const made = { timestamp: Number(timestamp), height: quantity(number) }
    const open = await claimOf(id)
    assert.deepEqual([open.status, open.tier, open.model], ['open', null, model])
    assert.deepEqual(open.made, made)
    assert.deepEqual(open.windowEnds, {
      timestamp: made.timestamp + 60,
      height: quantity(number + 5n),
    })
    network.wait(60)
    for (let block = 0; block < 5; block++) await network.run(carol)
    await send(carol, callOf('claims', 'settle(bytes32)', [unhex(id)]))
    const settled = await claimOf(id)
    assert.deepEqual([settled.status, settled.tier], ['settled', 'OPTIMISTIC'])
    assert.deepEqual(settled.windowEnds, open.windowEnds)
  })

  it('shows whose turn ends when in the challenges to a claim, by pages', async () => {
    const id = await claimed(bob, await active(alice, 'claimed', committed))
    for (const challenger of [carol, alice]) await send(challenger, challengeCall(id, bond))
    const { timestamp, number } = network.head.header
    const challenged = await claimOf(id)
    assert.deepEqual([challenged.openChallenges, challenged.totalChallenges], [2, 2])
    assert.deepEqual(
      challenged.challenges.map((one) => [one.number, one.challenger, one.status, one.turn]),
      [
        [1, hex(carol.address), 'open', 'reveal'],
        [2, hex(alice.address), 'open', 'reveal'],
      ],
    )
    assert.deepEqual(challenged.challenges[1]?.turnEnds, {
      timestamp: Number(timestamp) + 10,
      height: quantity(number + 2n),
    })
    const numbers = async (first: number) =>
      (await claimOf(id, first)).challenges.map((one) => one.number)
    assert.deepEqual(await numbers(2), [2])
    assert.deepEqual(await numbers(3), [])
    network.wait(10)
    for (let block = 0; block < 2; block++) await network.run(carol)
    await send(carol, callOf('claims', 'timeout(bytes32,uint64)', [unhex(id), 1n]))
    const refuted = await claimOf(id)
    assert.deepEqual([refuted.status, refuted.tier], ['refuted', null])
    assert.deepEqual(
      refuted.challenges.map(({ status, turnEnds }) => [status, turnEnds]),
      [
        ['won', null],
        ['open', null],
      ],
    )
  })

  it('lists claims by pages, and those about one model', async () => {
    const [first, second] = [
      await active(alice, 'first', committed),
      await active(alice, 'second', committed),
    ]
    const ids = [await claimed(bob, first), await claimed(carol, second), await claimed(bob, first)]
    const page = await claimsOf(null, 0, 2)
    assert.deepEqual([page.total, page.next, ...idsOf(page)], [3, 2, ids[0], ids[1]])
    assert.deepEqual(idsOf(await claimsOf(null, page.next)), [ids[2]])
    assert.deepEqual(idsOf(await claimsOf({ model: first })), [ids[0], ids[2]])
    const rest = await claimsOf({ model: second }, 2)
    assert.deepEqual([rest.total, rest.next, ...idsOf(rest)], [3, null])
  })

  it('has nothing of what nobody registered or claimed', async () => {
    assert.equal(await ask('pars_getModel', nobodys), null)
    assert.equal(await ask('pars_getClaim', nobodys), null)
  })

  it('refuses pages that are too long, and filters that it does not know', async () => {
    for (const [method, most] of [
      ['pars_getModels', limits.modelPage.value],
      ['pars_getClaims', limits.claimPage.value],
    ] as const) {
      await ask(method, null, 0, most)
      for (const params of [
        [null, 0, most + 1],
        [null, 0, 0],
        [null, -1],
        [{}],
        [{ name: 'x' }],
        ['x'],
      ]) {
        assert.equal((await answer(method, ...params)).error?.code, -32602, JSON.stringify(params))
      }
    }
    const nameless = { publisher: hex(alice.address), name: '' }
    assert.equal((await answer('pars_getModels', nameless)).error?.code, -32602)
  })

  it('reads a page by two calls a model, and by one where it shows nothing of it', async () => {
    for (let version = 0; version < 3; version++) await draft(alice, 'sorter', committed)
    chain.asked.clear()
    await modelsOf(null, 0, 2)
    assert.deepEqual([...chain.asked], [['call', 2 + 2 * 2]])
    chain.asked.clear()
    await modelsOf({ owner: hex(bob.address) }, 0, 2)
    assert.deepEqual([...chain.asked], [['call', 2 + 2]], 'texts are read of what is shown alone')
  })
})

describe('models over JSON-RPC of a network without them', function () {
  this.timeout(60_000)

  it('are refused with the reason', async () => {
    const network = await Network.start((genesis) => ({
      ...genesis,
      precompiles: genesis.precompiles.filter(({ name }) => !/^models|claims$|infer/.test(name)),
    }))
    const { server, url } = await serve({ chain: new GovernedChain(network) })
    try {
      for (const [method, precompile, ...params] of [
        ['pars_getModels', 'models'],
        ['pars_getModel', 'models', nobodys],
        ['pars_getClaims', 'inference-claims'],
        ['pars_getClaim', 'inference-claims', nobodys],
      ] as const) {
        const { error } = await call(url, method, params)
        assert.equal(error?.code, -32000)
        assert.equal(error.data?.['code'], 'PRECOMPILE_ABSENT')
        assert.equal(error.data?.['precompile'], precompile)
      }
    } finally {
      await server.close()
      await network.close()
    }
  })
})
