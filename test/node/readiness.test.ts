/** What an installation lacks of an upgrade, and who may say that it is ready. */
import assert from 'node:assert/strict'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { hex } from '#base'
import type { Genesis } from '#genesis'
import { allUpgrades, pendingUpgrades, type UpgradePlugin } from '#governance'
import { discover, packageIntegrity, specHash } from '#precompiles'

import { callOf } from '../../node/governance/present.ts'
import { checkReady, missingOf, upgradeOf, validatorOf } from '../../node/governance/readiness.ts'
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
  const { version, address } = plugin
  const own = { module: undefined, integrity: undefined }
  return { name, version, address, specHash: hex(specHash(plugin)), ...own }
}

describe('the readiness of a validator', () => {
  it('is that of a release whose plugin promises what was voted for', async () => {
    const plugin = await builtin('sha3')
    assert.deepEqual(await missingOf({ plugins: [plugin] }, bare), [])
    const others: readonly (readonly [Partial<UpgradePlugin>, RegExp])[] = [
      [{ version: '99.0.0' }, /^sha3@99\.0\.0 is not in release \d/],
      [{ specHash: `0x${'11'.repeat(32)}` }, /promises something else here/],
      [{ address: `0x${'22'.repeat(20)}` }, /answers at 0x0{36}0605 here/],
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
      const { name, version, account: address, specHash: promise } = entry
      const integrity = await packageIntegrity(folder)
      const plugin = { name, version, address, specHash: promise, module: 'blake2b', integrity }
      const installed = { project, plugins: ['blake2b'] }
      assert.deepEqual(await missingOf({ plugins: [plugin] }, installed), [])
      const foreign = { ...plugin, integrity: `sha512-${Buffer.alloc(64, 3).toString('base64')}` }
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
      const call = callOf(askerOf(upgrades.scene))
      const ids = async (find: typeof allUpgrades) => (await find(call)).map(({ id }) => id)
      assert.deepEqual(await ids(pendingUpgrades), [])
      const settings = [{ key: key('vote.delay'), value: 7n }]
      const refusal = await upgrades.govern(schedule, 'schedule', [0n, [entry], settings])
      assert.equal(refusal, undefined)
      await upgrades.ready(alice)
      assert.deepEqual(await ids(pendingUpgrades), [1])
      const upgrade = await upgradeOf(call, 1)
      assert.deepEqual(
        [upgrade.state, upgrade.pip, upgrade.readiness.readyStake, upgrade.readiness.totalStake],
        ['Pending', 42, 3n, 4n],
      )
      assert.deepEqual(
        upgrade.plugins.map(({ name, address }) => [name, address]),
        [[entry.name, entry.account]],
      )
      assert.deepEqual(upgrade.settings, [{ name: 'vote.delay', value: 7n }])
      await assert.rejects(checkReady(upgrade, bare), {
        code: 'NODE_UPGRADE_MISSING',
        message: /blake2b@\d\.\d\.\d is not in release/,
      })
      await upgrades.pass(120)
      assert.equal((await upgradeOf(call, 1)).state, 'Pending')
      await upgrades.ready(bob)
      await upgrades.block()
      assert.equal((await upgradeOf(call, 1)).state, 'Activated')
      assert.deepEqual(await ids(pendingUpgrades), [])
      assert.deepEqual(await ids(allUpgrades), [1])
    } finally {
      await upgrades.scene.close()
    }
  })

  it('is asked of no upgrade that turned out void', async () => {
    const upgrades = await UpgradeScene.start()
    try {
      const call = callOf(askerOf(upgrades.scene))
      await upgrades.govern(schedule, 'schedule', [0n, [{ ...entry, name: 'sha3' }], []])
      await upgrades.pass(120)
      const { state, activatedAt } = await upgradeOf(call, 1)
      assert.deepEqual([state, activatedAt], ['Void', undefined])
      assert.deepEqual(await pendingUpgrades(call), [])
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
