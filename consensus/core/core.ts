/**
 * The consensus of one node in one epoch as a state machine: `step(now, event)` gives the effects
 * that the world around is to carry out. Nothing here waits, reads a clock or draws a number.
 *
 * @see PIP-0007
 */
import type { Constants, Parameters } from '../parameters.ts'
import type { Block, BlockRef, Digest, Header } from './block.ts'
import { CommitSync, type Certified } from './commit-sync.ts'
import { CommitVotes } from './commit-votes.ts'
import { Dag } from './dag.ts'
import type { Effect } from './effects.ts'
import type { Event, Peer } from './events.ts'
import { Fetcher } from './fetcher.ts'
import { Finality } from './finality.ts'
import { commitDigest, headerDigest } from './hashes.ts'
import { Intake } from './intake.ts'
import { Muted } from './muted.ts'
import { Order, type Step } from './order.ts'
import type { Surroundings } from './parents.ts'
import { type Moment, Proposer } from './proposer.ts'
import { Recovery, type Standing } from './recovery.ts'
import type { Restored } from './restored.ts'
import { type Epoch, genesisRefs } from './validity.ts'
import { Workload } from './workload.ts'
import { Writes } from './writes.ts'

export interface CoreInit {
  readonly epoch: Epoch
  readonly constants: Constants
  readonly parameters: Parameters
  /** The own author index; undefined for a node that only follows. */
  readonly self: number | undefined
  readonly restored: Restored
}

export interface Status {
  readonly standing: Standing
  readonly round: number
  readonly quorumRound: number
  readonly garbageRound: number
  /** Index of the last commit. */
  readonly committed: number
  /** Index of the last commit that a quorum voted for, if it is not made here yet. */
  readonly certified: number | undefined
  readonly executedCommit: number
  readonly finalized: number
  /** Heights up to it are not attested, nor are checkpoints of them signed. */
  readonly muted: number
  readonly isIdle: boolean
  readonly isHalted: boolean
  /** Milliseconds. */
  readonly leaderTimeout: number
  readonly blocks: number
  readonly suspended: number
  readonly unverified: number
}

export class Core {
  readonly #parameters: Parameters
  readonly #self: number | undefined
  readonly #peer: Peer
  readonly #dag: Dag<Block>
  readonly #intake: Intake
  readonly #order: Order
  /** Undefined for a node that only follows. */
  readonly #proposer: Proposer | undefined
  readonly #fetcher: Fetcher
  readonly #finality: Finality
  readonly #votes: CommitVotes
  readonly #sync: CommitSync
  readonly #recovery: Recovery
  readonly #workload: Workload
  readonly #muted: Muted
  readonly #writes = new Writes()
  /** Own blocks above it that this process did not make are somebody else's. */
  #ownFloor: number
  /** By the wall, in milliseconds since 1970. */
  #startedAt = 0
  #wall = 0
  /** Since the last step; what the store told comes with the first. */
  #effects: Effect[] = []
  #askAt: number | undefined
  #wake: number | undefined
  #hasGrown = true

  /** Throws `CONSENSUS_NOT_CLOSED` when blocks of the store are missing: it is then lost. */
  constructor({ epoch, constants, parameters, self, restored }: CoreInit) {
    const { committee } = epoch
    const genesis = genesisRefs(epoch)
    const emit = (effect: Effect) => this.#emit(effect)
    this.#parameters = parameters
    this.#self = self
    this.#peer = (self === undefined ? undefined : committee.peerOf(self)) ?? ''
    this.#dag = new Dag(committee)
    this.#intake = new Intake(epoch, genesis, this.#dag, parameters, emit)
    this.#order = new Order(epoch, constants, this.#dag, restored.commits)
    const { slots } = this.#intake
    const { schedule } = this.#order
    const surroundings: Surroundings = { dag: this.#dag, slots, schedule, genesis }
    this.#proposer =
      self === undefined
        ? undefined
        : new Proposer(epoch, self, parameters, surroundings, restored, emit)
    this.#fetcher = new Fetcher(committee, self, parameters, emit)
    this.#finality = new Finality(committee, restored, emit)
    this.#votes = new CommitVotes(committee)
    this.#sync = new CommitSync(epoch, genesis, this.#dag, self, parameters, emit)
    this.#recovery = new Recovery(
      committee,
      self,
      restored.hasBegun,
      restored.hasForgotten,
      parameters.doppelgangerWindow,
    )
    this.#workload = new Workload(restored.executedCommit)
    this.#muted = new Muted(restored.muteRound, restored.commits, restored.executed)
    this.#ownFloor = Math.max(restored.floor, restored.own?.round ?? 0)
    this.#restore(restored)
  }

