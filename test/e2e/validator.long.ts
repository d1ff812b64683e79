/** Validators and a follower as operators run them: by hand, moved, cut off, and started twice. */
import assert from 'node:assert/strict'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'

import { exitCodes } from '../../node/exit-codes.ts'
import { type ByHand, setUp, validatorCommand } from './by-hand.ts'
import { Cluster, type Standing } from './cluster.ts'
import { factsOf, transfer } from './network.ts'
import { assertRefused, Bench } from './node.ts'

interface PeerFacts {
  readonly peer: string
  readonly isReserved: boolean
  readonly head: number
}

const follower = 4

describe('a network set up by hand', function () {
  this.timeout(240_000)

  const bench = new Bench()
  let net: ByHand
  let cluster: Cluster
  let sent = 0n

  before(async () => {
    net = await setUp(bench)
    cluster = new Cluster(bench, net, 'run')
    await cluster.start(...cluster.all)
  })
  after(() => bench[Symbol.asyncDispose]())
  afterEach(() => cluster.assertNoEquivocation())

  async function run(...parameters: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await bench.run(...parameters)
    assert.equal(code, 0, stderr)
    return stdout
  }

  /** Sends a signed transaction through a node and waits until that node made it final. */
  async function send(through: number): Promise<number> {
    const { hash, wire } = transfer(factsOf(net.genesisFile), 0, { nonce: sent++ })
    const node = cluster.at(through)
    assert.equal(await node.ask('eth_sendRawTransaction', wire), hash)
    const { blockNumber } = await node.receipt<{ blockNumber: string }>(hash)
    await cluster.untilFinal(Number(blockNumber), [through])
    return Number(blockNumber)
  }

  /** An idle network takes its time. */
  async function busyUntil<Result>(done: Promise<Result>): Promise<Result> {
    const state = { isDone: false }
    void done.finally(() => (state.isDone = true)).catch(() => undefined)
    while (!state.isDone) await send(0)
    return done
  }

  it('makes blocks final; a follower has them, and takes transactions for it', async () => {
    await send(1)
    await cluster.untilFinal(await send(follower), cluster.all)
    await cluster.assertAgreement()
    assert.deepEqual(await cluster.at(follower).ask('eth_accounts'), [])
  })

  it('says how each takes part, as text and as JSON', async () => {
    const [validating, following] = [0, follower].map((index) => cluster.devnet.places[index]!.rpc)
    assert.match(
      await run('status', '--rpc', validating!),
      /^pars\/.*\nchain id 7227, .*\nhead \d+ .*\nvalidator, signing; 4 peers, 3 of 4 validators\nround \d+, commit \d+, executed \d+, finalized block \d+\norder on disk: \d+ commits/,
    )
    assert.match(
      await run('status', '--rpc', following!),
      /\nfollower, following; 4 peers, 4 of 4 validators\n/,
    )
    const { node } = JSON.parse(await run('status', '--json', '--rpc', following!)) as {
      readonly node: Standing
    }
    assert.equal(node.role, 'follower')
    assert.equal(node.consensus.author, null)
    assert.equal(node.consensus.execution, 'running')
    const peers = JSON.parse(await run('peers', '--json', '--rpc', following!)) as PeerFacts[]
    const known = net.printed.map(({ validator }) => validator.peerId)
    assert.deepEqual(peers.map(({ peer }) => peer).toSorted(), known.toSorted())
    assert.ok(peers.every(({ isReserved }) => isReserved))
    const text = await run('peers', '--rpc', validating!)
    assert.equal(text.match(/ committee or static$/gm)?.length, 3, text)
    assert.equal(text.match(/ other$/gm)?.length, 1, text)
    assert.equal(await cluster.at(follower).ask('net_peerCount'), '0x4')
    assert.equal(await cluster.at(follower).ask('eth_syncing'), false)
  })

  it('keeps its data to the nodes that run on it', async () => {
    const [running] = cluster.devnet.places
    const protection = (...rest: readonly string[]): string[] => [
      'slashing-protection',
      ...rest,
      '--network',
      net.genesisFile,
    ]
    const draft = bench.path('a-draft')
    await validatorCommand(
      bench,
      'keys',
      'new',
      '--data',
      draft,
      '--account',
      `0x${'0a'.repeat(20)}`,
    )
    const key = path.join(draft, 'validator-draft.json')
    const { data } = net.follower
    const locked = await Promise.all([
      bench.run('validator', ...protection('export', bench.path('r'), '--data', running!.data)),
      bench.run('validator', 'keys', 'import', key, '--data', data, '--network', net.genesisFile),
    ])
    for (const one of locked) assertRefused(one, exitCodes.data, /STORE_LOCKED/)
    assert.equal(existsSync(bench.path('r')), false)
    assert.equal(existsSync(path.join(data, 'validator.json')), false)
    assert.ok(existsSync(key))
  })

  it('lets a follower that was cut off, and one that comes late, catch up', async () => {
    cluster.at(follower).command.process.kill('SIGSTOP')
    const missed = await send(0)
    cluster.at(follower).command.process.kill('SIGCONT')
    await cluster.untilFinal(missed, [follower])
    await cluster.kill(follower)
    const { data, config } = net.follower
    for (const name of readdirSync(data)) {
      if (path.join(data, name) !== config) rmSync(path.join(data, name), { recursive: true })
    }
    await cluster.start(follower)
    await cluster.untilFinal(await send(follower), [follower])
    await cluster.assertAgreement()
  })

  it('lets a validator move without its record, which then asks the others first', async () => {
    const place = cluster.devnet.places[3]!
    await cluster.kill(3, 'SIGTERM')
    await send(0)
    const moved = bench.path('moved')
    mkdirSync(moved, { mode: 0o700 })
    await validatorCommand(
      bench,
      'keys',
      'export',
      '--data',
      place.data,
      '--out',
      bench.path('key'),
    )
    for (const name of ['node.key', 'config.toml']) {
      cpSync(path.join(place.data, name), path.join(moved, name))
    }
    const into = ['--data', moved, '--network', net.genesisFile]
    await validatorCommand(bench, 'keys', 'import', bench.path('key'), ...into)
    rmSync(place.data, { recursive: true })
    cpSync(moved, place.data, { recursive: true })
    await cluster.start(3)
    await busyUntil(cluster.untilBuilding(3, 0))
    assert.match(cluster.at(3).command.stderr, /no record of this key/)
    await cluster.untilFinal(await send(3), cluster.all)
  })

  it('is not divided by a second process with a validator’s key, which ends', async () => {
    const { data, config } = cluster.devnet.places[2]!
    await cluster.kill(2, 'SIGTERM')
    const copy = bench.path('copy')
    cpSync(data, copy, { recursive: true })
    await cluster.start(2)
    await busyUntil(cluster.untilBuilding(2, 0))
    const started = await bench.run('run', '--data', data, '--config', config, '--port', '0')
    assertRefused(started, exitCodes.data, /STORE_LOCKED/)
    const settings = readFileSync(config, 'utf8').replace(/^listen = .*$/m, 'listen = []')
    writeFileSync(path.join(copy, 'config.toml'), settings)
    const second = await busyUntil(bench.run('run', '--data', copy, '--port', '0'))
    assertRefused(second, exitCodes.stopped, /NODE_DOPPELGANGER/)
    assert.ok(cluster.at(2).command.isRunning)
    await cluster.untilFinal(await send(2), cluster.all)
    await cluster.assertAgreement()
  })
})
