/** What four validators on this machine order, how soon, and what it takes of them. */
import { genesisHash } from '#genesis'

import { Cluster } from '../test/e2e/cluster.ts'
import { Bench } from '../test/e2e/node.ts'
import { proxied } from '../test/e2e/proxied.ts'
import { folderBytes, load, privateMemory, taken } from './devnet/meter.ts'
import { type Journey, Traffic } from './devnet/traffic.ts'

const rates = (process.env['PARS_RATES'] ?? '1 10 50 100 200').split(' ').map(Number)
const seconds = Number(process.env['PARS_SECONDS'] ?? 15)
/** At each validator. */
const accounts = 10

/** Of all validators together. */
interface Costs {
  readonly at: number
  /** CPU seconds. */
  readonly cpu: number
  readonly main: number
  /** Bytes between them, both ways. */
  readonly sent: number
  /** Bytes of their folders, and bytes that their disks wrote for it. */
  readonly kept: number
  readonly written: number
}

/** Per second, of all validators together. */
type Pace = Omit<Costs, 'at'>

export async function devnet(): Promise<void> {
  if (process.platform !== 'linux') {
    console.log('reads what processes take from /proc: Linux alone')
    return
  }
  await using bench = new Bench()
  await using resources = new AsyncDisposableStack()
  const cluster = await Cluster.create(bench)
  let sent = 0
  const proxies = await proxied(cluster.devnet.places, () => (chunk) => void (sent += chunk.length))
  for (const proxy of proxies) resources.use(proxy)
  await cluster.start(...cluster.all)
  const [first, ...others] = cluster.all.map((index) => cluster.at(index))
  if (first === undefined) throw new TypeError('no validators')
  const nodes = [first, ...others] as const
  const pids = nodes.flatMap(({ command }) => command.process.pid ?? [])
  const costs = (): Costs => {
    const each = pids.map(taken)
    const sum = (of: keyof (typeof each)[number]): number =>
      each.reduce((all, one) => all + one[of], 0)
    const kept = folderBytes(cluster.devnet.folder)
    const [cpu, main, written] = [sum('cpu'), sum('main'), sum('written')]
    return { at: performance.now(), cpu, main, sent, kept, written }
  }
  const memory = (): string => pids.map((pid) => megabytes(privateMemory(pid))).join(', ')

  const traffic = await Traffic.open(nodes, genesisHash(cluster.devnet.genesis), accounts)
  console.log(`four validators, 200 ms between rounds; load of the machine ${load()}`)
  await sleep(5_000)
  const before = costs()
  await sleep(seconds * 1000)
  const idle = pace(before, costs())
  printIdle(idle, pids.length)
  console.log(`  memory of each: ${memory()}`)
  for (const rate of rates) {
    const signed = traffic.prepare(rate * seconds)
    const start = costs()
    // oxlint-disable-next-line no-await-in-loop -- one load after the other
    const { journeys, refusals, blocks } = await traffic.send(signed, rate)
    const end = costs()
    console.log(`${rate} a second; load of the machine ${load()}`)
    printJourneys(journeys, start.at, blocks, refusals)
    printCosts(start, end, idle, { transactions: journeys.length, validators: pids.length })
    console.log(`  memory of each: ${memory()}`)
  }
}

function printIdle(idle: Pace, validators: number): void {
  const hour = (bytes: number): string => `${megabytes((bytes * 3600) / validators)} an hour`
  console.log('idle')
  console.log(`  CPU of each: ${percent(idle.cpu / validators)} of a core`)
  console.log(`  sent by each: ${hour(idle.sent)}`)
  console.log(`  disk of each: ${hour(idle.kept)}, written ${hour(idle.written)}`)
}

function printJourneys(
  journeys: readonly Journey[],
  started: number,
  blocks: number,
  refusals: number,
): void {
  const ends = journeys.flatMap(({ executed }) => executed ?? [])
  const perSecond = (ends.length * 1000) / (Math.max(...ends) - started)
  const lost = journeys.length - ends.length
  console.log(
    `  committed ${perSecond.toFixed(1)} a second in ${blocks} blocks; ${refusals} refusals${lost > 0 ? `; ${lost} NEVER` : ''}`,
  )
  for (const tag of ['executed', 'finalized'] as const) {
    const times = journeys
      .flatMap(({ sent, [tag]: at }) => (at === undefined ? [] : [at - sent]))
      .toSorted((a, b) => a - b)
    const at = (share: number): string =>
      `${times[Math.floor(share * times.length)]?.toFixed(0)} ms`
    console.log(`  ${tag === 'executed' ? 'latest' : tag}: p50 ${at(0.5)}, p95 ${at(0.95)}`)
  }
}

function printCosts(
  start: Costs,
  end: Costs,
  idle: Pace,
  { transactions, validators }: { readonly transactions: number; readonly validators: number },
): void {
  const lasted = (end.at - start.at) / 1000
  const each = (of: keyof Pace): number => end[of] - start[of]
  const more = (of: keyof Pace): number => Math.max(0, each(of) - idle[of] * lasted) / transactions
  const cpu = percent(each('cpu') / lasted / validators)
  const main = percent(each('main') / lasted / validators)
  console.log(`  CPU of each: ${cpu} of a core, main thread ${main}`)
  console.log('  above idle, per transaction:')
  const millis = ((more('cpu') * 1000) / validators).toFixed(1)
  const mainMillis = ((more('main') * 1000) / validators).toFixed(1)
  console.log(`    CPU of each ${millis} ms, main thread ${mainMillis} ms`)
  console.log(`    sent in all ${kilobytes(more('sent'))}`)
  const disk = [more('kept'), more('written')].map((bytes) => kilobytes(bytes / validators))
  console.log(`    disk of each ${disk[0]}, written ${disk[1]}`)
}

function pace(start: Costs, end: Costs): Pace {
  const lasted = (end.at - start.at) / 1000
  const of = (name: keyof Pace): number => (end[name] - start[name]) / lasted
  return {
    cpu: of('cpu'),
    main: of('main'),
    sent: of('sent'),
    kept: of('kept'),
    written: of('written'),
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1e3).toFixed(1)} kB`
}
