import { parameters, slowLinkParameters } from '#consensus'
/** How long the order takes over simulated links: virtual time, no cost of computing. */
import { type LatencyOptions, measureLatency, type Quantiles } from '#sim'

interface Row extends LatencyOptions {
  readonly name: string
  /** Whether the figures are what the design promises. */
  readonly holds: (measured: ReturnType<typeof measureLatency>) => boolean
}

const wan = { least: 7, most: 155 }

const rows: readonly Row[] = [
  {
    name: '21 nodes, 7-155 ms',
    nodes: 21,
    links: wan,
    parameters,
    length: 30_000,
    holds: ({ commit, finalized }) => commit.p95 <= 800 && finalized.p95 <= 1_300,
  },
  {
    name: '21 nodes, 7-155 ms, 6 silent',
    nodes: 21,
    silent: 6,
    links: wan,
    parameters,
    length: 60_000,
    holds: ({ commit }) => commit.average <= 1_300,
  },
  {
    name: '7 nodes, 5-15 s',
    nodes: 7,
    links: { least: 5_000, most: 15_000 },
    parameters: { ...slowLinkParameters, minRoundDelay: 200 },
    length: 3_600_000,
    holds: ({ direct }) => direct >= 90,
  },
]

export function consensus(): void {
  for (const { name, holds, ...options } of rows) {
    const measured = measureLatency(options)
    const { commit, finalized, direct, skipped, roundMs } = measured
    console.log(name)
    console.log(`  commit     ${text(commit)}`)
    console.log(`  finalized  ${text(finalized)}`)
    const shares = `${direct.toFixed(1)} % direct, ${skipped.toFixed(1)} % skipped`
    console.log(`  round ${roundMs.toFixed(0)} ms, ${shares}`)
    console.log(`  as promised: ${holds(measured) ? 'yes' : 'NO'}`)
  }
}

function text({ average, median, p95, count }: Quantiles): string {
  const [mean, half, most] = [average, median, p95].map((value) => `${Math.round(value)} ms`)
  return `average ${mean}, median ${half}, p95 ${most} (${count} blocks at nodes)`
}
