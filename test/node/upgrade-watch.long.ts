import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { Registry } from 'prom-client'

import { hex, type Log, silent } from '#base'
import type { ChainFace, Head, HeadEntries } from '#chain'

import { headEntries } from '../../chain/engine/head-entries.ts'
import { headSource } from '../../chain/state/index.ts'
import { missingOf } from '../../node/governance/readiness.ts'
import { limits } from '../../node/limits.ts'
import { Instruments } from '../../node/metrics/instruments.ts'
import { upgradeMetrics } from '../../node/metrics/upgrades.ts'
import { slots, UpgradeWatch } from '../../node/upgrade-watch.ts'
import { alice } from '../contracts/scene.ts'
import { entry, key, schedule, UpgradeScene } from '../contracts/upgrade-scene.ts'
import { GovernedChain } from '../rpc/governed-chain.ts'

type Facts = Readonly<Record<string, unknown>>

class Lines {
  readonly warnings: Facts[] = []
  readonly news: Facts[] = []
  readonly errors: Facts[] = []
  readonly log: Log = {
    ...silent,
    warn: (_, facts = {}) => void this.warnings.push(facts),
    info: (_, facts = {}) => void this.news.push(facts),
    error: (_, facts = {}) => void this.errors.push(facts),
  }
}

const hour = 3600
const day = 24 * hour

