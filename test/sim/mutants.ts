/**
 * What the simulator must notice: worse ports under the same code, or one rule of the code changed
 * for the length of a task.
 */
import type { CommittedBlocks, ExecAttestation, Restored } from '#consensus'

import { Dag } from '../../consensus/core/dag.ts'
import { Finality } from '../../consensus/core/finality.ts'
import { Pacemaker } from '../../consensus/core/pacemaker.ts'
import { Recovery } from '../../consensus/core/recovery.ts'
import { commitRules } from '../../consensus/core/rules.ts'
import { DagStore } from '../../consensus/store/dag-store.ts'
import { type Batch, Disk } from '../../sim/disk.ts'
import type { DrawOptions } from '../../sim/draw.ts'
import { Execution } from '../../sim/execution.ts'
import { hashSignatures } from '../../sim/signatures.ts'
import { type Ports, soundPorts } from '../../sim/world.ts'
import { mutants as ruleMutants } from '../consensus/dag/mutants.ts'

export interface Mutant {
  readonly ports?: Ports
  /** Changes the code; what it gives changes it back. */
  readonly apply?: () => () => void
  /** Worlds in which the change shows sooner than in others. */
  readonly options?: DrawOptions
  /** The network alone cannot be counted on to show it: random DAGs do. */
  readonly isRare?: boolean
}

/** Says that it is durable before it is. */
class EagerDisk extends Disk {
  override write(batch: Batch, sync: (task: () => void) => void, done: () => void): void {
    super.write(batch, sync, () => {})
    done()
  }
}

/** Does not write some records. */
class LeakyDisk extends Disk {
  readonly #keeps: (record: Batch[number], batch: Batch) => boolean

  constructor(keeps: (record: Batch[number], batch: Batch) => boolean) {
    super()
    this.#keeps = keeps
  }

  override write(batch: Batch, sync: (task: () => void) => void, done: () => void): void {
    super.write(
      batch.filter((record) => this.#keeps(record, batch)),
      sync,
      done,
    )
  }
}

/** Takes an empty folder for a new one. */
class TrustingDisk extends Disk {
  override wipe(): void {
    super.wipe()
    this.hasBegun = true
  }
}

/** Remembers after a loss of power that it has recovered, and not that it had forgotten. */
class ProudDisk extends Disk {
  override get hasForgotten(): boolean {
    return false
  }

  override restore(gcDepth: number): Restored {
    return { ...super.restore(gcDepth), hasForgotten: false }
  }
}

/** Writes the state in another batch than the index of its commit, and before it. */
class TwofoldExecution extends Execution {
  protected override restore(): void {}
}

/** Says that a result is durable before it is. */
class EagerExecution extends Execution {
  override execute(
    commit: CommittedBlocks,
    sync: (task: () => void) => void,
    done: (heights: readonly ExecAttestation[]) => void,
  ): void {
    const before = this.heights.length
    super.execute(commit, sync, () => {})
    done(this.heights.slice(before))
  }
}

function execution(make: () => Execution): Mutant {
  return { ports: { ...soundPorts, execution: make }, options: slowDisks }
}

function disk(make: () => Disk): Mutant {
  return { ports: { ...soundPorts, disk: make } }
}

function leaky(keeps: (record: Batch[number], batch: Batch) => boolean): Mutant {
  return disk(() => new LeakyDisk(keeps))
}

/** Replaces a member of a class for the length of a task. */
function patch(target: object, name: string, descriptor: PropertyDescriptor): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name)
  if (before === undefined) throw new Error(`nothing to patch at ${name}`)
  Object.defineProperty(target, name, { ...before, ...descriptor })
  return () => Object.defineProperty(target, name, before)
}

/** Without the jump over garbage (J2), where the jump over a lag (J1) comes too late. */
const noGarbageJump: Mutant = {
  options: { parameters: { jumpLag: 500 }, gcDepth: 8 },
  apply: () => {
    // oxlint-disable-next-line typescript/unbound-method -- called with its own this below
    const { advance } = Pacemaker.prototype
    return patch(Pacemaker.prototype, 'advance', {
      value(this: Pacemaker, now: number, own: number): void {
        const restore = patch(Dag.prototype, 'garbageRound', { get: () => 0 })
        try {
          advance.call(this, now, own)
        } finally {
          restore()
        }
      },
    })
  },
}

