import assert from 'node:assert/strict'

import { concat, empty, encodeRlp, equal, fixed, hex, trimmed, unhex } from '#base'
import { keccak256 } from '#crypto'
import { preset } from '#genesis'
import { discover, type Precompile, specHash } from '#precompiles'
import { systemAddresses } from '#protocol'
import { openMemory, type Store } from '#storage'

import { headerHash } from '../../../chain/block/header.ts'
import type {
  CallRequest,
  Overrides,
  SimulatedBlock,
  SimulatedCall,
  SimulationRequest,
} from '../../../chain/call-port.ts'
import { loadEngines } from '../../../chain/pars/engines.ts'
import { type ParsProfile, parsProfile } from '../../../chain/pars/profile.ts'
import type { BlockRef } from '../../../chain/port.ts'
import { reads, uninterrupted } from '../../../chain/reads/index.ts'
import { limits } from '../../../chain/reads/limits.ts'
import { accounts, devNetwork, sign, storeContract, withCode } from '../engine/network.ts'
import { Rig, TestClock } from '../engine/rig.ts'

const [alice, bob] = accounts.map(({ address }) => address) as [Uint8Array, Uint8Array]
const nobody = fixed(0xabcd, 20)
const word = (value: number): Uint8Array => fixed(value, 32)

/** Pays half of what it was sent to the address in its input. */
const payer: Precompile = {
  name: 'payer',
  version: '1.0.0',
  address: '0x0000000000000000000000000000000000000901',
  abi: null,
  gasTable: { call: 100 },
  vectors: { provenance: 'none', sequences: [] },
  stateful: true,
  gas: () => 100n,
  run(input, view) {
    view.pay(input, view.value / 2n)
    return empty
  },
}
const payerAddress = unhex(payer.address)
/** Height from which the network has it. */
const start = 3n

