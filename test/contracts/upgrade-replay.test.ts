import assert from 'node:assert/strict'

import { hex, unhex } from '#base'
import { preset } from '#genesis'
import { discover } from '#precompiles'
import { openMemory } from '#storage'

import { readBlock } from '../../chain/block/sealed.ts'
import { loadEngines } from '../../chain/pars/engines.ts'
import { parsProfile } from '../../chain/pars/profile.ts'
import { replay } from '../../chain/portable/replay.ts'
import { verifyBlocks, verifyState } from '../../chain/portable/verify.ts'
import { action, governed, key, Parliament } from './parliament.ts'
import { bob } from './scene.ts'
import { entry, example } from './upgrade-scene.ts'

/** What the plugin says to "abc", in 32 bytes and without a key. */
const question = unhex('0x2000616263')
const gasLimit = 20_000_000n

/** A contract that hands on what it is given, and logs the 32 bytes that come back, or what it was given. */
const asking = [
  '365f5f37', // calldatacopy(0, 0, calldatasize())
  `60205f365f73${example.address.slice(2)}5afa50`, // staticcall(gas(), plugin, 0, calldatasize(), 0, 32)
  '60205fa000', // log0(0, 32)
].join('')
const creation = unhex(
  `0x61${(asking.length / 2).toString(16).padStart(4, '0')}80600a3d393df3${asking}`,
)

/** As a command that opens the store anew. */
async function profileWith(plugins: readonly (typeof example)[]) {
  const modules = [...(await discover()), ...plugins]
  return parsProfile(governed(preset('devnet')), modules, await loadEngines())
}

describe('a store with an upgrade that was voted for', function () {
  this.timeout(60_000)
  let parliament: Parliament
  let activation: bigint
  let head: bigint
  before(async () => {
    parliament = await Parliament.start({}, undefined, [example])
    const settings = [{ key: key('block.gasLimit'), value: gasLimit }]
    const schedule = action(parliament.upgrades, 'schedule', [0n, [entry], settings])
    await parliament.execute(await parliament.decide(42, { actions: [schedule] }))
    const { network } = parliament.scene
    const created = await network.run(bob, { to: new Uint8Array(0), data: creation })
    const call = () => network.run(bob, { to: created!.contractAddress!, data: question })
    const due = (await parliament.value(parliament.upgrades, 'upgrade', [1n])) as {
      activation: bigint
    }
    await call()
    await parliament.passTo(due.activation)
    await call()
    const active = (await parliament.value(parliament.upgrades, 'upgrade', [1n])) as {
      activatedAt: bigint
    }
    activation = active.activatedAt
    await call()
    head = network.head.header.number
  })
  after(() => parliament.close())

  async function replayed(from: bigint, plugins = [example]): Promise<readonly bigint[]> {
    const { store: reader } = parliament.scene.network
    const profile = await profileWith(plugins)
    return Array.fromAsync(replay({ reader, profile, scratch: openMemory(), from }))
  }

  const through = (from: bigint): readonly bigint[] =>
    Array.from({ length: Number(head - from) + 1 }, (_, index) => from + BigInt(index))

  it('ran blocks before it, with it first in the block that it names, and after it', async () => {
    assert.equal(await parliament.status(42), 'Implemented')
    assert.equal(head, activation + 1n)
    const { store } = parliament.scene.network
    const gasLimits = [activation - 1n, activation, head].map(
      (number) => readBlock(store, number)?.header.gasLimit,
    )
    assert.deepEqual(gasLimits, [30_000_000n, 30_000_000n, gasLimit])
    const answers = through(1n)
      .flatMap((number) => readBlock(store, number)!.transactions)
      .flatMap(({ receipt }) => receipt.logs)
      .filter(({ topics }) => topics.length === 0)
      .map(({ data }) => hex(data))
    const [before, ...after] = answers
    assert.equal(before, hex(question).padEnd(66, '0'), 'nothing answered')
    assert.deepEqual(after, [answers[1], answers[1]])
    assert.notEqual(answers[1], before)
  })

  it('is right: blocks, receipts, indexes and the state of the head', async () => {
    const { store: reader } = parliament.scene.network
    const profile = await profileWith([example])
    const blocks = await Array.fromAsync(verifyBlocks({ reader, profile }))
    assert.deepEqual(blocks, [0n, ...through(1n)])
    const counts = await Array.fromAsync(verifyState({ reader, profile, scratch: openMemory() }))
    assert.ok((counts.at(-1) ?? 0) > 0)
  })

  it('comes out the same when every block is executed again', async () => {
    assert.deepEqual(await replayed(1n), through(1n))
  })

  for (const [place, distance] of [
    ['two blocks before it', -2n],
    ['the block before it', -1n],
    ['it', 0n],
    ['the block after it', 1n],
  ] as const) {
    it(`comes out the same when execution begins with ${place}`, async () => {
      assert.deepEqual(await replayed(activation + distance), through(activation + distance))
    })
  }

  it('is not executed by a release that has not what the vote activated', async () => {
    for (const from of [1n, activation]) {
      await assert.rejects(replayed(from, []), { code: 'CHAIN_PRECOMPILE_MISSING' })
    }
  })
})
