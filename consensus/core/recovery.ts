/**
 * Whether this validator may sign. On every start it asks the others what they saw of it (D7); what
 * the store does not know means amnesia: then it signs nothing until a quorum of the others has said
 * how far they are, and never up to two rounds above that.
 *
 * @see PIP-0007 "Recovery"
 */
import type { Block, Digest, Header } from './block.ts'
import type { Committee } from './committee.ts'
import { headerDigest } from './hashes.ts'

/**
 * `asking`: the store is intact as far as it knows. `amnesic`: it is not. `leaving`: the floor is
 * being written. `signing`: may build. `stopped`: somebody else signs with this key.
 */
export type Standing = 'following' | 'asking' | 'amnesic' | 'leaving' | 'signing' | 'stopped'

interface Answer {
  readonly own: number
  readonly yours: { readonly round: number; readonly digest: Digest } | undefined
}

export class Recovery {
  readonly #committee: Committee
  readonly #self: number | undefined
  readonly #window: number
  readonly #answers = new Map<number, Answer>()
  /** When enough have answered for an amnesic validator to go on. */
  #backedAt: number | undefined
  #standing: Standing
  #hasForgotten: boolean
  #met = 0

  /**
   * @param isIntact The store has begun this epoch and lost nothing that it knows of.
   * @param hasForgotten It was amnesic in this epoch and has not built since.
   * @param window Milliseconds that it then listens for another process with its key.
   */
  constructor(
    committee: Committee,
    self: number | undefined,
    isIntact: boolean,
    hasForgotten: boolean,
    window: number,
  ) {
    this.#committee = committee
    this.#self = self
    this.#window = window
    this.#hasForgotten = hasForgotten
    if (self === undefined) this.#standing = 'following'
    else this.#standing = isIntact ? 'asking' : 'amnesic'
  }

  get standing(): Standing {
    return this.#standing
  }

  get isAsking(): boolean {
    return this.#standing === 'asking' || this.#standing === 'amnesic'
  }

  /** D8: an answer from who forgot, and has not built since, would be too low. */
  get mayAnswer(): boolean {
    const knows = this.#standing === 'asking' || this.#standing === 'signing'
    return knows && !this.#hasForgotten
  }

  answered(author: number, own: Header | undefined, yours: Header | undefined): void {
    if (author === this.#self || this.#committee.stakeOf(author) === 0n) return
    if (own !== undefined && own.core.author !== author) return
    if (yours !== undefined && yours.core.author !== this.#self) return
    this.#answers.set(author, {
      own: own?.core.round ?? 0,
      yours:
        yours === undefined
          ? undefined
          : { round: yours.core.round, digest: headerDigest(yours.core) },
    })
  }

  /** A block that this validator signed, and the store has not, arrived. */
  meet(round: number): void {
    this.#met = Math.max(this.#met, round)
    if (this.#standing === 'asking') this.#standing = 'amnesic'
  }

  /**
   * The floor to write and leave with, once an amnesic validator may; else undefined.
   *
   * @param last The own last block.
   * @param floor The own highest signed round, or what recovery or import set.
   * @param quorumRound Of the local DAG: an answer above it is not backed by blocks, and waits.
   */
  evaluate(
    now: number,
    last: Block | undefined,
    floor: number,
    quorumRound: number,
  ): number | undefined {
    if (this.#standing === 'asking') {
      if (this.#knowsMore(last, floor)) this.#standing = 'amnesic'
      else if (this.#stake(() => true) >= this.#needed) this.#standing = 'signing'
    }
    if (this.#standing !== 'amnesic') return undefined
    const isBacked = ({ own }: Answer) => own <= quorumRound + 1
    if (this.#stake(isBacked) < this.#committee.quorum) return undefined
    this.#backedAt ??= now
    if (now < this.#backedAt + this.#window) return undefined
    this.#standing = 'leaving'
    this.#hasForgotten = true
    const rounds = [...this.#answers.values()].flatMap((answer) => [
      isBacked(answer) ? answer.own : 0,
      answer.yours?.round ?? 0,
    ])
    return Math.max(floor, ...[this.#met, ...rounds].map((round) => round + 2))
  }

  /** `floor` is durable. An own block that turned up meanwhile may ask for a higher one. */
  left(floor: number): void {
    if (this.#standing !== 'leaving') return
    this.#standing = this.#met + 2 > floor && this.#met > 0 ? 'amnesic' : 'signing'
  }

  /** An own block is durable. */
  built(): void {
    this.#hasForgotten = false
  }

  stop(): void {
    this.#standing = 'stopped'
  }

  get #needed(): bigint {
    return this.#committee.quorum - this.#committee.stakeOf(this.#self ?? -1)
  }

  #stake(counts: (answer: Answer) => boolean): bigint {
    const authors = [...this.#answers].filter(([, answer]) => counts(answer))
    return this.#committee.stakeOfAll(authors.map(([author]) => author))
  }

  #knowsMore(last: Block | undefined, floor: number): boolean {
    const known = Math.max(floor, last?.round ?? 0)
    return [...this.#answers.values()].some(
      ({ yours }) =>
        yours !== undefined &&
        (yours.round > known || (yours.round === last?.round && yours.digest !== last.digest)),
    )
  }
}
