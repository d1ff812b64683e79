/** A validator whose node key was stolen moves to a new one, on real processes. */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import path from 'node:path'

import { openNodeKey } from '../../node/consensus/node-key.ts'
import { exitCodes } from '../../node/exit-codes.ts'
import { validatorCommand, writePrivate } from './by-hand.ts'
import { Cluster } from './cluster.ts'
import { assertRefused, Bench } from './node.ts'

interface PeerFacts {
  readonly peer: string
  readonly isReserved: boolean
}

interface Bound {
  readonly file: string
  readonly author: number
  readonly peerId: string
  readonly sequence: number
}

const robbed = 3

describe('a validator whose node key was stolen', function () {
  this.timeout(180_000)

  const bench = new Bench()
  let cluster: Cluster
  let stolen: string
  let bound: Bound
  let network: readonly string[]

  before(async () => {
    cluster = await Cluster.create(bench)
    const { folder } = cluster.devnet
    bench.environment = { PARS_VALIDATOR_PASSWORD_FILE: path.join(folder, 'password') }
    network = ['--network', path.join(folder, 'genesis.json')]
    stolen = cluster.devnet.genesis.validators[robbed]!.peerId
    await cluster.start(...cluster.all)
    await cluster.transfer(robbed)
  })
  after(() => bench[Symbol.asyncDispose]())
  afterEach(() => cluster.assertNoEquivocation())

  /** Whether validator `index` keeps places for `peer`; undefined while it is not connected to it. */
  async function isReserved(index: number, peer: string): Promise<boolean | undefined> {
    const peers = await cluster.at(index).ask<readonly PeerFacts[]>('pars_peers')
    return peers.find((one) => one.peer === peer)?.isReserved
  }

  /** Whom validator `index` takes for the robbed one. */
  async function seat(index: number): Promise<string> {
    const { validators } = (await cluster.standing(index)) as unknown as {
      readonly validators: readonly { readonly peer: string }[]
    }
    return validators[robbed]!.peer
  }

  it('is its node to the others, whoever has the key, until it says otherwise', async () => {
    const { data } = cluster.devnet.places[robbed]!
    await cluster.kill(robbed, 'SIGTERM')
    const loot = bench.path('loot')
    mkdirSync(loot, { mode: 0o700 })
    cpSync(path.join(data, 'node.key'), path.join(loot, 'node.key'))
    const peers = [0, 1].map((index) => {
      const { peerId } = cluster.devnet.genesis.validators[index]!
      return `${addressOf(index)}/p2p/${peerId}`
    })
    const genesis = path.join(cluster.devnet.folder, 'genesis.json')
    const at = ['--listen', '/ip4/127.0.0.1/tcp/0', '--peers', peers.join(), '--port', '0']
    const thief = bench.start('run', '--genesis', genesis, '--data', loot, ...at)
    await thief.printed(/rpc=http:\/\/[\d.:]+/)
    for (const index of [0, 1]) {
      await cluster.until(async () => (await isReserved(index, stolen)) === true)
    }
  })

  it('binds a new node, with which the committee goes on, and refuses the old one', async () => {
    const { data } = cluster.devnet.places[robbed]!
    renameSync(path.join(data, 'node.key'), path.join(data, 'stolen.key'))
    bound = await validatorCommand<Bound>(bench, 'bind', '--data', data, ...network)
    assert.notEqual(bound.peerId, stolen)
    assert.equal(bound.peerId, (await openNodeKey(data)).peerId.toString())
    await cluster.start(robbed)
    await cluster.untilBuilding(robbed, 0)
    await cluster.untilFinal(await cluster.transfer(robbed), cluster.all)
    for (const index of [0, 1]) {
      await cluster.until(async () => (await isReserved(index, stolen)) === false)
      assert.equal(await isReserved(index, bound.peerId), true)
      assert.equal(await seat(index), bound.peerId)
    }
    assert.equal(await isReserved(2, bound.peerId), true)
  })

  it('is known again by a member that was killed', async () => {
    await cluster.kill(0)
    await cluster.start(0)
    assert.equal(await seat(0), bound.peerId)
    await cluster.untilBuilding(0, 1)
    await cluster.until(async () => (await isReserved(0, bound.peerId)) === true)
    await cluster.until(async () => (await isReserved(0, stolen)) === false)
    await cluster.untilFinal(await cluster.transfer(0), cluster.all)
    await cluster.assertAgreement()
  })

  it('does not run with the stolen key again, nor with a damaged binding', async () => {
    await cluster.kill(robbed, 'SIGTERM')
    const { data, config } = cluster.devnet.places[robbed]!
    const run = ['run', '--data', data, '--config', config]
    renameSync(path.join(data, 'node.key'), path.join(data, 'new.key'))
    cpSync(path.join(data, 'stolen.key'), path.join(data, 'node.key'))
    assertRefused(await bench.run(...run), exitCodes.key, /NODE_KEY_OTHER.*validator bind/)
    renameSync(path.join(data, 'new.key'), path.join(data, 'node.key'))
    renameSync(bound.file, `${bound.file}.kept`)
    writePrivate(bound.file, 'damaged\n')
    assertRefused(await bench.run(...run), exitCodes.key, /NODE_BINDING_FORM.*validator bind/)
    renameSync(`${bound.file}.kept`, bound.file)
    await cluster.start(robbed)
    await cluster.untilBuilding(robbed, 1)
  })

  function addressOf(index: number): string {
    const settings = readFileSync(cluster.devnet.places[index]!.config, 'utf8')
    const [, address = ''] = /^listen = \["(.+)"\]$/m.exec(settings) ?? []
    return address
  }
})
