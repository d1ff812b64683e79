import { type Conditions, type Meeting, meet } from '../../mesh/sim/index.ts'

const seeds = 10
const bytes = 20_000

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

/** Whole nodes: from an announce to a path, from there to a link, and 20 kB over it. */
export async function reachability(): Promise<void> {
  const titles = ['announce to path, s', 'to link, s', '20 kB to receipt']
  console.log(
    `\n${'median (worst) of ten seeds'.padEnd(36)}${titles.map((t) => t.padEnd(24)).join('')}`,
  )
  for (const { name, hops, conditions, gate } of rows) {
    const runs: Meeting[] = []
    for (let seed = 0; seed < seeds; seed++) {
      const run = await meet({ hops, conditions, seed: `${name} ${seed}`, bytes })
      if (run === undefined) throw new Error(`${name}: they never met`)
      runs.push(run)
    }
    const path = figures(runs.map((one) => one.path / 1000))
    const link = figures(runs.map((one) => one.link / 1000))
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
