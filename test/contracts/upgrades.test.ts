import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { type Hex, hex, isFault, silent, unhex } from '#base'
import { preset } from '#genesis'
import { discover } from '#precompiles'
import { systemAddresses } from '#protocol'

import { Engine } from '../../chain/engine/engine.ts'
import { parsProfile } from '../../chain/pars/profile.ts'
import { slots } from '../../chain/pars/upgrade-storage.ts'
import type { Account } from '../chain/attacks/network.ts'
import { addressOf, alice, bob, carol, dave, mallory } from './scene.ts'
import {
  committee,
  entry,
  example,
  goOn,
  key,
  parameters,
  schedule,
  UpgradeScene,
  validators,
} from './upgrade-scene.ts'

const minute = 60
const pending = 1
const activated = 2
const lapsed = 3
const cancelled = 4

/** What the plugin says to "abc", in 32 bytes and without a key. */
const question = unhex('0x2000616263')

describe('an upgrade that was voted for', () => {
  let upgrades: UpgradeScene
  beforeEach(async () => {
    upgrades = await UpgradeScene.start()
  })
  afterEach(() => upgrades.scene.close())

  const value = (name: string, args: readonly unknown[] = []) =>
    upgrades.scene.value(schedule, name, args)
  const state = (id = 1n) => value('stateOf', [id])
  const ask = async (): Promise<string> => {
    const to = unhex(example.address)
    const { output } = await upgrades.scene.network.call({
      from: alice.address,
      to,
      data: question,
    })
    return hex(output)
  }

  it('answers from the block after the first whose timestamp has come, and not before', async () => {
    assert.equal(await upgrades.govern(schedule, 'schedule', [0n, [entry], []]), undefined)
    const due = (await value('upgrade', [1n])) as { activation: bigint }
    await upgrades.block()
    assert.equal(await ask(), '0x')
    const { network } = upgrades.scene
    network.wait(Number(due.activation - network.timestamp) - 1)
    await upgrades.block()
    assert.equal(network.headTimestamp, due.activation)
    assert.equal(await ask(), '0x')
    assert.equal(await state(), pending)
    await upgrades.block()
    assert.equal(await state(), activated)
    assert.match(await ask(), /^0x[0-9a-f]{64}$/)
    const { activatedAt } = (await value('upgrade', [1n])) as { activatedAt: bigint }
    assert.deepEqual(await value('activatedPlugin', [0n]), [
      entry.name,
      entry.version,
      '0x6dCDc3ef5CD9048c9D89d2C0c0C2F6dd0c9025c9',
      entry.specHash,
      '',
      '0x',
      activatedAt,
    ])
  })

  it('stands where the node reads it', () => {
    const file = path.join(import.meta.dirname, '../../contracts/artifacts/UpgradeSchedule.json')
    const { storage } = JSON.parse(readFileSync(file, 'utf8')) as { storage: readonly string[] }
    const variables = {
      nextLook: '_nextLook',
      digest: '_activatedDigest',
      upgrades: '_upgrades',
      activated: '_activated',
    } as const
    for (const [name, slot] of Object.entries(slots)) {
      const variable = variables[name as keyof typeof slots]
      const line = storage.find((one) => one.includes(` ${variable}: `))
      assert.equal(line?.split(' ')[0], `${slot}+0`, variable)
    }
  })

  it('is the same after a restart', async () => {
    await upgrades.govern(schedule, 'schedule', [0n, [entry], []])
    await upgrades.pass(2 * minute)
    const answer = await ask()
    await upgrades.scene.network.reopen()
    await upgrades.block()
    assert.equal(await ask(), answer)
  })

  it('sets parameters, within their bounds', async () => {
    const name = key('pip.reviewPeriod')
    const setting = { key: name, value: 77n }
    await upgrades.govern(schedule, 'schedule', [0n, [], [setting]])
    assert.notEqual(await upgrades.scene.value(parameters, 'get', [name]), 77n)
    await upgrades.pass(2 * minute)
    assert.equal(await upgrades.scene.value(parameters, 'get', [name]), 77n)
    const most = 90n * 86_400n
    assert.deepEqual(
      await upgrades.govern(schedule, 'schedule', [0n, [], [{ key: name, value: most + 1n }]]),
      ['SettingOutOfBounds', name, most + 1n, 1n, most],
    )
    assert.deepEqual(
      await upgrades.govern(schedule, 'schedule', [0n, [], [{ key: name, value: 0n }]]),
      ['SettingOutOfBounds', name, 0n, 1n, most],
    )
    assert.deepEqual(await upgrades.govern(parameters, 'set', [name, 0n]), [
      'OutOfBounds',
      name,
      0n,
      1n,
      most,
    ])
    const unknown = { key: key('no.such'), value: 1n }
    const refused = await upgrades.govern(schedule, 'schedule', [0n, [], [unknown]])
    assert.deepEqual(refused, ['UnknownParameter', unknown.key])
  })

  it('keeps a release without it from opening the chain', async () => {
    await upgrades.govern(schedule, 'schedule', [0n, [entry], []])
    await upgrades.pass(2 * minute)
    const { store } = upgrades.scene.network
    const profile = parsProfile(preset('devnet'), await discover())
    await assert.rejects(Engine.open({ store, profile, log: silent, archive: true }), {
      code: 'CHAIN_PRECOMPILE_MISSING',
    })
  })

  it('sets the gas limit of the blocks after it', async () => {
    const setting = { key: key('block.gasLimit'), value: 40_000_000n }
    await upgrades.govern(schedule, 'schedule', [0n, [], [setting]])
    await upgrades.pass(2 * minute)
    const before = upgrades.scene.network.head.header.gasLimit
    await upgrades.block()
    assert.deepEqual(
      [before, upgrades.scene.network.head.header.gasLimit],
      [30_000_000n, 40_000_000n],
    )
  })

  it('never raises what a vote needs above what the genesis asks', async () => {
    const { governance } = preset('devnet')
    for (const name of ['tier.0.threshold', 'tier.2.threshold', 'tier.2.floor'] as const) {
      const most = governance[name]
      const set = (next: bigint) => upgrades.govern(parameters, 'set', [key(name), next])
      assert.deepEqual(await set(most + 1n), ['OutOfBounds', key(name), most + 1n, 0n, most])
      assert.equal(await set(0n), undefined)
      assert.equal(await set(most), undefined)
    }
  })

  it('waits for the time it names when that is later than the notice', async () => {
    const { timestamp } = upgrades.scene.network
    await upgrades.govern(schedule, 'schedule', [timestamp + 1_000n, [entry], []])
    await upgrades.pass(500)
    assert.equal(await state(), pending)
    await upgrades.pass(600)
    assert.equal(await state(), activated)
  })

  it('is refused when it is empty, too large, or names what can be no plugin', async () => {
    const refusals = [
      [[], [], ['EmptyUpgrade']],
      [Array.from({ length: 17 }, () => entry), [], ['TooManyEntries', 16n]],
      [[{ ...entry, name: '' }], [], ['InvalidPlugin', 0n, 'name']],
      [[entry, { ...entry, name: 'n'.repeat(65) }], [], ['InvalidPlugin', 1n, 'name']],
      [[{ ...entry, version: '' }], [], ['InvalidPlugin', 0n, 'version']],
      [[{ ...entry, specHash: `0x${'00'.repeat(32)}` }], [], ['InvalidPlugin', 0n, 'specHash']],
      [[{ ...entry, module: 'm'.repeat(215) }], [], ['InvalidPlugin', 0n, 'module']],
      [[{ ...entry, module: 'm' }], [], ['InvalidPlugin', 0n, 'integrity']],
      [[{ ...entry, integrity: `0x${'11'.repeat(64)}` }], [], ['InvalidPlugin', 0n, 'integrity']],
      [
        [{ ...entry, account: `0x${'01ff'.padStart(40, '0')}` }],
        [],
        ['InvalidPlugin', 0n, 'address'],
      ],
      [[{ ...entry, account: schedule.address }], [], ['InvalidPlugin', 0n, 'address']],
      [[{ ...entry, account: hex(systemAddresses.system) }], [], ['InvalidPlugin', 0n, 'address']],
      [
        [{ ...entry, account: hex(systemAddresses.feeCollector) }],
        [],
        ['InvalidPlugin', 0n, 'address'],
      ],
    ] as const
    for (const [plugins, settings, error] of refusals) {
      assert.deepEqual(await upgrades.govern(schedule, 'schedule', [0n, plugins, settings]), error)
    }
    assert.equal(await value('count'), 0n)
  })

  it('can be cancelled while it waits, and only then', async () => {
    await upgrades.govern(schedule, 'schedule', [0n, [entry], []])
    const setting = { key: key('vote.delay'), value: 2n }
    await upgrades.govern(schedule, 'schedule', [0n, [], [setting]])
    await upgrades.govern(schedule, 'schedule', [0n, [], [setting]])
    assert.equal(await upgrades.govern(schedule, 'cancel', [3n]), undefined)
    assert.deepEqual(await value('pending'), [1n, 2n])
    assert.equal(await upgrades.govern(schedule, 'cancel', [1n]), undefined)
    assert.deepEqual(await value('pending'), [2n])
    assert.deepEqual(await upgrades.govern(schedule, 'cancel', [1n]), ['NotPending', 1n, cancelled])
    assert.deepEqual(await upgrades.govern(schedule, 'cancel', [9n]), ['UnknownUpgrade', 9n])
    await upgrades.pass(2 * minute)
    assert.equal(await state(), cancelled)
    assert.equal(await ask(), '0x')
    assert.deepEqual(await upgrades.govern(schedule, 'cancel', [2n]), ['NotPending', 2n, activated])
  })

  it('takes no more than sixteen that wait', async () => {
    const setting = { key: key('vote.delay'), value: 2n }
    for (let index = 0; index < 16; index++) {
      assert.equal(await upgrades.govern(schedule, 'schedule', [0n, [], [setting]]), undefined)
    }
    assert.deepEqual(await upgrades.govern(schedule, 'schedule', [0n, [], [setting]]), [
      'TooManyUpgrades',
      16n,
    ])
  })

  it('is nobody’s to schedule, cancel, advance or set but governance’s and the system’s', async () => {
    const { scene } = upgrades
    const asked = (target: typeof schedule, name: string, args: readonly unknown[]) =>
      scene.ask(target, name, args, mallory).then(({ error }) => error)
    assert.deepEqual((await asked(schedule, 'schedule', [0n, [entry], []]))?.[0], 'OnlyTimelock')
    assert.deepEqual((await asked(schedule, 'cancel', [1n]))?.[0], 'OnlyTimelock')
    assert.deepEqual((await asked(schedule, 'advance', [1n, []]))?.[0], 'OnlySystem')
    assert.deepEqual(
      (await asked(parameters, 'set', [key('vote.delay'), 5n]))?.[0],
      'OnlyGovernance',
    )
  })
})

