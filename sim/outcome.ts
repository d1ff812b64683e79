import { isFault } from '#base'
import { type Digest, parameters as usual } from '#consensus'

import { recovering, settling } from './draw.ts'
import type { Obstacle, Traffic } from './network.ts'
import { type Fault, losesMemory, type Scenario } from './scenario.ts'
import { type Tally, Violation } from './watch.ts'
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

/** How far the world was when its network became timely. */
export interface Start {
  /** By node. */
  readonly committed: ReadonlyMap<number, number>
  readonly height: number
}

/** What a node has come to at the end. */
export interface Progress {
  readonly index: number
  readonly author: number
  readonly standing: string | undefined
  readonly committed: number
  readonly finalized: number
  readonly isHalted: boolean
}

/**
 * I8: once the network is timely everybody commits, and finds final what was executed before; whoever
 * may sign does so again. Who executes something else halts, and goes on ordering.
 */
export function checkProgress({ watch, scenario }: World, start: Start, node: Progress): void {
  const { index, author, standing, committed, finalized, isHalted } = node
  const before = start.committed.get(index) ?? 0
  const top = watch.committed
  const place = `${index} (${standing})`
  if (committed - before < leastCommits || top - committed > mostBehind) {
    watch.fail('I8', `${place} is at commit ${committed} of ${top}, was at ${before}`)
  }
  const { since, isLong } = quietOf(scenario)
  if (!isLong) return
  const builtAt = watch.builtAt(author)
  if (standing !== 'signing' || builtAt === undefined || builtAt < since) {
    watch.fail('I8', `${place} built last at ${builtAt}, and it is quiet since ${since}`)
  }
  const isWrong = isDiverging(scenario, index)
  if (isWrong !== isHalted) watch.fail('I8', `${place} has ${isHalted ? '' : 'not '}halted`)
  if (!isWrong && finalized < start.height) {
    watch.fail('I8', `${place} is final at ${finalized}, and ${start.height} was executed`)
  }
}

/** Since when everybody has to be in step, and whether it stays so long enough to tell. */
function quietOf({ faults, parameters, stable, end }: Scenario): {
  readonly since: number
  readonly isLong: boolean
} {
  const all = { ...usual, ...parameters }
  const recovery = faults.some(losesMemory) ? recovering(all) : 0
  const since = stable + recovery + settling(all)
  return { since, isLong: end - since >= settling(all) }
}

/** Whether its chain is still wrong at the end. */
function isDiverging({ faults, stable }: Scenario, node: number): boolean {
  return faults.some(
    (fault) =>
      fault.kind === 'divergence' && fault.node === node && fault.at + fault.length >= stable,
  )
}
