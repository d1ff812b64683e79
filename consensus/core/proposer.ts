/** One validator's own blocks: when to build the next, on what, and with what to say. */
import { limits } from '../limits.ts'
import type { Parameters } from '../parameters.ts'
import type { Block, BlockRef, CommitVote, Digest, ExecAttestation } from './block.ts'
import { Builder } from './builder.ts'
import type { Effect } from './effects.ts'
import { type Outlook, Pacemaker } from './pacemaker.ts'
import { chooseAncestors, hasQuorum, servesLeaders, type Surroundings } from './parents.ts'
import type { Restored } from './restored.ts'
import type { Epoch } from './validity.ts'

/** What the other parts of the node say about building now. */
export interface Moment {
  /** This validator may sign, and is not busy taking over commits. */
  readonly mayBuild: boolean
  readonly isIdle: boolean
  /** Own blocks may carry transactions, and some wait. */
  readonly includes: boolean
  /** Milliseconds since 1970, for the header. */
  readonly wall: number
  /** Own results above a height, ascending; none while they are in doubt. */
  attestations(above: number): readonly ExecAttestation[]
}

export class Proposer {
  readonly #self: number
  readonly #surroundings: Surroundings
  readonly #pacemaker: Pacemaker
  readonly #builder: Builder
  /** Commits that are durable, for the votes of the next header. */
  #votes: CommitVote[]

  constructor(
    epoch: Epoch,
    self: number,
    parameters: Parameters,
    surroundings: Surroundings,
    restored: Restored,
    emit: (effect: Effect) => void,
  ) {
    this.#self = self
    this.#surroundings = surroundings
    this.#pacemaker = new Pacemaker(surroundings.dag, parameters)
    this.#builder = new Builder(epoch, self, restored.own, restored, emit)
    this.#votes = restored.commits.map(({ commit, digest }) => ({ index: commit.index, digest }))
  }

  /** The last own block that is durable. */
  get last(): Block | undefined {
    return this.#builder.last
  }

  get floor(): number {
    return this.#builder.floor
  }

  get attestFloor(): number {
    return this.#builder.attestFloor
  }

  get round(): number {
    return this.#pacemaker.round
  }

  get leaderTimeout(): number {
    return this.#pacemaker.leaderTimeout
  }

  /** Enters the round of the last own block, or the first in which one may be built. */
  enter(now: number): void {
    const last = this.last?.round ?? 0
    this.#pacemaker.enter(now, last === this.floor ? Math.max(1, last) : this.floor + 1)
  }

  /** Builds nothing up to `floor` any more. */
  raise(now: number, floor: number): void {
    this.#builder.raise(floor)
    this.enter(now)
  }

  /** Gives up a block that is not signed yet. */
  cancel(): void {
    this.#builder.cancel()
  }

  /** A commit was made. */
  committed(): void {
    this.#pacemaker.committed()
  }

  /** A commit is durable. */
  vote(vote: CommitVote): void {
    this.#votes = [...this.#votes, vote].slice(-limits.commitVotes.value)
  }

  /** Begins the next own block if its time has come. */
  propose(now: number, moment: Moment): void {
    this.#pacemaker.advance(now, this.last?.round ?? 0)
    const { round } = this
    if (this.#builder.awaits(round)) return
    this.#builder.cancel()
    if (!this.#mayBuild(moment) || !this.#pacemaker.isDue(now, this.#outlook(moment))) return
    if (moment.includes) this.#builder.begin(round)
    else this.#build(now, [], moment)
  }

  /** The transactions of the block that was begun. */
  payload(now: number, round: number, transactions: readonly Uint8Array[], moment: Moment): void {
    if (!this.#builder.awaits(round)) return
    if (this.round === round) this.#build(now, transactions, moment)
    else this.#builder.cancel()
  }

  /** The block to store, if this is the signature that it waits for. */
  signed(digest: Digest, signature: Uint8Array): Block | undefined {
    return this.#builder.signed(digest, signature)
  }

  /** The block is durable. */
  stored(block: Block): void {
    this.#builder.stored(block)
  }

  /** When `propose` may do something by time alone. */
  wake(now: number, moment: Moment): number | undefined {
    return this.#mayBuild(moment) ? this.#pacemaker.wake(now, this.#outlook(moment)) : undefined
  }

  #mayBuild({ mayBuild }: Moment): boolean {
    if (!mayBuild || !this.#builder.isIdle || this.round <= this.floor) return false
    return hasQuorum(this.#surroundings, this.round, this.#ancestors())
  }

  #outlook({ isIdle }: Moment): Outlook {
    const isServing = servesLeaders(this.#surroundings, this.round, this.#ancestors())
    return { servesLeaders: isServing, isIdle }
  }

  /** On the own last block, which after a recovery may be one that others gave back. */
  #ancestors(): readonly BlockRef[] {
    const known = this.#surroundings.dag.latest(this.#self)
    const isNewer = (known?.round ?? 0) > (this.last?.round ?? 0)
    const own = isNewer ? known : this.last
    return chooseAncestors(this.#surroundings, this.round, this.#self, own)
  }

  #build(now: number, transactions: readonly Uint8Array[], moment: Moment): void {
    const saying = {
      ancestors: this.#ancestors(),
      attestations: moment.attestations(this.attestFloor),
      commitVotes: this.#votes,
    }
    this.#pacemaker.built(now)
    this.#builder.build(moment.wall, this.round, saying, transactions)
    this.#votes = this.#votes.slice(-1)
  }
}
