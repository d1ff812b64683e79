/** An upgrade by vote on four validators, from its text to the block in which all of them run it. */
import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { type Abi, encodeDeployData, encodeFunctionData } from 'viem'

import { hex, type Hex, quantity } from '#base'
import { importPackage, packageIntegrity, specHash } from '#precompiles'

import { exitCodes } from '../../node/exit-codes.ts'
import { install, makeProject, repository } from '../examples/project.ts'
import { compile } from '../precompiles/compile.ts'
import { Cluster } from './cluster.ts'
import { Bench } from './node.ts'
import { PipBench } from './pips.ts'

const [alice, bob, carol, dave] = [0, 1, 2, 3] as const
const address = '0x6dcdc3ef5cd9048c9d89d2c0c0c2f6dd0c9025c9'
const source = path.join(repository, 'examples/blake2b')

/** What takes weeks elsewhere. */
const quick = {
  'pip.reviewPeriod': 10n,
  'vote.delay': 1n,
  'vote.extension': 1n,
  'tier.2.period': 60n,
  'tier.2.timelock': 2n,
  'upgrade.notice': 15n,
  'upgrade.readiness': 7_000n,
} as const

describe('an upgrade by vote', function () {
  this.timeout(400_000)
  this.bail(true)

  const bench = new Bench()
  const number = 42
  let cluster: Cluster
  let pips: PipBench
  let contract: Hex
  let call: { readonly to: Hex; readonly data: Hex }

  before(async () => {
    cluster = await Cluster.create(bench, 4, quick)
    const [same, other] = ['same', 'other'].map((name) => bench.path(name))
    for (const project of [same!, other!]) {
      makeProject(project)
      install(project, source)
    }
    // Of the last validator's package the gas table is another, and with it the promise.
    const changed = path.join(other!, 'node_modules/blake2b/index.js')
    writeFileSync(changed, readFileSync(changed, 'utf8').replace('call: 150', 'call: 151'))
    for (const [index, { config }] of cluster.devnet.places.entries()) {
      const project = index === dave ? other : same
      appendFileSync(config, `plugins = ["blake2b"]\nproject = ${JSON.stringify(project)}\n`)
    }
    await cluster.start(...cluster.all)
    pips = await PipBench.open(bench, cluster.at(0))
    const amounts = [1_000, 600, 500, 100]
    for (const [member, amount] of amounts.entries()) {
      await members('lock', String(amount), '--for', '1456d', ...pips.from(member))
    }
    await members('delegate', pips.accounts[bob]!, ...pips.from(dave))

    const { UseExamples } = compile('test/examples/UseExamples.sol')
    const { abi, bytecode } = UseExamples!
    const data = encodeDeployData({ abi: abi as Abi, bytecode })
    const hash = await pips.node.ask<Hex>('eth_sendTransaction', {
      from: pips.accounts[alice],
      data,
    })
    contract = (await pips.node.receipt<{ contractAddress: Hex }>(hash)).contractAddress
    const args = ['0x616263']
    const asked = encodeFunctionData({ abi: abi as Abi, functionName: 'hash', args })
    call = { to: contract, data: asked }
  })
  after(() => bench[Symbol.asyncDispose]())

  const members = async (...line: readonly string[]): Promise<void> => {
    const { code, stderr } = await bench.run('ve', ...line)
    assert.equal(code, 0, stderr)
  }
  const status = async (): Promise<string> => {
    return (await pips.json('show', String(number), ...pips.at)).status
  }
  /** Until a command does what is refused before its time. */
  const until = async (...line: readonly string[]): Promise<void> => {
    await cluster.until(async () => (await pips.run(...line)).code === 0)
  }

  it('is proposed, revised, rehearsed, voted for and executed', async () => {
    const plugin = await importPackage(source, 'blake2b')
    const integrity = await packageIntegrity(path.join(bench.path('same'), 'node_modules/blake2b'))
    const sha512 = hex(Buffer.from(integrity.replace('sha512-', ''), 'base64'))
    const entry = ['blake2b', '1.0.0', address, hex(specHash(plugin)), 'blake2b', sha512]
    const action = `UpgradeSchedule.schedule ${JSON.stringify([0, [entry], []])}`
    const file = await pips.write(number, 'BLAKE2b for contracts', action)
    const { tier } = await pips.json('submit', file, ...pips.from(alice))
    assert.equal(tier, '2')
    await pips.json('review', String(number), ...pips.from(alice))
    const first = await pips.json('show', String(number), ...pips.at)
    pips.amend(file, action, 'ChainParams.set ["block.gasLimit", 31000000]')
    await pips.json('revise', file, ...pips.from(alice))
    const second = await pips.json('show', String(number), ...pips.at)
    assert.ok(Number(second['reviewEnds']) > Number(first['reviewEnds']), 'the clock starts again')
    const rehearsed = await pips.json('simulate', String(number), ...pips.at)
    assert.equal(rehearsed['succeeds'], true)
    await until('open', String(number), ...pips.from(alice))
    await cluster.until(async () => {
      const { vote } = (await pips.json('show', String(number), ...pips.at)) as {
        vote?: { state?: string }
      } & { status: string }
      return vote?.state === 'Active'
    })

    await until('vote', String(number), '--for', ...pips.from(alice))
    await pips.json('vote', String(number), '--against', ...pips.from(bob))
    await pips.json('vote', String(number), '--for', '--override', ...pips.from(dave))
    const ballot = await pips.run(
      'vote',
      String(number),
      '--for',
      '--sign-only',
      ...pips.from(carol),
    )
    writeFileSync(bench.path('ballot.json'), ballot.stdout)
    await pips.json('relay', bench.path('ballot.json'), ...pips.from(dave))
    await until('queue', String(number), ...pips.from(bob))
    await until('execute', String(number), ...pips.from(bob))
    assert.equal(await status(), 'Approved')
  })

  it('is active at one height, where enough said that they are ready', async () => {
    const before = await pips.node.answer('eth_call', call, 'latest')
    assert.ok(before.error !== undefined)
    const plugins = ['--plugins', 'blake2b', '--project', bench.path('same')]
    for (const member of [alice, bob, carol]) {
      const ready = ['validator', 'ready', '1', ...plugins, ...pips.from(member)]
      const { code, stderr } = await bench.run(...ready)
      assert.equal(code, 0, stderr)
    }
    const unready = ['--plugins', 'blake2b', '--project', bench.path('other')]
    const refused = await bench.run('validator', 'ready', '1', ...unready, ...pips.from(dave))
    assert.notEqual(refused.code, 0)
    assert.match(refused.stderr, /blake2b/)

    await cluster.until(async () => (await status()) === 'Implemented')
    const { activated } = await pips.node.ask<{ activated: readonly { from: Hex }[] }>(
      'pars_getUpgradeSchedule',
    )
    const height = Number(activated[0]!.from)
    const hashes = await Promise.all(
      [alice, bob, carol].map(async (index) => {
        await cluster.until(async () => {
          return Number(await cluster.at(index).ask('eth_blockNumber')) >= height
        })
        const earlier = await cluster.at(index).answer('eth_call', call, quantity(height - 1))
        assert.ok(earlier.error !== undefined, 'it is not there a block before')
        return cluster.at(index).ask<Hex>('eth_call', call, quantity(height))
      }),
    )
    assert.match(hashes[0]!, /^0x[0-9a-f]{64}$/)
    assert.equal(new Set(hashes).size, 1)
    await cluster.untilFinal(await cluster.transfer(alice), [alice, bob, carol])
  })

  it('stops the node that promises something else before that height, and says why', async () => {
    const { code, stderr } = await cluster.at(dave).command.ended
    assert.equal(code, exitCodes.stopped)
    assert.match(stderr, /CHAIN_STOPPED.*CHAIN_PRECOMPILE_SPEC.*blake2b.*install the release/s)
    // It stands before that block, so that it starts, and comes to it again.
    await cluster.start(dave)
    const again = await cluster.at(dave).command.ended
    assert.equal(again.code, exitCodes.stopped)
    assert.match(again.stderr, /CHAIN_PRECOMPILE_SPEC/)
  })
})
