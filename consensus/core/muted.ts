import type { ExecAttestation } from './block.ts'
import type { CommitRecord } from './restored.ts'

/**
 * Heights that a validator which forgot may have attested before, with a result that may have been
 * another one: it never attests them again (W7). What it attested came from commits below its own
 * headers, so those of leaders up to the floor of the recovery are in doubt, and no others.
 */
export class Muted {
  /** The floor with which a recovery of this epoch ended; 0 without one. */
  #round: number
  #height: number
  /** Rounds of leaders, by index of a commit that is not executed yet. */
  readonly #leaders: Map<number, number>

  /**
   * @param commits Those of the store.
   * @param executed Which commit they are of is not known: after a recovery all of them are muted.
   */
  constructor(
    round: number,
    commits: readonly CommitRecord[],
    executed: readonly ExecAttestation[],
  ) {
    this.#round = round
    this.#height = round > 0 ? (executed.at(-1)?.height ?? 0) : 0
    this.#leaders = new Map(commits.map(({ commit }) => [commit.index, commit.leader.round]))
  }

  /** The highest. */
  get height(): number {
    return this.#height
  }

  /** A recovery ends with `floor`. */
  recovered(floor: number, executed: number): void {
    this.#round = floor
    this.#height = executed
  }

  committed(index: number, leaderRound: number): void {
    this.#leaders.set(index, leaderRound)
  }

  /** @param results Of commit `index` and of those before it. */
  executed(index: number, results: readonly ExecAttestation[]): void {
    const leaderRound = this.#leaders.get(index) ?? 0
    if (this.#round > 0 && leaderRound <= this.#round)
      this.#height = results.at(-1)?.height ?? this.#height
    for (const each of this.#leaders.keys()) if (each <= index) this.#leaders.delete(each)
  }
}