  get status(): Status {
    return {
      standing: this.#recovery.standing,
      round: this.#proposer?.round ?? this.#dag.quorumRound,
      quorumRound: this.#dag.quorumRound,
      garbageRound: this.#dag.garbageRound,
      committed: this.#order.last.index,
      certified: this.#votes.tip?.index,
      executedCommit: this.#workload.executedCommit,
      finalized: this.#finality.finalized,
      muted: this.#muted.height,
      isIdle: this.#workload.isIdle(this.#finality.finalized),
      isHalted: this.#finality.isHalted,
      leaderTimeout: this.#leaderTimeout,
      blocks: this.#dag.size,
      suspended: this.#intake.suspension.size,
      unverified: this.#intake.unverified,
    }
  }

  /** An accepted block that is not garbage, for peers that ask. */
  block(digest: Digest): Block | undefined {
    return this.#dag.get(digest)
  }

  /** Whether `block` was taken, or is of no use any more. */
  isKept(block: BlockRef): boolean {
    return this.#intake.isSettled(block)
  }

  /** The highest round that `author` is known to have signed: where to resume what it pushes. */
  highestRound(author: number): number {
    return this.#intake.slots.highest(author)?.round ?? 0
  }

  /**
   * @param now Milliseconds, for pacing; never less than in the step before.
   * @param wall Milliseconds since 1970, as people's clocks have it: for what headers say of time.
   */
  step(now: number, event: Event, wall = now): readonly Effect[] {
    this.#wall = wall
    this.#handle(now, event)
    this.#intake.tick(wall)
    this.#decide()
    this.#recover(now)
    this.#propose(now)
    this.#ask(now)
    this.#pull(now)
    const write = this.#writes.flush()
    if (write !== undefined) this.#effects.push(write)
    this.#sleep(now)
    const effects = this.#effects
    this.#effects = []
    return effects
  }