describe('the watch over upgrades', function () {
  this.timeout(60_000)
  let scene: UpgradeScene
  let governed: GovernedChain
  let chain: Pick<ChainFace, 'head' | 'headEntries' | 'onHead' | 'reads'>
  let lines: Lines
  /** Of the head that the watch is told of; the chain need not have come that far. */
  let time: number
  const listeners = new Set<(head: Head) => void>()
  beforeEach(async () => {
    scene = await UpgradeScene.start([])
    const { network } = scene.scene
    governed = new GovernedChain(network)
    lines = new Lines()
    time = Number(network.headTimestamp)
    listeners.clear()
    let entries: (HeadEntries & { readonly of: Uint8Array }) | undefined
    chain = {
      get head() {
        const { header, hash } = network.head
        return { hash, header: { ...header, timestamp: BigInt(time) } }
      },
      get headEntries() {
        if (entries?.of !== network.head.hash) {
          entries = { of: network.head.hash, ...headEntries(headSource(network.store.snapshot())) }
        }
        return entries
      },
      onHead(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      reads: governed.reads,
    }
  })
  afterEach(() => scene.scene.close())

  function watch(account?: `0x${string}`): UpgradeWatch {
    return new UpgradeWatch({
      chain,
      log: lines.log,
      account,
      missingOf: (upgrade) => missingOf(upgrade, { project: '/', plugins: [] }),
    })
  }

  /** Tells of the head, and lets everything that follows from it happen. */
  function told(watching: UpgradeWatch): Promise<void> {
    for (const listener of listeners) listener(chain.head)
    return watching.idle()
  }

  const calls = () => governed.asked.get('call')

  async function scheduled(inSeconds: number, plugin: object = entry): Promise<number> {
    const notBefore = BigInt(time + inSeconds)
    assert.equal(await scene.govern(schedule, 'schedule', [notBefore, [plugin], []]), undefined)
    time = Number(scene.scene.network.headTimestamp)
    return time
  }

  it('says at once what is missing, and how long there is for it', async () => {
    await using watching = watch()
    await scheduled(14 * day)
    await told(watching)
    assert.equal(watching.missing, 1)
    assert.equal(lines.warnings.length, 1)
    const [{ upgrade, left, missing } = {}] = lines.warnings
    assert.deepEqual([upgrade, left], [1, '13 days'])
    assert.match(String(missing), /^blake2b@\S+ is not in release /)
  })

  it('tells Prometheus how many upgrades it lacks something for', async () => {
    await using watching = watch()
    const registry = new Registry()
    upgradeMetrics(new Instruments(registry), watching)
    const scraped = async () => /^pars_upgrade_missing (\d+)$/m.exec(await registry.metrics())?.[1]
    assert.equal(await scraped(), '0')
    await scheduled(14 * day)
    await told(watching)
    assert.equal(await scraped(), '1')
  })

  it('says it again each day, and more often as the time comes nearer', async () => {
    await using watching = watch()
    const start = await scheduled(14 * day)
    await told(watching)
    const end = start + 14 * day
    const at: number[] = []
    for (time = start; time < end; time += end - time > 2 * hour ? 600 : 60) {
      const before = lines.warnings.length
      await told(watching)
      if (lines.warnings.length > before) at.push(end - time)
    }
    const within = (from: number, to: number) => at.filter((one) => one > to && one <= from).length
    assert.equal(within(14 * day, 8 * day), 5)
    assert.ok(within(day, 12 * hour) >= 4, 'several within the last day but one half')
    assert.ok(within(hour, 0) >= 20, 'many in the last hour')
    assert.ok(at.length < 150)
  })

  it('reads the schedule again when it changed or an hour has passed, not at each block', async () => {
    await using watching = watch()
    await scheduled(day)
    await told(watching)
    const before = calls()
    for (let block = 0; block < 10; block++) {
      time += 5
      await told(watching)
    }
    assert.equal(calls(), before)
    time += limits.upgradeLook.value
    await told(watching)
    assert.notEqual(calls(), before)
  })

  it('forgets what was cancelled', async () => {
    await using watching = watch()
    await scheduled(day)
    await told(watching)
    assert.equal(watching.missing, 1)
    assert.equal(await scene.govern(schedule, 'cancel', [1n]), undefined)
    await told(watching)
    assert.equal(watching.missing, 0)
    time += 10 * day
    await told(watching)
    assert.equal(lines.warnings.length, 1)
  })

  it('tells a validator that lacks nothing, once, how to say so', async () => {
    const settings = [{ key: key('block.gasLimit'), value: 20_000_000n }]
    await using watching = watch(hex(alice.address))
    const args = [BigInt(time + day), [], settings]
    assert.equal(await scene.govern(schedule, 'schedule', args), undefined)
    await told(watching)
    time += 2 * hour
    await told(watching)
    assert.equal(watching.missing, 0)
    assert.deepEqual(
      lines.news.map(({ command }) => command),
      ['pars validator ready 1'],
    )
    assert.equal(lines.warnings.length, 0)
  })

  it('asks nobody who signs for no validator', async () => {
    await using watching = watch()
    const settings = [{ key: key('block.gasLimit'), value: 20_000_000n }]
    await scene.govern(schedule, 'schedule', [BigInt(time + day), [], settings])
    await told(watching)
    assert.deepEqual([lines.news, lines.warnings], [[], []])
  })

  it('says once that it cannot look, and looks again at the next block', async () => {
    const { reads } = governed
    const broken = { ...reads, call: () => Promise.reject(new Error('no reader')) }
    await scheduled(day)
    const whole = chain
    chain = {
      ...whole,
      head: whole.head,
      headEntries: whole.headEntries!,
      get reads() {
        return lines.errors.length < 1 || time < until ? broken : reads
      },
    }
    const until = time + 5
    await using watching = watch()
    await watching.idle()
    await told(watching)
    assert.deepEqual(lines.errors, [{ error: 'Error: no reader' }])
    time = until
    await told(watching)
    assert.equal(watching.missing, 1)
  })

  it('looks where the contract counts', () => {
    const file = path.join(import.meta.dirname, '../../contracts/artifacts/UpgradeSchedule.json')
    const { storage } = JSON.parse(readFileSync(file, 'utf8')) as { storage: readonly string[] }
    assert.ok(storage.includes(`${slots.all}+0 _count: t_uint256`))
    assert.ok(storage.includes(`${slots.pending}+0 _pending: t_array(t_uint256)dyn_storage`))
  })

  it('asks nothing of a chain where no upgrade waits', async () => {
    await using watching = watch()
    await told(watching)
    assert.equal(watching.missing, 0)
    assert.equal(governed.asked.get('call'), undefined)
  })

  it('ends with the node, and says nothing of a chain that closes', async () => {
    await scheduled(day)
    const { call } = governed.reads
    const answer = Promise.withResolvers<void>()
    const closing: ChainFace['reads'] = {
      ...governed.reads,
      call: async (...parameters) => {
        await answer.promise
        await call(...parameters)
        throw new Error('closed')
      },
    }
    chain = { ...chain, head: chain.head, headEntries: chain.headEntries!, reads: closing }
    const over = watch()[Symbol.asyncDispose]()
    assert.equal(listeners.size, 0)
    answer.resolve()
    await over
    assert.deepEqual([lines.errors, lines.warnings], [[], []])
  })
})
