import { isFault } from '#base'
import type { Digest } from '#consensus'

import type { Obstacle, Traffic } from './network.ts'
import type { Fault, Scenario } from './scenario.ts'
import { type Tally, Violation, type Watch } from './watch.ts'
import type { World } from './world.ts'

/** What became of a world. */
export interface Outcome {
  readonly scenario: Scenario
  /** What broke, or undefined. */
  readonly violation: { readonly invariant: string; readonly message: string } | undefined
  readonly tally: Tally
  readonly traffic: Traffic
  /** Milliseconds of virtual time. */
  readonly simulated: number
  readonly fingerprint: Digest
  /** One line per event: time, node, what. */
  readonly trace: readonly string[]
}

export function outcomeOf(
  { scenario, watch, network, time }: World,
  violation: Outcome['violation'],
): Outcome {
  const { tally, fingerprint, lines: trace } = watch
  const { traffic } = network
  return { scenario, violation, tally, traffic, simulated: time, fingerprint, trace }
}

/** The invariant that `error` breaks: a fault that leaves consensus breaks I5. Throws any other. */
export function brokenBy(error: unknown): NonNullable<Outcome['violation']> {
  if (error instanceof Violation) return { invariant: error.invariant, message: error.message }
  if (isFault(error)) return { invariant: 'I5', message: `${error.code} ${error.stack}` }
  throw error
}

/** What a fault of the network puts in the way of messages. */
export function obstacleOf(
  fault: Extract<Fault, { readonly kind: 'partition' | 'cut' | 'slow' }>,
): Obstacle {
  if (fault.kind === 'cut') return { blocks: (from, to) => from === fault.from && to === fault.to }
  if (fault.kind === 'partition') {
    const { groups } = fault
    return { blocks: (from, to) => groups[from] !== groups[to] }
  }
  const { node, delay } = fault
  return { delays: (from, to) => (from === node || to === node ? delay : 0) }
}

/** Commits that every node makes at least once the network is timely. */
const leastCommits = 5
/** Commits that a node may be behind the first. */
const mostBehind = 10

/** I8: once the network is timely everybody commits. */
export function checkProgress(
  watch: Watch,
  node: {
    readonly index: number
    readonly standing: string | undefined
    /** Its commits when the network became timely, and at the end. */
    readonly before: number
    readonly committed: number
    /** Those of the first. */
    readonly top: number
  },
): void {
  const { index, standing, before, committed, top } = node
  if (committed - before >= leastCommits && top - committed <= mostBehind) return
  watch.fail('I8', `${index} (${standing}) is at commit ${committed} of ${top}, was at ${before}`)
}
