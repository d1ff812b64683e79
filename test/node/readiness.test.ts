/** What an installation lacks of an upgrade, and who may say that it is ready. */
import assert from 'node:assert/strict'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { hex } from '#base'
import type { Genesis } from '#genesis'
import { discover, packageIntegrity, specHash } from '#precompiles'

import {
  checkReady,
  missingOf,
  type UpgradePlugin,
  upgradeIds,
  upgradeOf,
  validatorOf,
} from '../../node/governance/readiness.ts'
import type { Account } from '../chain/attacks/network.ts'
import { addressOf, alice, bob, carol, mallory } from '../contracts/scene.ts'
import { entry, key, schedule, UpgradeScene, validators } from '../contracts/upgrade-scene.ts'
import { askerOf } from './scene-asker.ts'

const root = path.join(import.meta.dirname, '../..')
const bare = { project: root, plugins: [] }

/** Alice and bob, of whom alice has three quarters. */
function committee(genesis: Genesis): Genesis {
  const members: readonly (readonly [Account, bigint])[] = [
    [alice, 3n],
    [bob, 1n],
  ]
  return {
    ...genesis,
    validators: members.map(
      (
        [
          {
            address,
            key: { publicKey },
          },
          stake,
        ],
        index,
      ) => {
        const proof = new Uint8Array(0)
        return { account: address, publicKey, stake, peerId: `peer${index}`, proof }
      },
    ),
  }
}

async function builtin(name: string): Promise<UpgradePlugin> {
  const plugin = (await discover()).find((one) => one.name === name)
  assert.ok(plugin)
  const { version, address: account } = plugin
  return { name, version, account, specHash: hex(specHash(plugin)), module: '', integrity: '0x' }
}

describe('the readiness of a validator', () => {
  it('is that of a release whose plugin promises what was voted for', async () => {
    const plugin = await builtin('sha3')
    assert.deepEqual(await missingOf({ plugins: [plugin] }, bare), [])
    const others: readonly (readonly [Partial<UpgradePlugin>, RegExp])[] = [
      [{ version: '99.0.0' }, /^sha3@99\.0\.0 is not in release \d/],
      [{ specHash: `0x${'11'.repeat(32)}` }, /promises something else here/],
      [{ account: `0x${'22'.repeat(20)}` }, /answers at 0x0{36}0605 here/],
      [{ module: 'blake2b' }, /is in the package blake2b: review it/],
    ]
    for (const [change, pattern] of others) {
      const [problem, ...rest] = await missingOf({ plugins: [{ ...plugin, ...change }] }, bare)
      assert.match(problem ?? '', pattern)
      assert.deepEqual(rest, [])
    }
  })

  it('takes a package only in the build that was voted for', async () => {
    const project = await mkdtemp(path.join(tmpdir(), 'pars-readiness-'))
    try {
      const folder = path.join(project, 'node_modules/blake2b')
      await cp(path.join(root, 'examples/blake2b'), folder, { recursive: true })
      const digest = (await packageIntegrity(folder)).replace('sha512-', '')
      const integrity = hex(Uint8Array.fromBase64(digest))
      const plugin = { ...entry, module: 'blake2b', integrity }
      const installed = { project, plugins: ['blake2b'] }
      assert.deepEqual(await missingOf({ plugins: [plugin] }, installed), [])
      const foreign = { ...plugin, integrity: `0x${'33'.repeat(64)}` } as const
      const [other] = await missingOf({ plugins: [foreign] }, installed)
      assert.match(other ?? '', /is in another build of blake2b/)
      const named = { ...plugin, version: '7.0.0' }
      const [wrong] = await missingOf({ plugins: [named] }, installed)
      assert.match(wrong ?? '', /is not what blake2b holds/)
      const elsewhere = { project: tmpdir(), plugins: ['blake2b'] }
      const [absent] = await missingOf({ plugins: [plugin] }, elsewhere)
      assert.match(absent ?? '', /can’t be loaded: PRECOMPILE_NOT_INSTALLED/)
    } finally {
      await rm(project, { recursive: true })
    }
  })

  it('is read from the chain with the upgrade and the stake behind it', async () => {
    const upgrades = await UpgradeScene.start(undefined, committee)
    try {
      const rpc = askerOf(upgrades.scene)
      assert.deepEqual(await upgradeIds(rpc, false), [])
      const settings = [{ key: key('vote.delay'), value: 7n }]
      const refusal = await upgrades.govern(schedule, 'schedule', [0n, [entry], settings])
      assert.equal(refusal, undefined)
      await upgrades.ready(alice)
      assert.deepEqual(await upgradeIds(rpc, false), [1n])
      const upgrade = await upgradeOf(rpc, 1n)
      assert.deepEqual(
        [upgrade.state, upgrade.pip, upgrade.readyStake, upgrade.totalStake],
        ['pending', 42n, 3n, 4n],
      )
      assert.deepEqual(upgrade.plugins, [entry])
      assert.deepEqual(upgrade.settings, [{ key: 'vote.delay', value: 7n }])
      await assert.rejects(checkReady(upgrade, bare), {
        code: 'NODE_UPGRADE_MISSING',
        message: /blake2b@\d\.\d\.\d is not in release/,
      })
      await upgrades.pass(120)
      assert.equal((await upgradeOf(rpc, 1n)).state, 'pending')
      await upgrades.ready(bob)
      await upgrades.block()
      assert.equal((await upgradeOf(rpc, 1n)).state, 'activated')
      assert.deepEqual(await upgradeIds(rpc, false), [])
      assert.deepEqual(await upgradeIds(rpc, true), [1n])
    } finally {
      await upgrades.scene.close()
    }
  })

  it('is asked of no upgrade that turned out void', async () => {
    const upgrades = await UpgradeScene.start()
    try {
      const rpc = askerOf(upgrades.scene)
      await upgrades.govern(schedule, 'schedule', [0n, [{ ...entry, name: 'sha3' }], []])
      await upgrades.pass(120)
      const { state, activatedAt } = await upgradeOf(rpc, 1n)
      assert.deepEqual([state, activatedAt], ['void', 0n])
      assert.deepEqual([await upgradeIds(rpc, false), await upgradeIds(rpc, true)], [[], [1n]])
    } finally {
      await upgrades.scene.close()
    }
  })

  it('is said by the validator’s account, or by the operator that it named', async () => {
    const upgrades = await UpgradeScene.start(undefined, committee)
    try {
      const rpc = askerOf(upgrades.scene)
      assert.equal(await validatorOf(rpc, addressOf(alice)), addressOf(alice))
      await assert.rejects(validatorOf(rpc, addressOf(carol)), {
        code: 'NODE_OPERATOR',
        message: /validators=none/,
      })
      await upgrades.scene.send(alice, validators, 'setOperator', [addressOf(carol)])
      assert.equal(await validatorOf(rpc, addressOf(carol)), addressOf(alice))
      await upgrades.scene.send(bob, validators, 'setOperator', [addressOf(carol)])
      await assert.rejects(validatorOf(rpc, addressOf(carol)), {
        code: 'NODE_OPERATOR',
        message: /name one with --validator/,
      })
      await assert.rejects(validatorOf(rpc, addressOf(mallory)), { code: 'NODE_OPERATOR' })
    } finally {
      await upgrades.scene.close()
    }
  })
})