describe('an upgrade that a committee has to be ready for', () => {
  let upgrades: UpgradeScene
  beforeEach(async () => {
    upgrades = await UpgradeScene.start([example], committee)
    await upgrades.govern(schedule, 'schedule', [0n, [entry], []])
  })
  afterEach(() => upgrades.scene.close())

  const state = () => upgrades.scene.value(schedule, 'stateOf', [1n])

  it('waits until four fifths of the stake are', async () => {
    await upgrades.ready(alice)
    await upgrades.ready(bob)
    await upgrades.pass(2 * minute)
    assert.equal(await state(), pending)
    assert.equal(await upgrades.scene.value(validators, 'readyStake', [1n]), 7n)
    await upgrades.ready(dave)
    await upgrades.block()
    assert.equal(await state(), activated)
  })

  it('lapses when they are not in time', async () => {
    await upgrades.ready(alice)
    await upgrades.pass(2 * minute + 3_600)
    assert.equal(await state(), lapsed)
    await upgrades.ready(bob)
    const asked = await upgrades.scene.ask(validators, 'setReady', [1n, addressOf(bob), true], bob)
    assert.deepEqual(asked.error, ['UpgradeNotPending', 1n])
  })

  it('hears each member once, and whoever it lets speak', async () => {
    const { scene } = upgrades
    const refused = async (from: Account, of: Account, isReady = true, id = 1n) =>
      (await scene.ask(validators, 'setReady', [id, addressOf(of), isReady], from)).error?.[0]
    assert.equal(await refused(mallory, mallory), 'NotAValidator')
    assert.equal(await refused(mallory, alice), 'NotItsOperator')
    assert.equal(await refused(alice, alice, false), 'NothingChanges')
    await upgrades.ready(alice)
    assert.equal(await refused(alice, alice), 'NothingChanges')
    await upgrades.ready(alice, 1n, false)
    assert.equal(await scene.value(validators, 'readyStake', [1n]), 0n)
    await scene.send(alice, validators, 'setOperator', [addressOf(mallory)])
    assert.equal(await refused(mallory, alice), undefined)
    await scene.send(alice, validators, 'setOperator', [`0x${'00'.repeat(20)}`])
    assert.equal(await refused(mallory, alice), 'NotItsOperator')
    const none = await scene.ask(validators, 'setOperator', [addressOf(bob)], mallory)
    assert.equal(none.error?.[0], 'NotAValidator')
  })

  it('shows the committee of the genesis', async () => {
    const { scene } = upgrades
    assert.equal(await scene.value(validators, 'count'), 4n)
    assert.equal(await scene.value(validators, 'totalStake'), 10n)
    const third = (await scene.value(validators, 'validator', [2n])) as { account: string }
    assert.equal(third.account.toLowerCase(), addressOf(carol))
    assert.equal(await scene.value(validators, 'isValidator', [addressOf(dave)]), true)
    assert.equal(await scene.value(validators, 'isValidator', [addressOf(mallory)]), false)
  })
})

