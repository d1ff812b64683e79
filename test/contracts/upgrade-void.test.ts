import assert from 'node:assert/strict'

import { encodeFunctionData, getContractAddress } from 'viem'

import { empty, fixed, hex, type Hex, type Log, silent, toBigInt, unhex } from '#base'
import { type Genesis, preset } from '#genesis'
import { discover, type Precompile, specHash } from '#precompiles'
import { systemAddresses } from '#protocol'

import type { Rules } from '../../chain/call-port.ts'
import { parsProfile } from '../../chain/pars/profile.ts'
import { reads, uninterrupted } from '../../chain/reads/index.ts'
import { accounts, type Network } from '../chain/attacks/network.ts'
import { action, key as parameter, Parliament } from './parliament.ts'
import { alice, bob, dave, probe } from './scene.ts'
import {
  committee,
  entry,
  example,
  goOn,
  key,
  parameters,
  type PluginEntry,
  schedule,
  UpgradeScene,
} from './upgrade-scene.ts'

const minute = 60
const pending = 1
const activated = 2
const voided = 5

const setting = { key: key('pip.reviewPeriod'), value: 77n }
const unused: Hex = `0x${'9999'.padStart(40, '0')}`
const question = unhex('0x2000616263')

/** As an upgrade names it. */
function entryOf(plugin: Precompile): PluginEntry {
  const { name, version, address: account } = plugin
  return { ...entry, name, version, account, specHash: hex(specHash(plugin)) }
}

async function answerOf(network: Network, address: Hex): Promise<Hex> {
  const { output } = await network.call({ to: unhex(address), data: question })
  return hex(output)
}

async function rulesOf({ store, profile }: Network) {
  const reader = store.snapshot()
  try {
    return await reads.rules({ reader, profile, interrupt: uninterrupted })
  } finally {
    await reader.close()
  }
}

/** Where the next contract of the account that deploys in tests will stand. */
function nextContract(network: Network): Hex {
  const [{ address } = assert.fail('no account')] = accounts
  const from = hex(address)
  return getContractAddress({ from, nonce: network.nonce(address) }).toLowerCase() as Hex
}

function names(rules: Rules): readonly string[] {
  return rules.precompiles.map(([name]) => name)
}

