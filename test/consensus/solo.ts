import type { Block, Digest, ExecAttestation } from '../../consensus/core/block.ts'
import { Core } from '../../consensus/core/core.ts'
import type { Effect } from '../../consensus/core/effects.ts'
import type { Event } from '../../consensus/core/events.ts'
import { nothing, type Restored } from '../../consensus/core/restored.ts'
import type { Epoch } from '../../consensus/core/validity.ts'
import { constants, type Parameters, parameters } from '../../consensus/parameters.ts'
import { isSignedBy, testEpoch, testSignature } from './world/world.ts'

type EffectOf<T extends Effect['type']> = Extract<Effect, { readonly type: T }>

export interface SoloOptions {
  readonly stakes?: readonly number[]
  readonly self?: number | undefined
  readonly parameters?: Partial<Parameters>
  readonly restored?: Partial<Restored>
}

/** One core whose every event the test gives; signatures and the disk answer unless held back. */
export class Solo {
  readonly epoch: Epoch
  readonly core: Core
  readonly effects: Effect[] = []
  now: number
  /** How far the wall is from `now`; milliseconds. */
  skew = 0
  /** Effects of these types stay without answer. */
  readonly held = new Set<Effect['type']>()

  constructor(options: SoloOptions = {}) {
    this.epoch = testEpoch(options.stakes ?? [1, 1, 1, 1])
    this.now = this.epoch.startMs
    this.core = new Core({
      epoch: this.epoch,
      constants,
      parameters: { ...parameters, ...options.parameters },
      self: 'self' in options ? options.self : 0,
      restored: { ...nothing, hasBegun: true, ...options.restored },
    })
    this.give({ type: 'start' })
  }

  /** The answers that let an intact validator sign. */
  welcome(...authors: readonly number[]): this {
    for (const author of authors.length === 0 ? [1, 2] : authors) {
      this.give({ type: 'answered', author, own: undefined, yours: undefined })
    }
    return this
  }

  give(event: Event): readonly Effect[] {
    const effects = this.core.step(this.now, event, this.now + this.skew)
    this.effects.push(...effects)
    for (const effect of effects) if (!this.held.has(effect.type)) this.#answer(effect)
    return effects
  }

  receive(...blocks: readonly Block[]): this {
    for (const block of blocks) {
      this.give({ type: 'received', from: this.peer(block.author), block })
    }
    return this
  }

  receiveFrom(author: number, block: Block): this {
    this.give({ type: 'received', from: this.peer(author), block })
    return this
  }

  executed(commit: number, ...heights: readonly (readonly [height: number, hash: Digest])[]): this {
    const results: ExecAttestation[] = heights.map(([height, blockHash]) => ({ height, blockHash }))
    this.give({ type: 'executed', commit, heights: results })
    return this
  }

  wait(milliseconds: number): this {
    this.now += milliseconds
    this.give({ type: 'tick' })
    return this
  }

  of<T extends Effect['type']>(type: T): readonly EffectOf<T>[] {
    return this.effects.filter((one): one is EffectOf<T> => one.type === type)
  }

  /** What was published, by rounds. */
  get rounds(): readonly number[] {
    return this.of('publish').map(({ block }) => block.round)
  }

  get lastOwn(): Block {
    const last = this.of('publish').at(-1)
    if (last === undefined) throw new Error('nothing published')
    return last.block
  }

  peer(author: number): string {
    return this.epoch.committee.peerOf(author) ?? ''
  }

  #answer(effect: Effect): void {
    if (effect.type === 'verify') {
      const { key, author, digest, signature } = effect
      this.give({ type: 'verified', key, valid: isSignedBy(author, digest, signature) })
    } else if (effect.type === 'sign') {
      const signature = testSignature(0, effect.digest)
      this.give({ type: 'signed', digest: effect.digest, signature })
    } else if (effect.type === 'persist') {
      this.give({ type: 'persisted', token: effect.token })
    }
  }
}
