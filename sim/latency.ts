import type { Digest, Parameters } from '#consensus'

import { Machine } from './machine.ts'
import { type Links, plain, type Scenario, scenarioVersion } from './scenario.ts'
import { peerOf, soundPorts, World } from './world.ts'

export interface LatencyOptions {
  readonly nodes: number
  /** Of them, how many never say anything. */
  readonly silent?: number
  readonly links: Pick<Links, 'least' | 'most'>
  readonly parameters?: Partial<Parameters>
  /** Milliseconds of virtual time, of which the first quarter is not measured. */
  readonly length: number
  readonly seed?: number
}

/** Milliseconds of virtual time; quantiles over every block at every node. */
export interface Latency {
  readonly commit: Quantiles
  readonly finalized: Quantiles
  /** Of all decisions on leaders; percent. */
  readonly direct: number
  readonly skipped: number
  readonly commitsPerSecond: number
  readonly roundMs: number
}

export interface Quantiles {
  readonly average: number
  readonly median: number
  readonly p95: number
  readonly count: number
}

/** How long blocks take to be ordered and final, without any cost of computing. */
export function measureLatency(options: LatencyOptions): Latency {
  const { nodes, silent = 0, length } = options
  const world = new World(quiet(options), soundPorts)
  const machines = Array.from({ length: nodes - silent }, (_, author) => {
    return new Machine(world, { index: author, author, peer: peerOf(author), skew: 0 })
  })
  const commits: number[] = []
  const finals: number[] = []
  const madeAt = new Map<Digest, number>()
  const blocksOf = new Map<number, readonly Digest[]>()
  const finalAt = new Map<number, number>()
  const isCounted = (digest: Digest): boolean => (madeAt.get(digest) ?? 0) > length / 4
  world.watch.observer = {
    leaves: ({ digest }) => madeAt.set(digest, world.time),
    commits: (_, { blocks }) => {
      for (const { digest } of blocks) {
        if (isCounted(digest)) commits.push(world.time - (madeAt.get(digest) ?? 0))
      }
    },
    executes: ({ blocks }, height) =>
      blocksOf.set(
        height,
        blocks.map(({ digest }) => digest),
      ),
    finalizes: ({ index }, height) => {
      for (let each = (finalAt.get(index) ?? 0) + 1; each <= height; each++) {
        for (const digest of blocksOf.get(each) ?? []) {
          if (isCounted(digest)) finals.push(world.time - (madeAt.get(digest) ?? 0))
        }
      }
      finalAt.set(index, height)
    },
  }
  for (const machine of machines) machine.boot()
  const pay = (): void => {
    for (const machine of machines) if (machine.pool.length < 4) machine.submit(new Uint8Array(8))
    world.timeline.after(50, pay)
  }
  pay()
  world.run(length)
  const { tally } = world.watch
  const decisions = tally.direct + tally.indirect + tally.skipped
  return {
    commit: quantiles(commits),
    finalized: quantiles(finals),
    direct: (100 * tally.direct) / decisions,
    skipped: (100 * tally.skipped) / decisions,
    commitsPerSecond: (1000 * world.watch.committed) / length,
    roundMs: length / (machines[0]?.status?.round ?? 1),
  }
}

function quiet({ nodes, links, length, parameters = {}, seed = 1 }: LatencyOptions): Scenario {
  return {
    version: scenarioVersion,
    seed,
    world: 'core',
    stakes: Array.from({ length: nodes }, () => 1),
    constants: { gcDepth: 60, scheduleWindow: 300 },
    parameters,
    links: { ...links, loss: 0, duplicates: 0 },
    skews: [],
    load: 0,
    ...plain,
    stable: 0,
    end: length,
    faults: [],
  }
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
  const average = sorted.reduce((sum, value) => sum + value, 0) / sorted.length
  return { average, median: at(0.5), p95: at(0.95), count: sorted.length }
}