  #handle(now: number, event: Event): void {
    switch (event.type) {
      case 'start':
        return this.#start(now)
      case 'tick':
        // Timers may be early; this one is spent all the same.
        this.#wake = undefined
        return undefined
      case 'received':
        return this.#intake.receive(this.#wall, event.from, event.block)
      case 'verified':
        return this.#verified(event.key, event.valid)
      case 'payload':
        return this.#proposer?.payload(now, event.round, event.transactions, this.#moment)
      case 'signed':
        return this.#signed(event.digest, event.signature)
      case 'persisted':
        return this.#persisted(now, event.token)
      case 'pool':
        return this.#workload.pool(event.waiting)
      case 'executed':
        this.#finality.execute(event.heights)
        this.#muted.executed(event.commit, event.heights)
        return this.#workload.executed(event.commit, this.#finality.executed)
      case 'commits': {
        const own = this.#order.last
        return this.#adopt(this.#sync.receive(event, own, this.#votes.tip))
      }
      case 'asked':
        return this.#answer(event.from, event.author, event.id)
      case 'answered':
        return this.#answered(event.author, event.own, event.yours)
    }
  }

  #restore({ blocks, highest }: Restored): void {
    this.#order.prune()
    const inOrder = blocks.toSorted((a, b) => a.block.round - b.block.round)
    for (const { block, verified } of inOrder) {
      this.#dag.insert(block)
      if (!verified) continue
      this.#intake.slots.fill(block)
      this.#votes.observe(block.header)
      this.#finality.observe(block)
    }
    for (const block of highest) this.#intake.slots.remember(block)
    this.#votes.committed(this.#order.last.index)
    this.#meetStored()
  }

  /** An own block that an earlier process was given, and ended before it could draw a conclusion. */
  #meetStored(): void {
    const own = this.#self === undefined ? undefined : this.#intake.slots.highest(this.#self)
    if (own !== undefined && own.round > this.#ownFloor) this.#recovery.meet(own.round)
  }

  #start(now: number): void {
    this.#startedAt = this.#wall
    const last = this.#proposer?.last
    if (last !== undefined) this.#emit({ type: 'publish', block: last })
    this.#proposer?.enter(now)
    if (this.#recovery.isAsking) this.#askAt = now
  }

  #verified(key: Digest, valid: boolean): void {
    const unverified = this.#intake.verified(key, valid)
    if (unverified !== undefined) {
      const { block, from } = unverified
      this.#votes.observe(block.header)
      if (block.author === this.#self && block.digest !== this.#proposer?.last?.digest) {
        this.#meetOwn(block)
      }
      this.#accept(this.#intake.admit(block, from))
    }
    this.#adopt(this.#sync.verified(key, valid))
  }

  /** A block in the own name that this process did not make. */
  #meetOwn(block: Block): void {
    const isForeign = block.round > this.#ownFloor && !this.#dag.has(block.digest)
    if (!isForeign) return
    if (this.#recovery.standing === 'signing' || this.#isAlive(block.header)) {
      this.#stopAt(block.header)
    } else this.#recovery.meet(block.round)
  }

  /** An own header that the store has may be of any time: the clock may have been set back. */
  #isSomebodyElses(header: Header): boolean {
    if (header.core.author !== this.#self || !this.#isAlive(header)) return false
    const digest = headerDigest(header.core)
    return digest !== this.#proposer?.last?.digest && !this.#dag.has(digest)
  }

  /** Whether somebody has signed it since this process started, whatever the clocks say. */
  #isAlive({ core }: Header): boolean {
    return core.timestampMs > this.#startedAt + this.#parameters.clockDrift
  }

  #stopAt(header: Header): void {
    if (this.#recovery.standing === 'stopped') return
    this.#recovery.stop()
    this.#proposer?.cancel()
    this.#emit({ type: 'doppelganger', header })
  }

  #answered(author: number, own: Header | undefined, yours: Header | undefined): void {
    if (yours !== undefined && this.#recovery.isAsking && this.#isSomebodyElses(yours)) {
      return this.#stopAt(yours)
    }
    return this.#recovery.answered(author, own, yours)
  }

  #accept(blocks: readonly Block[], unverified?: ReadonlySet<Digest>): void {
    for (const block of blocks) {
      const isVerified = unverified?.has(block.digest) !== true
      if (block !== this.#proposer?.last) this.#writes.accepted(block, isVerified)
      this.#hasGrown = true
      this.#workload.accepted(block)
      if (!isVerified) continue
      this.#finality.observe(block)
    }
  }

  #decide(): void {
    if (!this.#hasGrown) return
    this.#hasGrown = false
    for (let step = this.#order.next(); step !== undefined; step = this.#order.next()) {
      this.#take(step)
    }
  }

  #take(step: Step, votes: readonly Header[] = []): void {
    this.#emit({ type: 'decided', decision: step.decision })
    if (step.commit === undefined) return
    this.#writes.committed(step, votes)
    this.#workload.committed(step.commit)
    const { index, leader } = step.commit.commit
    this.#muted.committed(index, leader.round)
    this.#proposer?.committed()
    this.#votes.committed(index)
    this.#order.prune()
    this.#workload.prune(this.#dag.garbageRound)
    this.#accept(this.#intake.prune(this.#dag.garbageRound))
  }

  #adopt(certified: Certified | undefined): void {
    const last = certified?.commits.at(-1)
    for (const commit of certified?.commits ?? []) {
      const { index, digest } = this.#order.last
      if (commit.index <= index) continue
      if (commit.previous !== digest) return
      const refs = [...commit.blocks].toSorted((a, b) => a.round - b.round)
      for (const ref of refs) this.#insertCertified(ref, certified?.blocks)
      const votes = commit === last ? certified?.headers : undefined
      this.#take(this.#order.adopt(commit, commitDigest(commit)), votes)
    }
  }

  #insertCertified(ref: BlockRef, blocks?: ReadonlyMap<Digest, Block>): void {
    const suspended = this.#intake.suspension.get(ref.digest)
    const block = suspended ?? blocks?.get(ref.digest)
    if (block === undefined || this.#dag.has(ref.digest)) return
    const unverified = suspended === undefined ? new Set([ref.digest]) : undefined
    // A quorum stands behind the commit: its authors signed its blocks, whatever came as signatures.
    this.#intake.slots.remember(block)
    this.#accept(this.#intake.insert(block), unverified)
  }

  #recover(now: number): void {
    if (this.#proposer === undefined) return
    const { last, floor } = this.#proposer
    const leaving = this.#recovery.evaluate(now, last, floor, this.#dag.quorumRound)
    if (leaving !== undefined) this.#writes.recovered(leaving)
    if (!this.#recovery.isAsking) this.#askAt = undefined
    else this.#askAt ??= now
  }

  #ask(now: number): void {
    if (this.#askAt === undefined || this.#askAt > now) return
    this.#askAt = now + this.#parameters.askDelay
    this.#emit({ type: 'ask' })
  }

  #answer(to: Peer, author: number, id: number): void {
    if (!this.#recovery.mayAnswer) return
    const own = this.#proposer?.last?.header
    const yours = this.#intake.slots.highest(author)?.header
    this.#emit({ type: 'answer', to, id, own, yours })
  }

  #propose(now: number): void {
    if (this.#recovery.standing === 'signing') this.#proposer?.propose(now, this.#moment)
  }

  get #moment(): Moment {
    const { isHalted, finalized } = this.#finality
    return {
      mayBuild: this.#recovery.standing === 'signing' && !this.#lagsBehind,
      isIdle: this.#workload.isIdle(finalized),
      includes: this.#includes,
      wall: this.#wall,
      attestations: (above) =>
        isHalted ? [] : this.#finality.resultsAbove(Math.max(above, this.#muted.height)),
    }
  }

  /** More commits are certified than come by themselves: they are taken over first. */
  get #lagsBehind(): boolean {
    const lag = (this.#votes.tip?.index ?? 0) - this.#order.last.index
    return lag > this.#parameters.commitLag
  }

  /** Whether own blocks may carry transactions: execution keeps up, and agrees with the others. */
  get #includes(): boolean {
    const behind = this.#order.last.index - this.#workload.executedCommit
    const keepsUp = behind <= this.#parameters.executionLag && !this.#finality.isFull
    return this.#workload.isPoolWaiting && keepsUp && !this.#finality.isHalted
  }

  #signed(digest: Digest, signature: Uint8Array): void {
    const block = this.#proposer?.signed(digest, signature)
    if (block !== undefined) this.#writes.own(block, this.#proposer?.attestFloor ?? 0)
  }

  #persisted(now: number, token: number): void {
    for (const { own, commits, floor } of this.#writes.landed(token)) {
      for (const commit of commits) {
        this.#emit({ type: 'commit', commit })
        this.#proposer?.vote({ index: commit.commit.index, digest: commit.digest })
      }
      if (floor !== undefined) this.#leave(now, floor)
      if (own !== undefined) this.#publish(own)
    }
  }

  #leave(now: number, floor: number): void {
    this.#recovery.left(floor)
    this.#muted.recovered(floor, this.#finality.executed)
    this.#ownFloor = floor
    this.#proposer?.raise(now, floor)
  }

  /** The own block is durable: from now on it exists. */
  #publish(block: Block): void {
    this.#proposer?.stored(block)
    this.#recovery.built()
    this.#accept(this.#intake.admit(block, this.#peer))
    if (this.#recovery.standing !== 'stopped') this.#emit({ type: 'publish', block })
  }

  get #leaderTimeout(): number {
    return this.#proposer?.leaderTimeout ?? this.#parameters.leaderTimeout
  }

  #pull(now: number): void {
    const patience = Math.max(this.#parameters.requestTimeout, 2 * this.#leaderTimeout)
    if (!this.#lagsBehind) this.#fetcher.tick(now, this.#intake.suspension.wanted, patience)
    this.#sync.tick(now, this.#order.last.index, this.#votes.tip, patience)
  }

  #sleep(now: number): void {
    const times = [
      this.#proposer?.wake(now, this.#moment),
      this.#lagsBehind ? undefined : this.#fetcher.wake,
      this.#sync.wake,
      this.#intake.wake === undefined ? undefined : now + this.#intake.wake - this.#wall,
      this.#askAt,
    ].filter((time) => time !== undefined)
    if (times.length === 0) return
    const at = Math.max(now + 1, Math.min(...times))
    if (at === this.#wake) return
    this.#wake = at
    this.#emit({ type: 'wake', at })
  }

  #emit(effect: Effect): void {
    if (effect.type === 'evidence' && effect.evidence.author === this.#self) return
    this.#effects.push(effect)
  }
}