describe('an upgrade with a plugin that can’t be', function () {
  this.timeout(60_000)
  let upgrades: UpgradeScene
  beforeEach(async () => {
    upgrades = await UpgradeScene.start()
  })
  afterEach(() => upgrades.scene.close())

  const value = (name: string, args: readonly unknown[] = []) =>
    upgrades.scene.value(schedule, name, args)
  const states = async (count: number): Promise<readonly unknown[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => value('stateOf', [BigInt(index) + 1n])))
  const put = async (plugins: readonly PluginEntry[], settings: readonly unknown[] = []) =>
    assert.equal(await upgrades.govern(schedule, 'schedule', [0n, plugins, settings]), undefined)

  const cases: Readonly<Record<string, PluginEntry>> = {
    'it would answer at the address of another': {
      ...entry,
      account: '0x0000000000000000000000000000000000000601',
    },
    'it would move a precompile': { ...entry, name: 'mldsa-verify' },
    'its address is the protocol’s': {
      ...entry,
      account: '0x0000000000000000000000000000000000000606',
    },
    'its version is there': {
      ...entry,
      name: 'mldsa-verify',
      version: '1.0.0',
      account: '0x0000000000000000000000000000000000000601',
    },
  }
  for (const [reason, plugin] of Object.entries(cases)) {
    it(`is void where ${reason}, and changes nothing`, async () => {
      const before = await upgrades.scene.value(parameters, 'get', [setting.key])
      const rules = await rulesOf(upgrades.scene.network)
      await put([entry, plugin], [setting])
      await upgrades.pass(2 * minute)
      assert.deepEqual(await states(1), [voided])
      const { activatedAt } = (await value('upgrade', [1n])) as { activatedAt: bigint }
      assert.equal(activatedAt, 0n)
      assert.deepEqual([await value('pending'), await value('activatedPlugins')], [[], 0n])
      assert.equal(await upgrades.scene.value(parameters, 'get', [setting.key]), before)
      assert.equal(await answerOf(upgrades.scene.network, example.address), '0x')
      assert.deepEqual(await rulesOf(upgrades.scene.network), rules)
    })
  }

  it('is void where a contract has come to its address, and its node needs not have it', async () => {
    const { network } = upgrades.scene
    const account = nextContract(network)
    await put([{ ...entry, name: 'late', account }], [setting])
    const { abi, address } = await upgrades.scene.deploy(probe('Puppet.sol', 'PuppetRegistry'))
    assert.equal(address, account)
    await upgrades.pass(2 * minute)
    assert.deepEqual(await states(1), [voided])
    assert.equal(await upgrades.scene.value({ abi, address }, 'running'), 42n)
  })

  it('tells the log and the chain which upgrade it is, and why', async () => {
    const lines: object[] = []
    const log: Log = { ...silent, error: (_, facts) => lines.push(facts ?? {}) }
    await put([
      { ...entry, account: unused },
      { ...entry, name: 'mldsa-verify' },
    ])
    const { network } = upgrades.scene
    network.wait(2 * minute)
    await upgrades.block()
    await goOn(network, network.profile, log)
    const { name, version } = { ...entry, name: 'mldsa-verify' }
    assert.deepEqual(lines, [{ upgrade: 1n, name, version, reason: 'it has another address' }])
  })

  it('leaves the others of its block as they are, which count in the order of their scheduling', async () => {
    await put([{ ...entry, name: 'mldsa-verify' }, entry])
    await put([entry])
    await put([entry])
    await put([], [setting])
    await upgrades.pass(2 * minute)
    assert.deepEqual(await states(4), [voided, activated, voided, activated])
    assert.equal(await value('activatedPlugins'), 1n)
    assert.match(await answerOf(upgrades.scene.network, example.address), /^0x[\da-f]{64}$/)
    await put([entry])
    await upgrades.pass(2 * minute)
    assert.equal(await value('stateOf', [5n]), voided)
  })

  it('decides by the parameters of the block before, not by those of an upgrade beside it', async () => {
    await upgrades.scene.close()
    upgrades = await UpgradeScene.start([example], committee)
    await put([], [{ key: key('upgrade.readiness'), value: 9_000n }])
    for (const id of [2n, 3n, 4n]) await put([], [{ ...setting, value: 70n + id }])
    for (const id of [1n, 2n, 4n]) {
      for (const member of [alice, bob, dave]) await upgrades.ready(member, id)
    }
    const now = upgrades.scene.network.headTimestamp
    assert.deepEqual(await value('due', [now]), [])
    assert.deepEqual(await value('due', [now + 120n]), [1n, 2n, 4n])
    await upgrades.pass(2 * minute)
    assert.deepEqual(await states(4), [activated, activated, pending, activated])
  })

  it('is void where it names a package that the network has already', async () => {
    const integrity = `0x${'11'.repeat(64)}` as const
    const packed = { ...entry, module: 'hashes', integrity }
    await put([packed])
    await put([{ ...packed, name: 'hash-two', account: unused }])
    const { network } = upgrades.scene
    network.wait(2 * minute)
    await upgrades.block()
    const { number } = network.head.header
    const installed = { plugin: example, integrity: `sha512-${unhex(integrity).toBase64()}` }
    const packages = new Map([['hashes', installed]])
    const profile = parsProfile(preset('devnet'), await discover(), {}, packages)
    assert.equal(await goOn(network, profile), number + 1n)
    const stateIn = async (id: bigint): Promise<bigint> => {
      const { abi, address } = schedule
      const data = encodeFunctionData({ abi, functionName: 'stateOf', args: [id] })
      const reader = network.store.snapshot()
      const context = { reader, profile, interrupt: uninterrupted }
      const call = { to: unhex(address), data: unhex(data) }
      const result = await reads.call(context, call, 'latest')
      await reader.close()
      return toBigInt(result?.output ?? empty)
    }
    assert.deepEqual([await stateIn(1n), await stateIn(2n)], [BigInt(activated), BigInt(voided)])
  })

  it('is never so large that the call before a block can’t advance it', async () => {
    const { network } = upgrades.scene
    for (let id = 0; id < 16; id++) {
      const plugins = Array.from({ length: 16 }, (_, index) => {
        const number = id * 16 + index
        const text = (length: number): string => `n${number}`.padEnd(length, '-')
        const account: Hex = `0x${(0x9000 + number).toString(16).padStart(40, '0')}`
        const integrity: Hex = `0x${'11'.repeat(64)}`
        const words = { name: text(64), version: text(64), module: text(214) }
        return { ...entry, ...words, account, integrity }
      })
      await put(plugins)
    }
    assert.equal(((await value('pending')) as readonly bigint[]).length, 16)
    network.wait(2 * minute)
    await upgrades.block()
    const failure = { code: 'CHAIN_PRECOMPILE_MISSING' }
    await assert.rejects(upgrades.block(), failure)
  })

  it('leaves its PIP without effect', async () => {
    const parliament = await Parliament.start()
    try {
      const plugin = { ...entry, name: 'mldsa-verify' }
      const args = [0n, [plugin], [{ key: parameter('vote.delay'), value: 11n }]]
      const actions = [action(parliament.upgrades, 'schedule', args)]
      await parliament.execute(await parliament.decide(42, { actions }))
      const { activation } = (await parliament.value(parliament.upgrades, 'upgrade', [1n])) as {
        activation: bigint
      }
      for (const late of [0n, 1n]) await parliament.passTo(activation + late)
      assert.equal(await parliament.value(parliament.upgrades, 'stateOf', [1n]), voided)
      assert.equal(await parliament.status(42), 'Approved')
    } finally {
      await parliament.close()
    }
  })
})

