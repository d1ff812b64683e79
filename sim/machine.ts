import {
  type Block,
  type CommittedBlocks,
  Core,
  type Digest,
  type Effect,
  type Event,
  type ExecAttestation,
  type Header,
  headerDigest,
  type Status,
} from '#consensus'

import type { Disk } from './disk.ts'
import { chainSync, type Execution } from './execution.ts'
import type { Message, Participant } from './message.ts'
import type { World } from './world.ts'

export interface MachineOptions {
  readonly index: number
  readonly peer: string
  /** Signs as this validator; undefined: follows. */
  readonly author: number | undefined
  /** Milliseconds that its clock is ahead. */
  readonly skew: number
}

const heartbeat = 300
const resumed = 16

/** One process and its folder: carries out what the core wants, in virtual time. */
export class Machine implements Participant {
  readonly index: number
  readonly peer: string
  readonly author: number | undefined
  readonly world: World
  execution: Execution
  /** Milliseconds until a write is durable. */
  diskDelay: number
  /** Transactions that wait for an own block. */
  pool: Uint8Array[] = []
  readonly #disk: Disk
  readonly #skew: number
  /** By author: the highest round that was pushed here. */
  readonly #heard = new Map<number, number>()
  readonly #sentAt = new Map<number, number>()
  #core: Core | undefined
  /** How often it started: what an earlier process began concerns nobody. */
  #life = 0
  #executing: CommittedBlocks[] = []
  /** Others found another result: nothing is executed any more. */
  #isHalted = false
  #wakes = 0
  /** When the last write at hand is durable: one after the other. */
  #durableAt = 0

  constructor(world: World, options: MachineOptions, disk = world.ports.disk()) {
    this.world = world
    this.index = options.index
    this.peer = options.peer
    this.author = options.author
    this.#skew = options.skew
    this.#disk = disk
    this.execution = world.ports.execution(world.scenario.heights)
    this.diskDelay = world.scenario.disk.delay
    world.join(this)
  }

  get isUp(): boolean {
    return this.#core !== undefined
  }

  get disk(): Disk {
    return this.#disk
  }

  get executed(): number {
    return this.execution.durableHeight
  }

  get status(): Status | undefined {
    return this.#core?.status
  }

  get now(): number {
    return this.world.timeline.now + this.#skew
  }

  boot(): void {
    const { epoch, constants, parameters, watch } = this.world
    this.#life++
    this.#executing = []
    this.#isHalted = false
    this.#durableAt = 0
    this.#heard.clear()
    for (const [author, { round }] of this.#disk.highest()) this.#heard.set(author, round)
    const restored = {
      ...this.#disk.restore(constants.gcDepth),
      executedCommit: this.execution.commit,
      executed: this.execution.heights,
    }
    watch.starts(this)
    this.#core = new Core({ epoch, constants, parameters, self: this.author, restored })
    this.dispatch({ type: 'start' })
    this.dispatch({ type: 'pool', waiting: this.pool.length > 0 })
    for (const commit of this.#disk.commitsAbove(this.execution.commit)) this.#execute(commit)
    this.#beat()
  }

  /** Ends the process; of the batches at risk the oldest few may survive. */
  crash(): void {
    if (!this.isUp) return
    this.#core = undefined
    this.#life++
    const { atRisk } = this.#disk
    this.#disk.crash(this.world.dice.between(0, atRisk))
    this.execution.crash()
    this.world.watch.note(`${this.index} ends`)
  }

  submit(transaction: Uint8Array): void {
    this.pool.push(transaction)
    this.dispatch({ type: 'pool', waiting: true })
  }

  dispatch(event: Event): void {
    const core = this.#core
    if (core === undefined) return
    const effects = core.step(this.now, event)
    for (const effect of effects) this.#perform(effect)
    this.world.watch.stands(this, core.status, core.status.quorumRound + 1)
    this.stepped()
  }

  receive(from: Participant, message: Message): void {
    switch (message.type) {
      case 'push': {
        const { author, round } = message.block
        if (author === from.author) {
          this.#heard.set(author, Math.max(round, this.#heard.get(author) ?? 0))
        }
        return this.dispatch({ type: 'received', from: from.peer, block: message.block })
      }
      case 'subscribe':
        return this.#resume(from, message.above)
      case 'fetch': {
        const blocks = message.refs.flatMap(({ digest }) => this.serve(digest, from) ?? [])
        return this.world.send(this, from, { type: 'blocks', blocks })
      }
      case 'blocks':
        for (const block of message.blocks) {
          this.dispatch({ type: 'received', from: from.peer, block })
        }
        return undefined
      case 'fetchCommits': {
        const range = this.#disk.range(message.from, message.to)
        return this.world.send(this, from, { type: 'commits', range })
      }
      case 'commits':
        return this.dispatch({ type: 'commits', from: from.peer, ...message.range })
      case 'ask': {
        const { author, challenge } = message
        return this.dispatch({ type: 'asked', from: from.peer, author, id: challenge })
      }
      case 'answer':
        return this.#answered(message)
    }
  }

  /** Looks at the core after each step. */
  protected stepped(): void {}

  /** A block for a peer that asked for it. */
  protected serve(digest: Digest, _to: Participant): Block | undefined {
    const stored = this.#disk.find(digest)
    const block = this.#core?.block(digest) ?? stored?.block
    if (block === undefined) return undefined
    const isVerified = stored === undefined || stored.verified || this.#isSigned(block.header)
    return isVerified ? block : undefined
  }

  /** A block that the core holds. */
  protected find(digest: Digest): Block | undefined {
    return this.#core?.block(digest)
  }

  protected later(delay: number, task: () => void): void {
    const life = this.#life
    this.world.timeline.after(delay, () => {
      if (this.isUp && this.#life === life) task()
    })
  }

  #perform(effect: Effect): void {
    const { world } = this
    const { watch } = world
    switch (effect.type) {
      case 'verify': {
        const { key, author, digest, signature } = effect
        const valid = world.ports.signatures.isValid(author, digest, signature)
        const delay = world.dice.below(3)
        return this.later(delay, () => this.dispatch({ type: 'verified', key, valid }))
      }
      case 'sign': {
        const { digest } = effect
        const signature = world.ports.signatures.sign(this.author ?? -1, digest)
        return this.later(1, () => this.dispatch({ type: 'signed', digest, signature }))
      }
      case 'payload':
        return this.#pay(effect.round)
      case 'persist':
        return this.#persist(effect)
      case 'publish':
        watch.leaves(this, effect.block)
        this.#sentAt.set(effect.block.round, this.now)
        return world.broadcast(this, { type: 'push', block: effect.block })
      case 'commit':
        watch.commits(this, effect.commit)
        return this.#execute(effect.commit)
      case 'decided':
        return watch.decides(this, effect.decision)
      case 'fetch':
        return world.send(this, world.byPeer(effect.to), { type: 'fetch', refs: effect.refs })
      case 'fetchCommits': {
        const { from, to, peer } = effect
        return world.send(this, world.byPeer(peer), { type: 'fetchCommits', from, to })
      }
      case 'ask':
        return this.#ask()
      case 'answer':
        watch.answers(this)
        return this.#answer(effect)
      case 'finalized':
        return watch.finalizes(this, effect.height, effect.blockHash)
      case 'wake': {
        const turn = ++this.#wakes
        return this.later(effect.at - this.now, () => {
          if (turn === this.#wakes) this.dispatch({ type: 'tick' })
        })
      }
      case 'halt':
        this.#isHalted = true
        return watch.halts(this, effect)
      case 'evidence':
      case 'penalise':
      case 'doppelganger':
        return watch.accuses(this, effect)
    }
  }

  #pay(round: number): void {
    const transactions = this.pool.splice(0, 16)
    const waiting = this.pool.length > 0
    this.later(0, () => {
      this.dispatch({ type: 'payload', round, transactions })
      this.dispatch({ type: 'pool', waiting })
    })
  }

  #persist({ token, records }: Extract<Effect, { readonly type: 'persist' }>): void {
    this.#durableAt = Math.max(this.#durableAt, this.now + this.diskDelay)
    const delay = this.#durableAt - this.now
    this.#disk.write(
      records,
      (task) => this.later(delay, task),
      () => this.dispatch({ type: 'persisted', token }),
    )
  }