const slowDisks: DrawOptions = {
  faults: ['crash', 'disk'],
  fixed: { disk: { delay: 50, buffer: 65_536 } },
}

/** Whole nodes that come to checkpoints. */
const checkpoints: DrawOptions = {
  world: 'nodes',
  sizes: [4],
  faults: ['crash'],
  fixed: { heights: 60, disk: { delay: 20, buffer: 65_536 } },
}

const amnesias: DrawOptions = {
  faults: ['crash', 'amnesia', 'corruption', 'relapse', 'slow', 'cut'],
}

/** Power is lost again as soon as they may sign. */
const relapses: DrawOptions = {
  ...amnesias,
  sizes: [7],
  chaos: 40,
  parameters: { doppelgangerWindow: 0, askDelay: 200 },
}

const liars: DrawOptions = { sizes: [4], faults: ['byzantine', 'slow', 'cut', 'partition'] }

const rare = new Set([
  'commit by validity stake',
  'looks past an undecided anchor',
  'counts blocks, not authors',
  'keeps decisions over a switch',
])

const all: Readonly<Record<string, Mutant>> = {
  'sends before the disk has it': disk(() => new EagerDisk()),
  'own block is not written': leaky(({ type }) => type !== 'own' && type !== 'floor'),
  'commit is not written': leaky(({ type }) => type !== 'commit'),
  'attestation floor is not written': leaky(({ type }) => type !== 'attestFloor'),
  'an empty folder is a new one': { ...disk(() => new TrustingDisk()), options: amnesias },
  'floor of a recovery is not written': {
    ...leaky(
      ({ type }, batch) => type !== 'floor' || batch.every((record) => record.type !== 'recovered'),
    ),
    options: amnesias,
  },
  'that it forgot is not written': { ...disk(() => new ProudDisk()), options: relapses },
  'state is written before its commit': execution(() => new TwofoldExecution()),
  'attests what is not on disk yet': execution(() => new EagerExecution()),
  'checkpoint leaves before the disk has it': {
    options: checkpoints,
    apply: () => {
      // oxlint-disable-next-line typescript/unbound-method -- called with its own this below
      const { signCheckpoint } = DagStore.prototype
      return patch(DagStore.prototype, 'signCheckpoint', {
        value(this: DagStore, height: number, message: Uint8Array): Promise<void> {
          void signCheckpoint.call(this, height, message)
          return Promise.resolve()
        },
      })
    },
  },
  'who recovered signs no more': {
    options: amnesias,
    apply: () => patch(Recovery.prototype, 'left', { value: () => {} }),
  },
  'who is outvoted goes on': {
    options: { faults: ['divergence', 'crash'] },
    apply: () => patch(Finality.prototype, 'isHalted', { get: () => false }),
  },
  'signatures are not verified': {
    ports: { ...soundPorts, signatures: { ...hashSignatures(), isValid: () => true } },
  },
  'who recovers answers others': {
    options: amnesias,
    apply: () => patch(Recovery.prototype, 'mayAnswer', { get: () => true }),
  },
  'no jump over garbage': noGarbageJump,
  ...Object.fromEntries(
    Object.entries(ruleMutants).map(([name, rules]) => [
      name,
      {
        isRare: rare.has(name),
        options: rare.has(name) ? liars : {},
        apply: () => {
          const sound = { ...commitRules }
          Object.assign(commitRules, rules)
          return () => Object.assign(commitRules, sound)
        },
      },
    ]),
  ),
}

/** In worlds of cores, where most of the changes are made. */
export const mutants: Readonly<Record<string, Mutant>> = Object.fromEntries(
  Object.entries(all).map(([name, mutant]) => [
    name,
    { ...mutant, options: { world: 'core', ...mutant.options } },
  ]),
)