describe('simulations', function () {
  this.timeout(60_000)
  let store: Store
  let profile: ParsProfile
  let rig: Rig
  let clock: TestClock

  beforeEach(async () => {
    const network = devNetwork()
    const entry = { name: payer.name, version: payer.version, specHash: specHash(payer) }
    const scheduled = { ...entry, address: payerAddress, module: undefined, integrity: undefined }
    const genesis = {
      ...network,
      precompiles: [...network.precompiles, { ...scheduled, from: start }],
    }
    profile = parsProfile(genesis, [...(await discover()), payer], await loadEngines())
    store = openMemory()
    clock = new TestClock(genesis.timestamp)
    rig = await Rig.open({ store, profile, clock, archive: true })
  })
  afterEach(() => rig.close())

  async function block(...fields: Parameters<typeof sign>[2][]): Promise<void> {
    clock.advance(10_000)
    for (const each of fields) {
      await rig.pool.submit(sign(profile, 0, each).wire, { kind: 'client', id: 'test' })
    }
    await rig.seal()
  }

  async function over<Result>(
    read: (context: Parameters<typeof reads.simulate>[0]) => Result,
  ): Promise<Awaited<Result>> {
    const reader = store.snapshot()
    try {
      return await read({ reader, profile, interrupt: uninterrupted })
    } finally {
      await reader.close()
    }
  }

  async function simulate(
    blocks: SimulationRequest['blocks'],
    options: Partial<SimulationRequest> = {},
    at: BlockRef = 'latest',
  ): Promise<readonly SimulatedBlock[]> {
    const request = { blocks, validation: false, traceTransfers: false, ...options }
    const simulated = await over((context) => reads.simulate(context, request, at))
    assert.ok(simulated)
    return simulated
  }

  async function calls(
    requests: readonly CallRequest[],
    options: Partial<SimulationRequest> = {},
    state?: Overrides['state'],
  ): Promise<readonly SimulatedCall[]> {
    const one = state === undefined ? { calls: requests } : { calls: requests, state }
    return (await simulate([one], options))[0]?.calls ?? []
  }

  const call = (request: CallRequest, overrides: Overrides) =>
    over((context) => reads.call(context, request, 'latest', overrides))

  it('change nothing, and come to the same on the head and on that height later', async () => {
    await block({ to: storeContract.address, data: concat(word(1), word(7)) })
    const height = rig.engine.head.header.number
    const request: SimulationRequest['blocks'] = [
      {
        state: [
          { address: nobody, balance: 10n ** 18n },
          { address: storeContract.address, stateDiff: [[word(1), word(0)]] },
        ],
        calls: [
          { from: nobody, to: bob, value: 5n },
          { from: nobody, to: storeContract.address, data: concat(word(2), word(9)) },
          { from: nobody, data: unhex('0x60016000f3') },
        ],
      },
      { state: [{ address: storeContract.address, state: [[word(3), word(3)]] }], calls: [] },
      { calls: [{ from: alice, to: nobody, value: 1n }] },
    ]
    const now = await simulate(request)
    for (const { calls: results } of now) {
      for (const { failure } of results) assert.equal(failure, undefined)
    }
    await block(
      { nonce: 1n, to: storeContract.address, data: concat(word(1), word(8)) },
      { nonce: 2n, to: storeContract.address, data: concat(word(5), word(8)) },
      { nonce: 3n, to: fixed(0xbeef, 20), value: 4n },
    )
    assert.deepEqual(await simulate(request, {}, { number: height }), now)
    assert.notDeepEqual(await simulate(request), now)
  })

  it('have a skeleton of a transaction without key and signature, and no signed one its hash', async () => {
    const [simulated] = await simulate([{ calls: [{ from: alice, to: bob, value: 1n }] }])
    const [transaction] = simulated?.transactions ?? []
    assert.ok(simulated && transaction)
    const unsigned = [
      trimmed(profile.chainId),
      empty,
      empty,
      empty,
      empty,
      empty,
      trimmed(transaction.gas),
      bob,
      trimmed(1n),
      empty,
      [],
      alice,
      Uint8Array.of(transaction.algorithm ?? 0),
      empty,
    ]
    const type = Uint8Array.of(0x50)
    const hash = keccak256(concat(type, profile.genesisHash, encodeRlp(unsigned)))
    assert.equal(hex(transaction.hash), hex(hash))
    assert.equal(transaction.type, 0x50)
    assert.equal(hex(headerHash(simulated.header)), hex(simulated.hash))
  })

  it('charge the authentication that an estimate has', async () => {
    const request = { from: alice, to: bob, value: 1n }
    const [{ gasUsed } = { gasUsed: 0n }] = await calls([request])
    const estimate = await over((context) => reads.estimateGas(context, request, 'latest'))
    assert.equal(gasUsed, estimate?.gasUsed)
  })

  it('fill gaps with blocks one block time apart, as a chain of hashes', async () => {
    const base = rig.engine.head
    const { number, timestamp } = base.header
    const simulated = await simulate([
      { calls: [] },
      { block: { number: number + 5n }, calls: [] },
      { block: { time: timestamp + 1000n }, calls: [] },
    ])
    const numbers = simulated.map(({ header }) => header.number - number)
    assert.deepEqual(numbers, [1n, 2n, 3n, 4n, 5n, 6n])
    assert.equal(simulated.at(-1)?.header.timestamp, timestamp + 1000n)
    for (const [index, { header }] of simulated.entries()) {
      const parent = simulated[index - 1] ?? base
      assert.ok(equal(header.parentHash, parent.hash))
      assert.ok(header.timestamp > parent.header.timestamp)
    }
  })

  it('refuse blocks out of order, and more of them than the limit', async () => {
    const { number, timestamp } = rig.engine.head.header
    const most = BigInt(limits.simulatedBlocks.value)
    const refused = (override: Overrides['block'] & {}, code: string) =>
      assert.rejects(simulate([{ block: override, calls: [] }]), withCode(code))
    await refused({ number }, 'READ_SIMULATION_NUMBER')
    await refused({ time: timestamp }, 'READ_SIMULATION_TIME')
    await refused({ number: number + most + 1n }, 'READ_SIMULATION_BLOCKS')
    assert.equal((await simulate([{ block: { number: number + most }, calls: [] }])).length, 256)
  })

  it('find the precompiles of the height that they are at', async () => {
    const request = { from: alice, to: payerAddress, data: bob, value: 10n }
    const simulated = await simulate(
      [1n, 2n, 3n].map(() => ({ calls: [request] })),
      { traceTransfers: true },
    )
    const logs = simulated.map((one) => one.calls[0]?.logs.length)
    assert.equal(simulated[2]?.header.number, start)
    // Before it is a precompile, it is an account that takes wei: one log and no payout.
    assert.deepEqual(logs, [1, 1, 3])
  })

  it('tell moves of wei in order, those of precompiles among them, and none that failed', async () => {
    for (let height = 0n; height < start; height++) await block()
    const sent = { from: alice, to: payerAddress, data: bob, value: 10n }
    const inVain = { from: alice, to: payerAddress, data: payerAddress, value: 10n }
    const [paid, failed] = await calls([sent, inVain], { traceTransfers: true })
    const moves = paid?.logs.filter(({ address }) => address.every((byte) => byte === 0xee))
    assert.deepEqual(
      moves?.map(({ topics, data }) => [
        ...topics.slice(1).map((one) => hex(one.slice(12))),
        hex(data),
      ]),
      [
        [hex(alice), payer.address, hex(word(10))],
        [payer.address, hex(bob), hex(word(5))],
      ],
    )
    assert.notEqual(failed?.failure, undefined)
    assert.deepEqual(failed?.logs, [])
    const [silent] = await calls([sent])
    assert.equal(silent?.logs.length, 1, 'the log of the precompile alone')
  })

  it('demand nonces and fees only when they validate', async () => {
    const request = { from: alice, to: bob, nonce: 7n }
    assert.equal((await calls([request]))[0]?.failure, undefined)
    const priced = { maxFeePerGas: 10n ** 12n, from: alice, to: bob }
    const validated = { validation: true }
    const refused = (wanted: CallRequest, code: string) =>
      assert.rejects(calls([wanted], validated), withCode(`READ_SIMULATION_${code}`))
    await refused({ ...priced, nonce: 7n }, 'NONCE_TOO_HIGH')
    await refused({ from: alice, to: bob }, 'FEE_TOO_LOW')
    await refused({ ...priced, maxPriorityFeePerGas: 10n ** 13n }, 'TIP')
    await refused({ ...priced, from: nobody }, 'UNFUNDED')
    await refused({ ...priced, gas: 30_000n }, 'INTRINSIC')
    await refused({ ...priced, gas: preset('devnet').blockGasLimit + 1n }, 'GAS')
    const [first, second] = await calls([priced, priced], validated)
    assert.equal(first?.failure ?? second?.failure, undefined)
  })

  it('use lanes as a block does', async () => {
    const lane = { from: alice, to: bob, value: 1n, nonceKey: 42n, maxFeePerGas: 10n ** 12n }
    const simulated = await simulate([{ calls: [lane, lane, { ...lane, nonceKey: 0n }] }], {
      validation: true,
    })
    assert.deepEqual(
      simulated[0]?.transactions.map(({ nonce }) => nonce),
      [0n, 1n, 0n],
    )
  })

  it('share one limit of gas', async () => {
    const burn = { from: alice, data: unhex('0x5b600056') }
    const full = { ...burn, gas: preset('devnet').blockGasLimit }
    await assert.rejects(calls([full, full]), withCode('READ_SIMULATION_GAS'))
    const blocks = Array.from({ length: 5 }, () => ({ calls: [burn] }))
    await assert.rejects(simulate(blocks), withCode('READ_SIMULATION_INTRINSIC'))
  })

  it('never override the accounts that keys and nonces are believed from', async () => {
    for (const address of [systemAddresses.accounts, systemAddresses.nonces]) {
      const overrides: NonNullable<Overrides['state']>[number][] = [
        { address, movePrecompileTo: nobody },
        { address, code: Uint8Array.of(0) },
        { address, stateDiff: [[word(1), word(1)]] },
        { address, balance: 1n },
        { address: fixed(1, 20), movePrecompileTo: address },
      ]
      for (const override of overrides) {
        const state = [override]
        const system = withCode('READ_OVERRIDE_SYSTEM')
        await assert.rejects(call({ to: nobody }, { state }), system)
        await assert.rejects(calls([], {}, state), system)
      }
    }
  })

  it('move what keeps no state, and nothing else', async () => {
    const identity = fixed(4, 20)
    const asked = { to: nobody, data: Uint8Array.of(1, 2, 3) }
    const moved = await call(asked, { state: [{ address: identity, movePrecompileTo: nobody }] })
    assert.deepEqual(moved?.output, asked.data)
    for (let height = 0n; height < start; height++) await block()
    const refusals = [
      [payerAddress, 'READ_OVERRIDE_SYSTEM'],
      [alice, 'READ_OVERRIDE'],
    ] as const
    for (const [address, code] of refusals) {
      const state = [{ address, movePrecompileTo: nobody }]
      await assert.rejects(call(asked, { state }), withCode(code))
    }
  })

  it('let a call find other accounts and another block', async () => {
    // NUMBER, TIMESTAMP, COINBASE, BASEFEE, own balance, slot 1
    const code = unhex('0x435f524260205241604052486060524760805260015460a05260c05ff3')
    const result = await call(
      { to: nobody, gasPrice: 10n },
      {
        state: [
          { address: nobody, code, balance: 77n, state: [[word(1), word(9)]] },
          { address: fixed(0, 20), balance: 10n ** 18n },
        ],
        block: { number: 1000n, time: 2000n, feeRecipient: bob, baseFeePerGas: 10n },
      },
    )
    const words = [
      word(1000),
      word(2000),
      concat(new Uint8Array(12), bob),
      word(10),
      word(77),
      word(9),
    ]
    assert.equal(hex(result?.output ?? empty), hex(concat(...words)))
  })

  it('know neither blobs nor authorizations', async () => {
    const hash = fixed(1n << 248n, 32)
    const authorization = { chainId: 1n, address: bob, nonce: 0n, yParity: 0n, r: 1n, s: 1n }
    for (const request of [{ blobVersionedHashes: [hash] }, { authorizations: [authorization] }]) {
      const unsupported = withCode('READ_CALL_UNSUPPORTED')
      await assert.rejects(call({ to: bob, ...request }, {}), unsupported)
      await assert.rejects(calls([{ to: bob, ...request }]), unsupported)
    }
  })

  it('list what a call looks at, until the list repeats', async () => {
    const request = {
      from: alice,
      to: storeContract.address,
      data: concat(word(5), word(6)),
    }
    const plain = await call(request, {})
    const listed = await over((context) => reads.accessList(context, request, 'latest'))
    assert.deepEqual(
      listed?.accessList.map(([address, slots]) => [hex(address), slots.map(hex)]),
      [[hex(storeContract.address), [hex(word(5))]]],
    )
    assert.ok(listed)
    const again = await call({ ...request, accessList: listed.accessList }, {})
    assert.equal(listed.gasUsed, again?.gasUsed)
    assert.notEqual(listed.gasUsed, plain?.gasUsed)
  })

  it('are told rules by height, the next one with the time it is expected at', async () => {
    const { current, next, last } = await over((context) => reads.rules(context))
    assert.equal(current.activationTime, 0n)
    assert.ok(next && last && next.activationTime > rig.engine.head.header.timestamp)
    const names = (rules: typeof current) => rules.precompiles.map(([name]) => name)
    assert.ok(!names(current).includes('PAYER') && names(next).includes('PAYER'))
    assert.ok(names(current).includes('ECREC') && names(current).includes('P256VERIFY'))
    assert.notEqual(hex(current.forkId), hex(next.forkId))
    for (let height = 0n; height < start; height++) await block()
    const later = await over((context) => reads.rules(context))
    assert.equal(later.next, undefined)
    assert.equal(hex(later.current.forkId), hex(next.forkId))
    assert.equal(later.current.activationTime, rig.engine.head.header.timestamp)
  })
})