describe('rules to come', function () {
  this.timeout(60_000)
  const from = 12n

  /** With `plugin` from block 12 on. */
  const withLate =
    (plugin: Precompile, address = plugin.address) =>
    (genesis: Genesis): Genesis => {
      const { name, version } = plugin
      const rest = { name, version, from, module: undefined, integrity: undefined }
      const late = { ...rest, address: unhex(address), specHash: specHash(plugin) }
      return { ...genesis, precompiles: [...genesis.precompiles, late] }
    }
  it('do not name a precompile whose address a contract has taken, before its height and after', async () => {
    const [{ address } = assert.fail('no account')] = accounts
    const account = getContractAddress({ from: hex(address), nonce: 0n }).toLowerCase() as Hex
    const late = { ...example, address: account }
    const upgrades = await UpgradeScene.start([late], withLate(late))
    try {
      const { network } = upgrades.scene
      const { next, current } = await rulesOf(network)
      assert.ok(next !== undefined && names(next).includes('BLAKE2B'))
      assert.notDeepEqual(next.forkId, current.forkId)
      await upgrades.scene.deploy(probe('Puppet.sol', 'PuppetRegistry'))
      assert.equal((await rulesOf(network)).next, undefined)
      while (network.head.header.number <= from) await upgrades.block()
      const after = await rulesOf(network)
      assert.deepEqual([after.next, after.current.forkId], [undefined, current.forkId])
      assert.deepEqual(names(after.current), names(current))
    } finally {
      await upgrades.scene.close()
    }
  })

  it('do not name what an upgrade has replaced before its height', async () => {
    const late = { ...example, version: '0.9.0' }
    const upgrades = await UpgradeScene.start([example, late], withLate(late))
    try {
      const { network } = upgrades.scene
      assert.ok((await rulesOf(network)).next !== undefined)
      await upgrades.govern(schedule, 'schedule', [0n, [entryOf(example)], []])
      await upgrades.pass(2 * minute)
      const { current, next } = await rulesOf(network)
      assert.ok(names(current).includes('BLAKE2B') && next === undefined)
      while (network.head.header.number <= from) await upgrades.block()
      assert.deepEqual((await rulesOf(network)).current, current)
    } finally {
      await upgrades.scene.close()
    }
  })
})

describe('a call on a state of its own making', function () {
  this.timeout(60_000)
  const other = { ...example, name: 'other', address: unused }
  let upgrades: UpgradeScene
  beforeEach(async () => {
    upgrades = await UpgradeScene.start([example, other])
  })
  afterEach(() => upgrades.scene.close())

  const simulate = async (blocks: Parameters<typeof reads.simulate>[1]['blocks']) => {
    const { store, profile } = upgrades.scene.network
    const reader = store.snapshot()
    const request = { blocks, validation: false, traceTransfers: false }
    const context = { reader, profile, interrupt: uninterrupted }
    try {
      return await reads.simulate(context, request, 'latest')
    } finally {
      await reader.close()
    }
  }

  it('can activate an upgrade there, and never here', async () => {
    const { network } = upgrades.scene
    await upgrades.govern(schedule, 'schedule', [0n, [entry], []])
    await upgrades.pass(2 * minute)
    const answer = await answerOf(network, example.address)
    const args = [0n, [entryOf(other)], []]
    const data = unhex(encodeFunctionData({ abi: schedule.abi, functionName: 'schedule', args }))
    const from = systemAddresses.timelock
    const asked = { from: alice.address, to: unhex(unused), data: question }
    const time = network.headTimestamp + 1_000n
    const simulated = await simulate([
      { calls: [{ from, to: unhex(schedule.address), data }] },
      { block: { time }, calls: [asked] },
      { block: { time: time + 1n }, calls: [asked] },
    ])
    const outputs = simulated?.map(({ calls }) => hex(calls[0]!.output))
    assert.deepEqual(outputs?.slice(1), ['0x', answer])
    assert.equal(await answerOf(network, unused), '0x')
    assert.equal(await answerOf(network, example.address), answer)
  })

  it('cannot write what the protocol reads before a block', async () => {
    for (const address of [
      systemAddresses.chainParams,
      systemAddresses.upgradeSchedule,
      systemAddresses.validatorSet,
      systemAddresses.commitDigests,
    ]) {
      const stateDiff = [[fixed(5, 32), fixed(1, 32)]] as const
      await assert.rejects(simulate([{ state: [{ address, stateDiff }], calls: [] }]), {
        code: 'READ_OVERRIDE_SYSTEM',
      })
    }
  })
})
