import { type Committee, StakeSet } from '../core/committee.ts'
import { commitDigest } from '../core/hashes.ts'
import { decodeBlock, encodeHeader } from '../core/ssz.ts'
import { limits } from '../limits.ts'
import type { DagStore } from '../store/dag-store.ts'
import type { StoredVote } from '../store/records.ts'
import type { Library } from './library.ts'

/** Commits that end in one which a quorum voted for. */
export interface CertifiedRange {
  readonly from: number
  readonly to: number
  /** SSZ of headers of a quorum that vote for the last one. */
  readonly headers: readonly Uint8Array[]
}

interface RangesInit {
  readonly dag: DagStore
  readonly committee: Committee
  readonly library: Library
}

/** Finds what to answer with, and remembers it for the rest of an answer that was cut. */
export class Ranges {
  readonly #init: RangesInit
  readonly #found = new Map<string, CertifiedRange>()

  constructor(init: RangesInit) {
    this.#init = init
  }

  /**
   * The commits `from` up to one that a quorum voted for, at most `to`: the farthest within the bytes
   * of an answer, or else the first.
   */
  async find(from: number, to: number): Promise<CertifiedRange | undefined> {
    const key = `${from} ${to}`
    const known = this.#found.get(key)
    if (known !== undefined) return known
    const last = Math.min(to, this.#init.dag.last?.index ?? 0)
    if (last < from || this.#init.dag.commit(from) === undefined) return undefined
    const fitting = this.#fitting(from, last)
    const range =
      (await this.#certified(from, from, fitting, true)) ??
      (await this.#certified(from, fitting + 1, last, false))
    if (range === undefined) return undefined
    this.#keep(key, range)
    // An answer that goes on is asked for up to where it ends.
    this.#keep(`${from} ${range.to}`, range)
    return range
  }

  #keep(key: string, range: CertifiedRange): void {
    this.#found.set(key, range)
    const [oldest] = this.#found.keys()
    if (oldest !== undefined && this.#found.size > limits.rememberedRanges.value) {
      this.#found.delete(oldest)
    }
  }

  /** The last commit up to which all of `from` … `last` fit into an answer; `from` at least. */
  #fitting(from: number, last: number): number {
    const { dag } = this.#init
    const before = (dag.extent(from - 1) ?? dag.extent(from))?.totalBytes ?? 0
    let low = from
    let high = last
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      const bytes = (dag.extent(middle)?.totalBytes ?? Infinity) - before
      if (bytes <= limits.syncBytes.value) low = middle
      else high = middle - 1
    }
    return low
  }

  /** The first certified commit of `low` … `high` in one direction. */
  async #certified(
    from: number,
    low: number,
    high: number,
    descending: boolean,
  ): Promise<CertifiedRange | undefined> {
    if (low > high) return undefined
    let at: number | undefined
    let votes: StoredVote[] = []
    for await (const { index, ...vote } of this.#init.dag.votes(low, high, descending)) {
      if (index !== at && at !== undefined) {
        const headers = await this.#certificate(at, votes)
        if (headers !== undefined) return { from, to: at, headers }
        votes = []
      }
      at = index
      votes.push(vote)
    }
    if (at === undefined) return undefined
    const headers = await this.#certificate(at, votes)
    return headers === undefined ? undefined : { from, to: at, headers }
  }

  /** Headers of a quorum that votes for the own commit `index`, as many as there have to be. */
  async #certificate(
    index: number,
    votes: readonly StoredVote[],
  ): Promise<readonly Uint8Array[] | undefined> {
    const { dag, committee } = this.#init
    const all = committee.stakeOfAll(votes.map(({ author }) => author))
    const stored = all < committee.quorum ? undefined : dag.commit(index)
    if (stored === undefined) return undefined
    const digest = commitDigest(stored.commit)
    const good = votes.filter((vote) => vote.digest === digest)
    if (committee.stakeOfAll(good.map(({ author }) => author)) < committee.quorum) return undefined
    const voters = new StakeSet(committee)
    const headers: Uint8Array[] = []
    for (const { author, by } of good) {
      // oxlint-disable-next-line no-await-in-loop -- until there are enough
      const header = by instanceof Uint8Array ? by : await this.#headerOf(by)
      if (header === undefined) continue
      headers.push(header)
      voters.add(author)
      if (voters.stake >= committee.quorum) return headers
    }
    return undefined
  }

  async #headerOf(ref: Exclude<StoredVote['by'], Uint8Array>): Promise<Uint8Array | undefined> {
    const { library } = this.#init
    const bytes = await library.find(ref)
    return bytes === undefined ? undefined : encodeHeader(decodeBlock(bytes).header)
  }
}
