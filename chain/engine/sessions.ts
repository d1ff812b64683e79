import type { Snapshot, Store } from '#storage'

import type { ChainProfile } from '../profile.ts'
import { HeadExecutions } from '../reads/index.ts'
import { numberOf } from './generation.ts'

/** One snapshot, for all reads between two writes of the engine. */
export class Session {
  readonly reader: Snapshot
  readonly atHead: HeadExecutions
  readonly generation: number
  #users = 0
  #isRetired = false

  constructor(reader: Snapshot, profile: ChainProfile, generation: number) {
    this.reader = reader
    this.generation = generation
    this.atHead = new HeadExecutions({ reader, profile })
  }

  /** To be followed by `release`. */
  use(): this {
    this.#users++
    return this
  }

  async release(): Promise<void> {
    this.#users--
    await this.#closeUnused()
  }

  /** Nobody new uses it. */
  async retire(): Promise<void> {
    this.#isRetired = true
    await this.#closeUnused()
  }

  async #closeUnused(): Promise<void> {
    if (this.#isRetired && this.#users === 0) await this.reader.close()
  }
}

/** The session of a reader thread: another one after each write of the engine. */
export class Sessions {
  readonly #store: Store
  readonly #profile: ChainProfile
  readonly #generation: Int32Array
  #current: Session | undefined

  constructor(store: Store, profile: ChainProfile, generation: Int32Array) {
    this.#store = store
    this.#profile = profile
    this.#generation = generation
  }

  /** To be followed by `release` of it. */
  async use(): Promise<Session> {
    // Before the snapshot: what is written between the two is found out at the next look.
    const generation = numberOf(this.#generation)
    const known = this.#current
    if (known?.generation === generation) return known.use()
    const session = new Session(this.#store.snapshot(), this.#profile, generation)
    this.#current = session.use()
    await known?.retire()
    return session
  }

  async close(): Promise<void> {
    await this.#current?.retire()
    this.#current = undefined
  }
}
