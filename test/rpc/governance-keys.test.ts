/** Upgrades, identities and session keys, as JSON-RPC tells of them. */
import assert from 'node:assert/strict'

import { hex, type Hex } from '#base'
import { didRegistry, keyDirectory } from '#contracts'

import { methods } from '../../rpc/methods/index.ts'
import { addressOf, alice, bob, type Deployed, mallory } from '../contracts/scene.ts'
import { SmartAccount, zero } from '../contracts/smart-account.ts'
import { day } from '../contracts/system-scene.ts'
import { entry, example, key, schedule, UpgradeScene } from '../contracts/upgrade-scene.ts'
import { FixtureChain } from './fixture-chain.ts'
import { call, type JsonRpcAnswer, serve, type Served } from './fixture-server.ts'
import { GovernedChain } from './governed-chain.ts'

type Facts = Readonly<Record<string, unknown>>
type Server = Pick<Served, 'server' | 'url'>

/** The result, which has the form that the reference gives it. */
async function ask<Result>(
  { url }: Server,
  method: string,
  ...params: readonly unknown[]
): Promise<Result> {
  const { result, error } = await call(url, method, params)
  assert.equal(error, undefined, JSON.stringify(error))
  methods.find(({ name }) => name === method)!.result.parse(result)
  return result as Result
}

const hash = (digits: string): Hex => `0x${digits.padEnd(64, '0')}`

interface Schedule {
  readonly pending: readonly (Facts & { readonly plugins: readonly Facts[] })[]
  readonly past: readonly (Facts & { readonly plugins: readonly Facts[] })[]
  readonly activated: readonly Facts[]
}

describe('pars_getUpgradeSchedule', function () {
  this.timeout(60_000)
  let scene: UpgradeScene
  let served: Server
  before(async () => {
    scene = await UpgradeScene.start([example])
    served = await serve({ chain: new GovernedChain(scene.scene.network) })
  })
  after(async () => {
    await served.server.close()
    await scene.scene.close()
  })

  const read = () => ask<Schedule>(served, 'pars_getUpgradeSchedule')

  it('shows what waits and who is ready, then what came of it', async () => {
    assert.deepEqual(await read(), { pending: [], past: [], activated: [] })
    const settings = [{ key: key('block.gasLimit'), value: 20_000_000n }]
    await scene.govern(schedule, 'schedule', [0n, [entry], settings])
    const [pending, ...others] = (await read()).pending
    assert.deepEqual(others, [])
    const plugin = {
      name: entry.name,
      version: entry.version,
      address: entry.account,
      specHash: entry.specHash,
      module: null,
      integrity: null,
    }
    assert.deepEqual(pending?.plugins, [plugin])
    assert.deepEqual(pending['settings'], [{ name: 'block.gasLimit', value: '0x1312d00' }])
    assert.deepEqual([pending['totalStake'], pending['isReady']], ['0x0', true])
    const { network } = scene.scene
    await scene.pass(Number(pending['activation']) - Number(network.headTimestamp) + 1)
    const { pending: left, past, activated } = await read()
    assert.deepEqual(left, [])
    const { id, pip, activation, lapse, plugins } = pending
    const upgrade = { id, pip, activation, lapse, plugins, settings: pending['settings'] }
    const activatedAt = activated[0]?.['from']
    assert.deepEqual(past, [{ ...upgrade, state: 'Activated', activatedAt }])
    const [{ from, ...rest } = {}] = activated
    assert.deepEqual(rest, plugin)
    assert.ok(BigInt(from as Hex) <= network.head.header.number)
  })

  it('shows the last of what became of others, void ones too, and no more than the limit', async () => {
    await scene.govern(schedule, 'schedule', [0n, [{ ...entry, name: 'taken' }], []])
    await scene.govern(schedule, 'schedule', [0n, [entry], []])
    await scene.govern(schedule, 'cancel', [3n])
    await scene.pass(120)
    const states = async () => (await read()).past.map(({ id, state }) => [id, state])
    const [first, second, third] = (await read()).past
    assert.deepEqual(
      [second?.['id'], second?.['state'], second?.['activatedAt']],
      [2, 'Void', null],
    )
    assert.equal(second?.plugins[0]?.['name'], 'taken')
    assert.deepEqual([first?.['state'], third?.['state']], ['Activated', 'Cancelled'])
    assert.equal((await read()).activated.length, 1)
    const setting = { key: key('vote.delay'), value: 2n }
    for (let id = 4n; id <= 35n; id++) {
      await scene.govern(schedule, 'schedule', [0n, [], [setting]])
      await scene.govern(schedule, 'cancel', [id])
    }
    const found = await states()
    assert.deepEqual(
      [found.length, found[0], found.at(-1)],
      [32, [4, 'Cancelled'], [35, 'Cancelled']],
    )
  })

  it('writes the integrity of a package as locks do', async () => {
    const integrity = new Uint8Array(64).fill(0xfb)
    const other = { ...entry, version: '9.0.0', module: 'some-package', integrity: hex(integrity) }
    await scene.govern(schedule, 'schedule', [0n, [other], []])
    const [{ plugins } = { plugins: [] }] = (await read()).pending
    const [plugin] = plugins
    assert.equal(plugin?.['module'], 'some-package')
    assert.equal(plugin['integrity'], `sha512-${integrity.toBase64()}`)
  })
})

