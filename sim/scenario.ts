/**
 * What happens in one simulated world, as data: drawn from a seed, written beside a failure, and made
 * smaller by taking faults away.
 */

import type { Parameters } from '#consensus'

/** Of the format below: a scenario of another version does not mean the same. */
export const scenarioVersion = 2

/** Milliseconds since the start of the world. */
type Time = number

export type Fault =
  /** The process ends without warning and starts again; of un-synced batches some are lost. */
  | { readonly kind: 'crash'; readonly at: Time; readonly node: number; readonly down: number }
  /** The same, and the folder is gone; of the key nothing is. */
  | { readonly kind: 'amnesia'; readonly at: Time; readonly node: number; readonly down: number }
  /** Power is lost as soon as `node` has recovered from what came before, and has not built yet. */
  | {
      readonly kind: 'relapse'
      readonly at: Time
      readonly length: number
      readonly node: number
      readonly down: number
    }
  /** As a crash, and one record is torn or corrupt, which the store notices: amnesia with a chain. */
  | { readonly kind: 'corruption'; readonly at: Time; readonly node: number; readonly down: number }
  /** The same, and the folder is one of `age` before. */
  | {
      readonly kind: 'rollback'
      readonly at: Time
      readonly node: number
      readonly down: number
      readonly age: number
    }
  /** A second process with the same key and a copy of the folder. */
  | { readonly kind: 'twin'; readonly at: Time; readonly node: number; readonly length: number }
  /** Nodes of different groups do not hear each other. */
  | {
      readonly kind: 'partition'
      readonly at: Time
      readonly length: number
      /** By node: its group. */
      readonly groups: readonly number[]
    }
  /** What `from` sends does not reach `to`. */
  | {
      readonly kind: 'cut'
      readonly at: Time
      readonly length: number
      readonly from: number
      readonly to: number
    }
  /** Everything from and to `node` takes `delay` longer. */
  | {
      readonly kind: 'slow'
      readonly at: Time
      readonly length: number
      readonly node: number
      readonly delay: number
    }
  /** Writes of `node` take `delay` to be durable. */
  | {
      readonly kind: 'disk'
      readonly at: Time
      readonly length: number
      readonly node: number
      readonly delay: number
    }
  /** The disk of `node` has room for `room` bytes more; what exceeds it fails, as a coded fault. */
  | {
      readonly kind: 'full'
      readonly at: Time
      readonly length: number
      readonly node: number
      readonly room: number
    }
  /** Execution of `node` gives other results; after `length` its chain is made anew, by a sound one. */
  | {
      readonly kind: 'divergence'
      readonly at: Time
      readonly length: number
      readonly node: number
    }
  /** The validator does whatever a valid signature allows, all the time. */
  | {
      readonly kind: 'byzantine'
      readonly at: Time
      readonly node: number
      readonly traits: Traits
    }

/** How often a Byzantine validator does what; percent. */
export interface Traits {
  /** Several blocks in one round, each for some of the others. */
  readonly equivocates: number
  /** Keeps an own block from most others, and does not give it out when asked. */
  readonly withholds: number
  /** No block in a round. */
  readonly silent: number
  /** Another hash for a height; a vote for a commit that nobody made. */
  readonly lies: number
  /** Blocks of others with a signature of its own making, before they arrive themselves. */
  readonly forges: number
}

export interface Links {
  /** Milliseconds one way. */
  readonly least: number
  readonly most: number
  /** Percent, until the network becomes timely. */
  readonly loss: number
  readonly duplicates: number
}

export interface Scenario {
  readonly version: typeof scenarioVersion
  readonly seed: number
  /** `core`: decoded messages between cores. `nodes`: whole nodes, down to bytes. */
  readonly world: 'core' | 'nodes'
  readonly stakes: readonly number[]
  readonly constants: { readonly gcDepth: number; readonly scheduleWindow: number }
  /** In place of the usual ones. */
  readonly parameters: Partial<Parameters>
  readonly links: Links
  /** By node: how far its clock is ahead, milliseconds. */
  readonly skews: readonly number[]
  /** Milliseconds between two transactions; 0: there are none. */
  readonly load: number
  readonly transactions: {
    /** Of each. */
    readonly bytes: number
    /** That arrive together. */
    readonly count: number
  }
  /** Blocks of the chain that a commit makes, if it makes one. */
  readonly heights: number
  readonly disk: {
    /** Milliseconds until a write is durable. */
    readonly delay: number
    /** Bytes that wait for the disk at most: what exceeds them was written before. */
    readonly buffer: number
  }
  /** Bytes after which an answer is cut: the rest has to be asked for. */
  readonly answerBytes: number
  /** Bytes of frames that wait for one peer at most. */
  readonly queueBytes: number
  /** From here on the network is timely and every node is up. */
  readonly stable: Time
  readonly end: Time
  readonly faults: readonly Fault[]
}

/** What may be full, or cut. */
export type Sizes = Pick<
  Scenario,
  'transactions' | 'heights' | 'disk' | 'answerBytes' | 'queueBytes'
>

/** Nothing is. */
export const plain: Sizes = {
  transactions: { bytes: 8, count: 1 },
  heights: 1,
  disk: { delay: 1, buffer: 4_194_304 },
  answerBytes: 8_388_608,
  queueBytes: 8_388_608,
}

/** Nodes whose faults count against f: what they sign may contradict itself, or be missing for long. */
function isTolerated(fault: Fault): boolean {
  return losesMemory(fault) || ['divergence', 'byzantine'].includes(fault.kind)
}

/** Nodes that do not know what they signed, and have to be told. */
export function losesMemory(fault: Fault): boolean {
  return ['amnesia', 'corruption', 'rollback', 'twin'].includes(fault.kind)
}

/** Nodes that may sign two blocks of one round. */
export function maySignTwice(fault: Fault): boolean {
  return ['rollback', 'twin', 'byzantine'].includes(fault.kind)
}

/** Nodes that `faults` of this kind concern. */
export function nodesWith(
  faults: readonly Fault[],
  isMeant: (fault: Fault) => boolean,
): ReadonlySet<number> {
  return new Set(faults.flatMap((fault) => ('node' in fault && isMeant(fault) ? [fault.node] : [])))
}

/** Stake that may still become faulty; negative beyond f. */
export function sparedStake({ stakes, faults }: Pick<Scenario, 'stakes' | 'faults'>): number {
  const faulty = nodesWith(faults, isTolerated)
  const total = stakes.reduce((sum, stake) => sum + stake, 0)
  const stake = [...faulty].reduce((sum, node) => sum + (stakes[node] ?? 0), 0)
  return Math.floor((total - 1) / 3) - stake
}

/** The stake that `scenario` counts as faulty is at most f. */
export function isWithinBounds(scenario: Scenario): boolean {
  return sparedStake(scenario) >= 0
}
