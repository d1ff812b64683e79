import { limits } from '../limits.ts'
import type { Block, Digest, ExecAttestation } from './block.ts'
import { type Committee, StakeSet } from './committee.ts'
import type { Effect } from './effects.ts'
import type { Evidence, SignedCore } from './evidence.ts'
import type { Restored } from './restored.ts'
import { signedCore } from './slots.ts'

interface Attested {
  readonly blockHash: Digest
  /** Of the header that says so. */
  readonly digest: Digest
  readonly signed: SignedCore
}

/**
 * What the members say they executed, against what this node executed. A height is final once a
 * quorum attested it, or a descendant of it, in accepted headers with good signatures.
 *
 * @see PIP-0007 "Attestations and finality"
 */
export class Finality {
  readonly #committee: Committee
  readonly #emit: (effect: Effect) => void
  /** By author and height; a window of the highest. */
  readonly #attested = new Map<number, Map<number, Attested>>()
  /** The highest height by author at which author and node agree. */
  readonly #agreed = new Map<number, number>()
  readonly #own = new Map<number, Digest>()
  readonly #convicted = new Set<number>()
  #executed = 0
  #finalized = 0
  #isHalted = false
  #isOutvoted = false

  constructor(
    committee: Committee,
    { executed, finalized }: Pick<Restored, 'executed' | 'finalized'>,
    emit: (effect: Effect) => void,
  ) {
    this.#committee = committee
    this.#emit = emit
    this.#finalized = finalized
    for (const { height, blockHash } of executed) {
      this.#own.set(height, blockHash)
      this.#executed = height
    }
  }

  get finalized(): number {
    return this.#finalized
  }

  /** The highest height that this node executed. */
  get executed(): number {
    return this.#executed
  }

  /** Validity stake found another result: this node's own word counts for nothing now. */
  get isHalted(): boolean {
    return this.#isHalted
  }

  /** Own results above the final height are as many as are kept. */
  get isFull(): boolean {
    return this.#executed - this.#finalized >= limits.executedHashes.value
  }

  /** Own results above `height`, ascending. */
  resultsAbove(height: number): readonly ExecAttestation[] {
    return [...this.#own]
      .filter(([each]) => each > height)
      .map(([each, blockHash]) => ({ height: each, blockHash }))
  }

  execute(results: readonly ExecAttestation[]): void {
    for (const { height, blockHash } of results) {
      this.#own.set(height, blockHash)
      this.#executed = height
      if (this.#own.size > limits.ownResults.value)
        this.#own.delete(this.#own.keys().next().value ?? 0)
      for (const [author, heights] of this.#attested) {
        const attested = heights.get(height)
        if (attested !== undefined) this.#compare(author, height, attested.blockHash)
      }
    }
    this.#conclude()
  }

  /** The attestations of an accepted block whose signature verified. */
  observe(block: Block): void {
    const { author, header, digest } = block
    const signed = signedCore(block)
    let heights = this.#attested.get(author)
    if (heights === undefined) this.#attested.set(author, (heights = new Map()))
    for (const { height, blockHash } of header.attestations) {
      const known = heights.get(height)
      if (known === undefined) {
        heights.set(height, { blockHash, digest, signed })
        this.#compare(author, height, blockHash)
      } else if (known.blockHash !== blockHash) {
        this.#convict(known, { blockHash, digest, signed })
      }
    }
    while (heights.size > limits.attestedHeights.value) {
      heights.delete([...heights.keys()].reduce((a, b) => Math.min(a, b)))
    }
    this.#conclude()
  }

  #compare(author: number, height: number, blockHash: Digest): void {
    const own = this.#own.get(height)
    if (own === undefined) return
    if (own !== blockHash) return this.#dissent(height, own, blockHash)
    if (height > (this.#agreed.get(author) ?? 0)) this.#agreed.set(author, height)
  }

  #dissent(height: number, own: Digest, other: Digest): void {
    const authors = new StakeSet(this.#committee)
    for (const [author, heights] of this.#attested) {
      if (heights.get(height)?.blockHash === other) authors.add(author)
    }
    const outvoted = authors.stake >= this.#committee.quorum
    const isNews = outvoted ? !this.#isOutvoted : !this.#isHalted
    if (authors.stake < this.#committee.validity || !isNews) return
    this.#isHalted = true
    this.#isOutvoted ||= outvoted
    this.#emit({ type: 'halt', height, own, other, authors: authors.members, outvoted })
  }

  #conclude(): void {
    const height = this.#committee.reachedBy(this.#agreed, this.#committee.quorum) ?? 0
    const blockHash = this.#own.get(height)
    if (height <= this.#finalized || blockHash === undefined || this.#isHalted) return
    this.#finalized = height
    this.#emit({ type: 'finalized', height, blockHash })
    for (const each of this.#own.keys()) if (each < height) this.#own.delete(each)
  }

  #convict(first: Attested, second: Attested): void {
    const { author } = first.signed.core
    if (this.#convicted.has(author)) return
    this.#convicted.add(author)
    const evidence: Evidence = {
      kind: 'attestation',
      epoch: this.#committee.epoch,
      author,
      first: first.signed,
      second: second.signed,
      digests: [first.digest, second.digest],
    }
    this.#emit({ type: 'evidence', evidence })
  }
}