type Granted = Facts & { readonly allow: readonly Facts[] }

describe('keys of accounts and identities over JSON-RPC', function () {
  this.timeout(60_000)
  let smart: SmartAccount
  let served: Server
  before(async () => {
    smart = await SmartAccount.start()
    served = await serve({ chain: new GovernedChain(smart.system.scene.network) })
  })
  after(async () => {
    await served.server.close()
    await smart.close()
  })

  const registry: Deployed = didRegistry
  const directory: Deployed = keyDirectory

  it('tells how far an identity has come, also when its hashes read as text', async () => {
    const inception = hash('6162')
    const id = await smart.system.value<Hex>(registry, 'idOf', [addressOf(alice), inception])
    assert.equal(await ask(served, 'pars_getDid', id), null)
    await smart.system.done(alice, registry, 'incept', [inception])
    const incepted = await ask<Facts>(served, 'pars_getDid', id)
    assert.deepEqual(
      [incepted['controller'], incepted['head'], incepted['sequence'], incepted['offeredTo']],
      [addressOf(alice), inception, '0x0', null],
    )
    await smart.system.done(alice, registry, 'anchor', [id, hash('07'), 3n])
    await smart.system.done(alice, registry, 'offerControl', [id, addressOf(bob)])
    const { head, sequence, offeredTo } = await ask<Facts>(served, 'pars_getDid', id)
    assert.deepEqual([head, sequence, offeredTo], [hash('07'), '0x3', addressOf(bob)])
    await smart.system.done(alice, registry, 'deactivate', [id])
    assert.equal((await ask<Facts>(served, 'pars_getDid', id))['isDeactivated'], true)
  })

  it('gives the prekey root of an account or of an identity', async () => {
    const owner = addressOf(bob)
    assert.equal(await ask(served, 'pars_getPrekeyRoot', owner), null)
    const expiry = smart.later(day)
    await smart.system.done(bob, directory, 'publish', [1n, hash('aa'), 4, expiry])
    const { publisher, root, count, epoch } = await ask<Facts>(served, 'pars_getPrekeyRoot', owner)
    assert.deepEqual([publisher, root, count, epoch], [owner, hash('aa'), 4, '0x1'])
    const id = await smart.system.value<Hex>(registry, 'idOf', [owner, hash('01')])
    await smart.system.done(bob, registry, 'incept', [hash('01')])
    await smart.system.done(bob, directory, 'publishFor', [id, 1n, hash('bb'), 2, expiry])
    assert.equal((await ask<Facts>(served, 'pars_getPrekeyRoot', id))['root'], hash('bb'))
    await smart.system.done(bob, registry, 'deactivate', [id])
    assert.equal((await ask<Facts>(served, 'pars_getPrekeyRoot', id))['root'], null)
    const odd = await call(served.url, 'pars_getPrekeyRoot', ['0x1234'])
    assert.equal(odd.error?.code, -32602)
    assert.match(odd.error.message, /20 bytes or an identity of 32/)
  })

  it('lists session keys with what is left of them', async () => {
    const { account } = smart
    const keys = (...params: readonly unknown[]) =>
      ask<{ readonly total: number; readonly keys: readonly Granted[] }>(
        served,
        'pars_getSessionKeys',
        account.address,
        ...params,
      )
    assert.deepEqual(await keys(), { total: 0, keys: [] })
    assert.equal(await smart.grant(), undefined)
    assert.equal(await smart.grant({ budget: 7n }), undefined)
    assert.equal(await smart.inSession([smart.play('move', 5n)]), undefined)
    assert.equal(await smart.attempt(alice, 'revoke', [1n]), undefined)
    const { total, keys: found } = await keys()
    assert.equal(total, 2)
    const [first, second] = found
    assert.deepEqual(
      [first?.['spent'], first?.['calls'], first?.['isStanding'], second?.['isStanding']],
      ['0x5', 1, true, false],
    )
    assert.deepEqual(first?.allow, [
      { target: smart.game.address, selector: smart.allowed('move').selector },
      { target: smart.game.address, selector: null },
    ])
    assert.deepEqual((await keys(1)).keys, [second])
    assert.deepEqual((await keys(9)).keys, [])
  })

  it('knows that other accounts have none, whatever they would answer', async () => {
    for (const account of [addressOf(mallory), smart.game.address, zero, didRegistry.address]) {
      assert.equal(await ask(served, 'pars_getSessionKeys', account), null)
    }
  })
})

describe('a chain without the contracts of the genesis', () => {
  it('is told apart from one where nothing is found', async () => {
    const chain = new FixtureChain()
    const served = await serve({ chain })
    const { error }: JsonRpcAnswer = await call(served.url, 'pars_getUpgradeSchedule')
    await served.server.close()
    assert.equal(error?.code, -32000)
    assert.equal(error.data?.['code'], 'GOVERNANCE_CONTRACT_ABSENT')
  })
})
