/**
 * Who leads which round, one member each. Cycles of as many rounds as there are members; in each a member leads as
 * often as its share of stake (rounded down or up, in proportion in the long run), in an order drawn
 * from the closing hash of the epoch before. Integers only.
 *
 * @see PIP-0007 "Leader schedule"
 */
import type { Constants } from '../parameters.ts'
import type { Digest } from './block.ts'
import type { Commit } from './commit.ts'
import type { Committee } from './committee.ts'
import { cycleSeed, draw } from './hashes.ts'

/** What the schedule remembers of the commits so far. */
export interface ScheduleState {
  /** Blocks of each author in the commits of the window that is open. */
  readonly scores: readonly number[]
  /** Members that lead instead of others until the next window closes. */
  readonly replaced: readonly (readonly [benched: number, by: number])[]
}

const cachedCycles = 8

export class Schedule {
  readonly #committee: Committee
  readonly #closing: Digest
  readonly #constants: Constants
  readonly #cycles = new Map<number, readonly number[]>()
  #scores: number[]
  #replaced: ReadonlyMap<number, number>

  /** @param closing Closing hash of the epoch before. */
  constructor(
    committee: Committee,
    closing: Digest,
    constants: Constants,
    state: ScheduleState = { scores: [], replaced: [] },
  ) {
    this.#committee = committee
    this.#closing = closing
    this.#constants = constants
    this.#scores = committee.members.map((_, author) => state.scores[author] ?? 0)
    this.#replaced = new Map(state.replaced)
  }

  get state(): ScheduleState {
    return { scores: [...this.#scores], replaced: [...this.#replaced] }
  }

  leader(round: number): number {
    const { size } = this.#committee
    const drawn = this.#cycle(Math.floor(round / size))[round % size] ?? 0
    return this.#replaced.get(drawn) ?? drawn
  }

  /** Takes a commit in; whether the leaders above its own round have changed. */
  observe({ index, blocks }: Commit): boolean {
    for (const { author } of blocks) this.#scores[author] = (this.#scores[author] ?? 0) + 1
    if (index % this.#constants.scheduleWindow !== 0) return false
    const before = this.#replaced
    this.#replaced = this.#replacements()
    this.#scores = this.#scores.map(() => 0)
    return !isEqual(before, this.#replaced)
  }

  /** The worst members, with up to half of the tolerated stake, and the best ones for them. */
  #replacements(): ReadonlyMap<number, number> {
    const score = (author: number) => this.#scores[author] ?? 0
    const worst = this.#scores.keys().toArray()
    worst.sort((a, b) => score(a) - score(b) || a - b)
    const best = worst.toReversed()
    const replaced = new Map<number, number>()
    let left = this.#committee.faulty / 2n
    for (const [place, benched] of worst.entries()) {
      const by = best[place] ?? benched
      left -= this.#committee.stakeOf(benched)
      if (left < 0n || score(benched) >= score(by)) break
      replaced.set(benched, by)
    }
    return replaced
  }

  #cycle(number: number): readonly number[] {
    const known = this.#cycles.get(number)
    if (known !== undefined) return known
    const drawn = drawCycle(this.#committee, cycleSeed(this.#closing, number))
    const [oldest] = this.#cycles.keys()
    if (oldest !== undefined && this.#cycles.size >= cachedCycles) this.#cycles.delete(oldest)
    this.#cycles.set(number, drawn)
    return drawn
  }
}

/** Systematic sampling over the line of stakes from a random offset, then a random order. */
function drawCycle(committee: Committee, seed: Uint8Array): readonly number[] {
  const { size, total } = committee
  const count = BigInt(size)
  const offset = draw(seed, size) % total
  const drawn: { readonly author: number; readonly rank: bigint }[] = []
  for (let at = 0; at < size; at++) {
    const point = (offset + (BigInt(at) * total) / count) % total
    drawn.push({ author: authorAt(committee, point), rank: draw(seed, at) })
  }
  return drawn.toSorted((a, b) => (a.rank < b.rank ? -1 : 1)).map(({ author }) => author)
}

function authorAt(committee: Committee, point: bigint): number {
  let end = 0n
  return committee.members.findIndex(({ stake }) => point < (end += stake))
}

function isEqual(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value)
}
