import type { Link } from '../../mesh/node/link.ts'
import { MeshNode } from '../../mesh/node/node.ts'
import { MeshIdentity } from '../../mesh/reach/identity.ts'
import {
  Air,
  type Conditions,
  SeededRandom,
  SimMedium,
  VirtualClock,
} from '../../mesh/sim/index.ts'

const seeds = 10
const day = 86_400_000
const letterBytes = 20_000

interface Row {
  readonly name: string
  readonly hops: number
  readonly conditions: Conditions
  /** Seconds from the announce to a path that the design promises at most. */
  readonly gate?: number
}

const rows: readonly Row[] = [
  {
    name: '3 hops, 1 kbps, 1 s each',
    hops: 3,
    conditions: { bitsPerSecond: 1000, latency: 1000 },
    gate: 8.6,
  },
  {
    name: '4 hops, 5 kbps, 0.1 s each',
    hops: 4,
    conditions: { bitsPerSecond: 5000, latency: 100 },
    gate: 3.25,
  },
  { name: '1 hop, 5 kbps, 0.1 s', hops: 1, conditions: { bitsPerSecond: 5000, latency: 100 } },
  {
    name: '1 hop, 5 kbps, 0.1 s, 10 % loss',
    hops: 1,
    conditions: { bitsPerSecond: 5000, latency: 100, loss: 0.1 },
  },
  { name: '1 hop, 1 kbps, 10 s', hops: 1, conditions: { bitsPerSecond: 1000, latency: 10_000 } },
  { name: '1 hop, 1 kbps, 60 s', hops: 1, conditions: { bitsPerSecond: 1000, latency: 60_000 } },
]

/** Seconds of virtual time. */
interface Run {
  readonly path: number
  /** With fetching the key, from the path on. */
  readonly link: number
  /** The share of the bit rate that 20 kB got, up to the receipt. */
  readonly goodput: number
}

/** Whole nodes: from an announce to a path, from there to a link, and 20 kB over it. */
export async function reachability(): Promise<void> {
  const titles = ['announce to path, s', 'to link, s', '20 kB to receipt']
  console.log(
    `\n${'median (worst) of ten seeds'.padEnd(36)}${titles.map((t) => t.padEnd(24)).join('')}`,
  )
  for (const { name, hops, conditions, gate } of rows) {
    const runs: Run[] = []
    for (let seed = 0; seed < seeds; seed++)
      runs.push(await run(hops, conditions, `${name} ${seed}`))
    const path = figures(runs.map((one) => one.path))
    const link = figures(runs.map((one) => one.link))
    const [least = 0, middle = 0] = runs
      .map(({ goodput }) => goodput)
      .toSorted((a, b) => a - b)
      .filter((_, index) => index === 0 || index === seeds / 2)
    const verdict =
      gate === undefined ? '' : `  ${path.worst < gate ? 'below' : 'NOT below'} ${gate}`
    const shares = `${middle.toFixed(3)} (${least.toFixed(3)})`
    const columns = [`${path.text}${verdict}`, link.text, shares].map((text) => text.padEnd(24))
    console.log(`${name.padEnd(36)}${columns.join('')}`)
  }
}

function figures(values: readonly number[]): { readonly text: string; readonly worst: number } {
  const sorted = values.toSorted((a, b) => a - b)
  const [middle = 0, worst = 0] = [sorted[sorted.length / 2], sorted.at(-1)]
  return { text: `${middle.toFixed(2)} (${worst.toFixed(2)})`, worst }
}

async function run(hops: number, conditions: Conditions, seed: string): Promise<Run> {
  const clock = new VirtualClock()
  const random = new SeededRandom(seed)
  const nodes = Array.from({ length: hops + 1 }, (_, index) => nodeOf(clock, `${seed} ${index}`))
  for (let index = 0; index < hops; index++) {
    const air = new Air(clock, random, conditions)
    await nodes[index]?.attach(new SimMedium(air, `${index} right`))
    await nodes[index + 1]?.attach(new SimMedium(air, `${index + 1} left`))
  }
  const identity = MeshIdentity.create(random, clock.now())
  const [first, last] = [nodes[0], nodes.at(-1)]
  if (first === undefined || last === undefined) throw new Error('no nodes')
  const from = clock.now()
  last.serve(identity)
  // Where announces get lost, who waits for one asks.
  if (conditions.loss !== undefined) first.reach.seek(identity.label, () => {})
  await clock.run(day, () => first.reach.pathTo(identity.label) !== undefined)
  const heard = clock.now()
  const link = await settled(clock, first.connect(identity.address, day))
  const linked = clock.now()
  await settled(clock, link.send(random.bytes(letterBytes)))
  const sent = clock.now()
  await Promise.all(nodes.map((node) => node.stop()))
  const least = (letterBytes * 8000) / conditions.bitsPerSecond
  return {
    path: (heard - from) / 1000,
    link: (linked - heard) / 1000,
    goodput: least / (sent - linked),
  }
}

function nodeOf(clock: VirtualClock, seed: string): MeshNode {
  return new MeshNode({
    clock,
    random: new SeededRandom(seed),
    clockIsTrusted: () => true,
    linked(link: Link) {
      link.receive = () => {}
    },
  })
}

async function settled<Value>(clock: VirtualClock, promise: Promise<Value>): Promise<Value> {
  let isSettled = false
  const done = promise.finally(() => (isSettled = true))
  done.catch(() => {})
  await clock.run(day, () => isSettled)
  return done
}