/** As a lock writes a package's integrity. */
const textOf = (bytes: Hex): string => `sha512-${unhex(bytes).toBase64()}`

describe('a node without what an upgrade needs', () => {
  it('stops before the first block with it where its package has other files', async () => {
    const upgrades = await UpgradeScene.start([])
    try {
      const integrity = `0x${'11'.repeat(64)}` as const
      const packed = { ...entry, module: 'hashes', integrity }
      await upgrades.govern(schedule, 'schedule', [0n, [packed], []])
      upgrades.scene.network.wait(2 * minute)
      await upgrades.block()
      const { network } = upgrades.scene
      const { number } = network.head.header
      const builtin = await discover()
      const withFiles = (found: string): Promise<bigint> => {
        const packages = new Map([['hashes', { plugin: example, integrity: found }]])
        return goOn(network, parsProfile(preset('devnet'), builtin, {}, packages))
      }
      const [expected, found] = [textOf(integrity), textOf(`0x${'12'.repeat(64)}`)]
      await assert.rejects(withFiles(found), (error) => {
        assert.ok(isFault(error, 'CHAIN_PRECOMPILE_INTEGRITY'))
        const { name, version } = example
        const code = 'CHAIN_PRECOMPILE_INTEGRITY'
        assert.deepEqual(error.facts, { code, name, version, expected, found })
        return true
      })
      assert.equal(await withFiles(expected), number + 1n)
    } finally {
      await upgrades.scene.close()
    }
  })

  const cases = [
    ['lacks it', [], entry, 'CHAIN_PRECOMPILE_MISSING'],
    [
      'promises something else',
      [{ ...example, gasTable: { call: 1 } }],
      entry,
      'CHAIN_PRECOMPILE_SPEC',
    ],
    [
      'answers at another address',
      [example],
      { ...entry, account: '0x0000000000000000000000000000000000009999' as const },
      'CHAIN_PRECOMPILE_ADDRESS',
    ],
    [
      'lacks the package',
      [example],
      { ...entry, module: 'pars-blake2b', integrity: `0x${'11'.repeat(64)}` as const },
      'CHAIN_PRECOMPILE_MISSING',
    ],
  ] as const
  for (const [title, extra, plugin, code] of cases) {
    it(`stops before the first block with it where it ${title}`, async () => {
      const upgrades = await UpgradeScene.start(extra)
      try {
        assert.equal(await upgrades.govern(schedule, 'schedule', [0n, [plugin], []]), undefined)
        const { network } = upgrades.scene
        network.wait(2 * minute)
        await upgrades.block()
        const head = network.headTimestamp
        await assert.rejects(upgrades.block(), { code })
        assert.equal(network.headTimestamp, head)
        await network.reopen()
        await assert.rejects(upgrades.block(), { code })
      } finally {
        await upgrades.scene.close()
      }
    })
  }
})
