/**
 * When to enter a round and when to build in it: the push pacemaker of Starfish. A round is entered
 * only after an own block in the one before; rounds are skipped in two cases (J1, J2), each possible
 * only finitely often once the network is timely.
 *
 * @see PIP-0007 "Pacemaker"
 */
import type { Parameters } from '../parameters.ts'
import type { Block } from './block.ts'
import type { Dag } from './dag.ts'

/** What the moment to build depends on besides time. */
export interface Outlook {
  /** The chosen ancestors serve the leaders (L1, L2). */
  readonly servesLeaders: boolean
  /** Nothing waits to be ordered, executed or finalized. */
  readonly isIdle: boolean
}

const longestTimeout = 600_000

export class Pacemaker {
  readonly #dag: Dag<Block>
  readonly #parameters: Parameters
  #enteredAt = 0
  #round = 1
  #builtAt = Number.NEGATIVE_INFINITY
  #commitRound = 0
  /** Milliseconds from an own block to the quorum of its round, moving average. */
  #quorumTime = 0
  /** Grows while nothing is committed. */
  #patience = 1

  constructor(dag: Dag<Block>, parameters: Parameters) {
    this.#dag = dag
    this.#parameters = parameters
  }

  get round(): number {
    return this.#round
  }

  /**
   * Milliseconds that a round waits for its leader: as long as a quorum usually takes. That follows
   * slow links, and f members can neither shorten nor stretch it by being silent, late or false.
   */
  get leaderTimeout(): number {
    const { leaderTimeout, leaderTimeoutCap } = this.#parameters
    const base = Math.min(Math.max(leaderTimeout, this.#quorumTime), leaderTimeoutCap)
    return Math.min(Math.floor(base * this.#patience), longestTimeout)
  }

  enter(now: number, round: number): void {
    this.#round = round
    this.#enteredAt = now
    const barren = round - this.#commitRound
    const { size } = this.#dag.committee
    if (barren > 0 && barren % (4 * size) === 0) this.#patience *= 1.5
  }

  /** @param own The round of the last own block that is durable. */
  advance(now: number, own: number): void {
    const { quorum } = this.#dag.committee
    while (own === this.#round && this.#dag.stakeAt(this.#round) >= quorum) {
      this.#measure(now)
      this.enter(now, this.#round + 1)
    }
    const { quorumRound, garbageRound } = this.#dag
    const isBehind = quorumRound - this.#round > this.#parameters.jumpLag
    const isOnGarbage = garbageRound > 0 && this.#round - 1 <= garbageRound
    if ((isBehind || isOnGarbage) && quorumRound >= this.#round) this.enter(now, quorumRound + 1)
  }

  #measure(now: number): void {
    if (this.#builtAt === Number.NEGATIVE_INFINITY) return
    const took = Math.min(Math.max(0, now - this.#builtAt), longestTimeout)
    this.#quorumTime = Math.floor((7 * this.#quorumTime + 3 * took) / 10)
  }

  built(now: number): void {
    this.#builtAt = now
  }

  committed(): void {
    this.#commitRound = this.#round
    this.#patience = 1
  }

  /** Whether to build the own block of this round now. */
  isDue(now: number, outlook: Outlook): boolean {
    const others = this.#dag.stakeAt(this.#round)
    if (others >= this.#dag.committee.quorum) return true
    if (now >= this.#deadline(outlook)) return true
    return outlook.servesLeaders && now >= this.#earliest(outlook)
  }

  /** When `isDue` may change by time alone. */
  wake(now: number, outlook: Outlook): number | undefined {
    const times = [this.#earliest(outlook), this.#deadline(outlook)]
    const coming = times.filter((time) => time > now)
    return coming.length === 0 ? undefined : Math.min(...coming)
  }

  #earliest({ isIdle }: Outlook): number {
    const { minRoundDelay, idleRoundDelay } = this.#parameters
    return this.#builtAt + (isIdle ? idleRoundDelay : minRoundDelay)
  }

  #deadline({ isIdle }: Outlook): number {
    const { minRoundDelay, idleRoundDelay } = this.#parameters
    const slack = isIdle ? Math.max(0, idleRoundDelay - minRoundDelay) : 0
    return this.#enteredAt + this.leaderTimeout + slack
  }
}
