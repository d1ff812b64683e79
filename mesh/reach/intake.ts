import { type Clock, equal, type Timer } from '#base'

import { limits } from '../limits.ts'
import type { AnnounceBody } from './announce.ts'
import { Bucket } from './bucket.ts'
import { Descent } from './chain.ts'
import { decodeAnchor } from './destination.ts'
import { type PathTable, type Source, sourceKey } from './paths.ts'
import { Shares } from './shares.ts'

/** An announce as it was heard; `body` has bytes of its own. */
export interface HeardAnnounce {
  readonly key: string
  /** 16 bytes. */
  readonly label: Uint8Array
  readonly body: AnnounceBody
  readonly hops: number
  readonly via: Source
  readonly isAnswer: boolean
  /** Somebody waits for it: it need not wait in line with strangers. */
  readonly isWanted: boolean
}

interface Proof {
  readonly heard: HeardAnnounce
  readonly descent: Descent
  readonly target: Uint8Array
  /** Steps that its source is charged with until they lead somewhere. */
  readonly cost: number
  readonly isStranger: boolean
}

/** Hashes for the address and the label. */
const addressSteps = 2
/** Milliseconds. */
const tick = 100
/** Of sources beyond those that are told apart. */
const crowd = '*'

/**
 * Where the announces of one medium wait to be proven. A proof costs up to a whole chain of hashes, so
 * each source has a budget of steps that led nowhere, the medium one of all steps, and announces of
 * strangers come in at a rate. Sources take turns; what has no room is dropped and will be announced
 * again.
 */
export class Intake {
  readonly #clock: Clock
  readonly #table: PathTable
  readonly #proven: (heard: HeardAnnounce) => void
  readonly #waiting = new Shares<HeardAnnounce>(limits.announcesHeld.value)
  readonly #patience = new Map<string, Bucket>()
  readonly #work: Bucket
  readonly #strangers: Bucket
  readonly #oldAt: number
  #proof: Proof | undefined
  #timer: Timer | undefined

  constructor(clock: Clock, table: PathTable, proven: (heard: HeardAnnounce) => void) {
    this.#clock = clock
    this.#table = table
    this.#proven = proven
    const steps = limits.announceWork.value
    this.#work = new Bucket(clock, steps, steps)
    const strangers = limits.strangersNewMedium.value
    this.#strangers = new Bucket(clock, strangers, strangers)
    this.#oldAt = clock.now() + limits.mediumNew.value
  }

  /** Those that wait. */
  get waiting(): number {
    return this.#waiting.size
  }

  offer(heard: HeardAnnounce): void {
    const source = sourceKey(heard.via)
    this.#waiting.set(source, `${heard.key}\n${source}`, heard)
    if (this.#timer === undefined) this.#run()
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #run(): void {
    this.#timer = undefined
    if (this.#clock.now() >= this.#oldAt) this.#strangers.rate = limits.strangersOldMedium.value
    let left: number = limits.announceSlice.value
    while (left > 0) {
      this.#proof ??= this.#next()
      if (this.#proof === undefined) break
      const made = this.#proof.descent.run(Math.min(left, this.#work.level))
      this.#work.take(made)
      left -= Math.max(1, made)
      if (this.#proof.descent.left > 0 && made === 0) break
      if (this.#proof.descent.left === 0) this.#finish()
    }
    if (this.#proof === undefined && this.#waiting.size === 0) return
    const isReady = left <= 0 && this.#work.level > 0
    this.#timer = this.#clock.after(isReady ? 0 : tick, () => this.#run())
  }

  /** The next whose address holds, with what its source can spend. */
  #next(): Proof | undefined {
    while (this.#work.level >= addressSteps) {
      const heard = this.#waiting.take(
        ({ hops, isWanted }) => (isWanted ? -1 : hops),
        (each, source) => this.#mayGo(each, source),
      )
      if (heard === undefined) return undefined
      const proof = this.#begin(heard)
      if (proof !== undefined) return proof
    }
    return undefined
  }

  #mayGo(heard: HeardAnnounce, source: string): boolean {
    const known = this.#table.known(heard.key)
    const isHeldUp = known === undefined && !heard.isWanted && this.#strangers.level < 1
    return !isHeldUp && this.#patienceWith(source).level >= this.#costOf(heard)
  }

  #costOf({ key, body }: HeardAnnounce): number {
    const known = this.#table.known(key)
    return known === undefined ? body.epoch + addressSteps : Math.max(1, body.epoch - known.epoch)
  }

  #begin(heard: HeardAnnounce): Proof | undefined {
    const { key, label, body, hops } = heard
    if (!this.#table.isBetter(key, body.epoch, hops + 1)) return undefined
    const known = this.#table.known(key)
    const cost = this.#costOf(heard)
    const patience = this.#patienceWith(sourceKey(heard.via))
    if (known !== undefined) {
      if (!known.body.isLike(body)) return undefined
      patience.take(cost)
      const descent = new Descent(body.value, body.epoch, known.epoch)
      return { heard, descent, target: known.body.value, cost, isStranger: false }
    }
    this.#work.take(addressSteps)
    patience.take(addressSteps)
    if (!body.proves(label)) return undefined
    patience.take(cost - addressSteps)
    if (!heard.isWanted) this.#strangers.take(1)
    const target = decodeAnchor(body.anchor).value
    const descent = new Descent(body.value, body.epoch, 0)
    return { heard, descent, target, cost, isStranger: !heard.isWanted }
  }

  #finish(): void {
    const proof = this.#proof
    this.#proof = undefined
    if (proof === undefined) return
    if (!equal(proof.descent.value, proof.target)) {
      if (proof.isStranger) this.#strangers.give(1)
      return
    }
    this.#patienceWith(sourceKey(proof.heard.via)).give(proof.cost)
    // What came while this one was computed may be better.
    const { key, body, hops } = proof.heard
    if (this.#table.isBetter(key, body.epoch, hops + 1)) this.#proven(proof.heard)
  }

  #patienceWith(source: string): Bucket {
    const known = this.#patience.get(source)
    if (known !== undefined) return known
    if (this.#patience.size >= limits.announceSources.value) {
      for (const [each, bucket] of this.#patience) if (bucket.isFull) this.#patience.delete(each)
      if (this.#patience.size >= limits.announceSources.value) {
        if (source !== crowd) return this.#patienceWith(crowd)
      }
    }
    const bucket = new Bucket(this.#clock, limits.announceSteps.value, limits.announceBurst.value)
    this.#patience.set(source, bucket)
    return bucket
  }
}
