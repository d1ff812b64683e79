import type { MediumMode } from '../medium.ts'

/** Loss in bursts: cells pass between a good and a bad state of the way. */
export interface BurstLoss {
  /** The share that is lost while the way is good, and while it is bad. */
  readonly good: number
  readonly bad: number
  /** The chance per cell that a good way turns bad, and the other way. */
  readonly worsens: number
  readonly recovers: number
}

/** While it lasts, only who is in the same group hears each other; who is in none hears nobody. */
export interface Partition {
  /** Milliseconds of the clock. */
  readonly from: number
  readonly until: number
  readonly groups: readonly (readonly string[])[]
}

/** How cells travel between all nodes of one simulated medium. Times are milliseconds. */
export interface Conditions {
  readonly bitsPerSecond: number
  /** One way. */
  readonly latency: number
  /** At most so much later than `latency`, each cell on its own: they overtake each other. */
  readonly jitter?: number | undefined
  /** A share of cells, each on its own, or bursts. */
  readonly loss?: number | BurstLoss | undefined
  /** The share of cells that arrive twice. */
  readonly duplication?: number | undefined
  /** Bytes. */
  readonly mtu?: number | undefined
  /**
   * One piece of air for all: who sends doesn't hear, two that are heard at once are lost, and who
   * hears somebody waits. Otherwise each has a wire of its own to each.
   */
  readonly isShared?: boolean | undefined
  /** The share of time in which a node may send. */
  readonly dutyCycle?: number | undefined
  /** Whether one hears the other at all; everybody does where absent. */
  readonly isInReach?: ((from: string, to: string) => boolean) | undefined
  readonly partitions?: readonly Partition[] | undefined
  readonly mode?: MediumMode | undefined
}

/** Whether `to` can hear `from` at `now`. */
export function isHeard(
  { isInReach, partitions = [] }: Conditions,
  from: string,
  to: string,
  now: number,
): boolean {
  if (from === to || isInReach?.(from, to) === false) return false
  return partitions.every(
    (partition) =>
      now < partition.from ||
      now >= partition.until ||
      partition.groups.some((group) => group.includes(from) && group.includes(to)),
  )
}