  #execute(commit: CommittedBlocks): void {
    if (commit.commit.index <= this.execution.commit || this.#isHalted) return
    this.#executing.push(commit)
    if (this.#executing.length === 1) this.#executeNext()
  }

  #executeNext(): void {
    const [commit] = this.#executing
    if (commit === undefined) return
    this.later(this.world.dice.between(1, 10), () => {
      if (this.#isHalted) return
      this.execution.execute(
        commit,
        (task) => this.later(chainSync * this.diskDelay, task),
        (heights) => this.#executed(commit, heights),
      )
    })
  }

  #executed(commit: CommittedBlocks, heights: readonly ExecAttestation[]): void {
    this.#executing.shift()
    for (const result of heights) this.world.watch.executes(this, commit, result)
    this.dispatch({ type: 'executed', commit: commit.commit.index, heights })
    this.#executeNext()
  }

  #beat(): void {
    for (const to of this.world.participants.values()) {
      if (to.author === undefined || to === this) continue
      const above = this.#heard.get(to.author) ?? 0
      this.world.send(this, to, { type: 'subscribe', above })
    }
    this.later(heartbeat, () => this.#beat())
  }

  #resume(to: Participant, above: number): void {
    const top = this.#disk.floor
    for (let round = above + 1, left = resumed; round <= top && left > 0; round++) {
      const block = this.#disk.own(round)
      if (block === undefined) continue
      if ((this.#sentAt.get(round) ?? 0) > this.now - heartbeat) return
      left--
      this.world.watch.leaves(this, block)
      this.world.send(this, to, { type: 'push', block })
    }
  }

  #ask(): void {
    const { participants } = this.world
    for (const to of participants.values()) {
      if (to.author === this.author || this.author === undefined) continue
      this.world.send(this, to, { type: 'ask', author: this.author, challenge: this.#life })
    }
  }

  #answer({ to, id, own, yours }: Extract<Effect, { readonly type: 'answer' }>): void {
    if (this.author === undefined) return
    const message = { type: 'answer', author: this.author, challenge: id, own, yours } as const
    this.world.send(this, this.world.byPeer(to), message)
  }

  #answered({
    author,
    challenge,
    own,
    yours,
  }: Extract<Message, { readonly type: 'answer' }>): void {
    if (challenge !== this.#life) return
    if (own !== undefined && !this.#isSigned(own)) return
    if (yours !== undefined && !this.#isSigned(yours)) return
    this.dispatch({ type: 'answered', author, own, yours })
  }

  #isSigned({ core, signature }: Header): boolean {
    return this.world.ports.signatures.isValid(core.author, headerDigest(core), signature)
  }
}
