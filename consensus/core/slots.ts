import { limits } from '../limits.ts'
import type { Block } from './block.ts'
import type { Committee } from './committee.ts'
import type { Evidence, SignedCore } from './evidence.ts'

/**
 * Who has signed what for which round. A slot (author, round) is filled by the first block whose
 * signature verified; another one proves equivocation and is kept only where a block waits for it.
 */
export class Slots {
  readonly #committee: Committee
  readonly #rounds = new Map<number, Map<number, Block[]>>()
  readonly #highest = new Map<number, Block>()
  readonly #proven = new Set<number>()

  constructor(committee: Committee) {
    this.#committee = committee
  }

  /** The block of the highest round that `author` is known to have signed. */
  highest(author: number): Block | undefined {
    return this.#highest.get(author)
  }

  /** Whether there is a proof that `author` signed two blocks of one round. */
  isProven(author: number): boolean {
    return this.#proven.has(author)
  }

  at({ round, author }: Pick<Block, 'round' | 'author'>): readonly Block[] {
    return this.#rounds.get(round)?.get(author) ?? []
  }

  /** Whether a further block of this slot may be kept, given that a block waits for it. */
  hasRoom(block: Block): boolean {
    const most = Math.max(limits.slotBlocks.value, this.#committee.size)
    return this.at(block).length < most
  }

  /** Keeps `block`, whose signature verified. */
  fill(block: Block): void {
    let round = this.#rounds.get(block.round)
    if (round === undefined) this.#rounds.set(block.round, (round = new Map()))
    const slot = round.get(block.author)
    if (slot === undefined) round.set(block.author, [block])
    else slot.push(block)
    this.remember(block)
  }

  /** Knows that the author signed `block`, however old it is. */
  remember(block: Block): void {
    const highest = this.#highest.get(block.author)
    if (highest === undefined || highest.round < block.round) {
      this.#highest.set(block.author, block)
    }
  }

  /** The proof that `block` makes with another of its slot; undefined after the author's first. */
  prove(block: Block): Evidence | undefined {
    const other = this.at(block).find(({ digest }) => digest !== block.digest)
    if (other === undefined || this.#proven.has(block.author)) return undefined
    this.#proven.add(block.author)
    const { epoch } = block.header.core
    return {
      kind: 'equivocation',
      epoch,
      author: block.author,
      first: signedCore(other),
      second: signedCore(block),
      digests: [other.digest, block.digest],
    }
  }

  prune(garbageRound: number): void {
    for (const round of this.#rounds.keys()) {
      if (round <= garbageRound) this.#rounds.delete(round)
    }
  }
}

export function signedCore({ header }: Block): SignedCore {
  const { core, signature, attestations } = header
  return { core, signature, attestations }
}
