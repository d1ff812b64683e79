import { kinds } from '../objects/kinds.ts'
import type { Budget } from './budget.ts'
import { MerkleRoot } from './merkle.ts'
import { type CarriedObject, objectIn } from './object.ts'
import { type Frame, frameTypes } from './pack.ts'

/** Where objects go. */
export interface ObjectSink {
  /** @param id 32 bytes. */
  has(id: Uint8Array): boolean
  /**
   * Resolves when it survives the loss of power. Takes kinds that nobody knows yet as well, into little
   * room of their own.
   *
   * @param expires Seconds since 1970, after which it need not be kept.
   */
  put(object: CarriedObject, expires: number | undefined): Promise<'held' | 'refused' | 'stored'>
}

/** Objects, by what became of them. */
export interface Counts {
  /** New here. */
  stored: number
  /** New, of kinds for which this release has no use. */
  quarantined: number
  /** Here already. */
  known: number
  /** For which there was no room. */
  refused: number
  /** Frames that make no sense. */
  malformed: number
}

export interface IntakeInit {
  readonly sink: ObjectSink
  readonly budget: Budget
  /** Seconds since 1970. */
  readonly expires: number | undefined
  /** Takes each object that is in the store now, by this bundle or before. */
  readonly arrived?: ((object: CarriedObject) => Promise<void>) | undefined
}

/** Finds a place for each object that comes. */
export class Intake {
  readonly counts: Counts = { stored: 0, quarantined: 0, known: 0, refused: 0, malformed: 0 }
  /** Over the objects that came. */
  readonly tree = new MerkleRoot()
  readonly #init: IntakeInit

  constructor(init: IntakeInit) {
    this.#init = init
  }

  /** In the order of the calls, not of their results. Passes over frames of other types. */
  async take(frame: Frame): Promise<void> {
    if (frame.type !== frameTypes.object) return
    const object = objectIn(frame)
    const outcome = object === undefined ? 'malformed' : await this.#place(object)
    this.counts[outcome]++
    if (object !== undefined && outcome !== 'refused') await this.#init.arrived?.(object)
  }

  async #place(object: CarriedObject): Promise<keyof Counts> {
    const { sink, budget, expires } = this.#init
    this.tree.add(object.id)
    if (sink.has(object.id)) return 'known'
    if (!budget.admits(object)) return 'refused'
    const outcome = await sink.put(object, expires)
    if (outcome !== 'stored') return outcome === 'held' ? 'known' : 'refused'
    return kinds.has(object.kind) ? 'stored' : 'quarantined'
  }
}
