import { draw, type DrawOptions } from './draw.ts'
import type { Outcome } from './outcome.ts'
import type { Fault } from './scenario.ts'
import { simulate } from './simulate.ts'
import type { Ports } from './world.ts'

/** Sums over many worlds. */
export interface Totals {
  seeds: number
  /** Milliseconds of virtual time. */
  simulated: number
  sent: number
  lost: number
  commits: number
  direct: number
  indirect: number
  skipped: number
  published: number
  finalized: number
  evidence: number
  readonly faults: Record<Fault['kind'], number>
}

export function noTotals(): Totals {
  return {
    seeds: 0,
    simulated: 0,
    sent: 0,
    lost: 0,
    commits: 0,
    direct: 0,
    indirect: 0,
    skipped: 0,
    published: 0,
    finalized: 0,
    evidence: 0,
    faults: {
      crash: 0,
      amnesia: 0,
      corruption: 0,
      relapse: 0,
      rollback: 0,
      twin: 0,
      partition: 0,
      cut: 0,
      slow: 0,
      disk: 0,
      full: 0,
      divergence: 0,
      byzantine: 0,
    },
  }
}

export function add(totals: Totals, { tally, traffic, simulated, scenario }: Outcome): void {
  totals.seeds++
  totals.simulated += simulated
  totals.sent += traffic.sent
  totals.lost += traffic.lost
  totals.commits += tally.commits
  totals.direct += tally.direct
  totals.indirect += tally.indirect
  totals.skipped += tally.skipped
  totals.published += tally.published
  totals.finalized += tally.finalized
  totals.evidence += tally.evidence
  for (const { kind } of scenario.faults) totals.faults[kind]++
}

/** Runs the seeds one after the other until one fails; its outcome, or undefined. */
export function search(
  seeds: Iterable<number>,
  totals: Totals,
  options?: DrawOptions,
  ports?: Ports,
): Outcome | undefined {
  for (const seed of seeds) {
    const outcome = simulate(draw(seed, options), ports)
    add(totals, outcome)
    if (outcome.violation !== undefined) return outcome
  }
  return undefined
}
