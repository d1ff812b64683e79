import type { Block, BlockRef, Digest } from '#consensus'

import { forge, genesisRef } from './forge.ts'
import type { Traits } from './scenario.ts'
import { forged } from './signatures.ts'
import type { World } from './world.ts'

/** What a Byzantine validator stands on: a node that follows the DAG. */
export interface Stage {
  now(): number
  /** Undefined while it is down. */
  status(): { readonly quorumRound: number; readonly committed: number } | undefined
  /** Whom a block may be shown. */
  others(): Iterable<number>
  holds(digest: Digest): boolean
  later(delay: number, task: () => void): void
  /** Takes an own block into its DAG, and sends it to some. */
  show(block: Block, to: ReadonlySet<number>): void
}

const remembered = 64

/**
 * The mind of a Byzantine validator: whatever blocks its key can sign over the DAG that it sees, and
 * who may see them.
 */
export class Malice {
  readonly #world: World
  readonly #self: number
  readonly #traits: Traits
  readonly #stage: Stage
  /** Blocks that arrived, by round and author; those that the core holds may be referenced. */
  readonly #rounds = new Map<number, Map<number, Block[]>>()
  /** Who may see an own block. */
  readonly #shown = new Map<Digest, ReadonlySet<number>>()
  #last: readonly Block[] = []
  #round = 0
  #builtAt = 0

  constructor(world: World, self: number, traits: Traits, stage: Stage) {
    this.#world = world
    this.#self = self
    this.#traits = traits
    this.#stage = stage
  }

  /** Whether it does now what it does in so many percent of cases. */
  tries(trait: keyof Traits): boolean {
    return this.#world.dice.chance(this.#traits[trait])
  }

  /** An own block is for some; whatever else is for everybody. */
  isFor(digest: Digest, index: number): boolean {
    return this.#shown.get(digest)?.has(index) ?? true
  }

  /** Own blocks above `round` that `index` may see. */
  ownFor(index: number, round: number): readonly Block[] {
    return [...this.#rounds]
      .filter(([each]) => each > round)
      .flatMap(([, authors]) => authors.get(this.#self) ?? [])
      .filter(({ digest }) => this.isFor(digest, index))
  }

  /** Looks at the DAG after each step. */
  stepped(): void {
    const status = this.#stage.status()
    const now = this.#stage.now()
    if (status === undefined) return
    const { minRoundDelay } = this.#world.parameters
    const round = Math.max(this.#round, status.quorumRound) + 1
    if (round > status.quorumRound + 1 || round === this.#round) return
    if (now < this.#builtAt + minRoundDelay) {
      return this.#stage.later(this.#builtAt + minRoundDelay - now, () => this.stepped())
    }
    this.#build(round)
  }

  remember(block: Block): void {
    const authors = this.#rounds.get(block.round) ?? new Map<number, Block[]>()
    this.#rounds.set(block.round, authors)
    const blocks = authors.get(block.author) ?? []
    authors.set(block.author, blocks)
    if (blocks.every(({ digest }) => digest !== block.digest)) blocks.push(block)
    for (const round of this.#rounds.keys()) {
      if (round < this.#round - remembered) this.#rounds.delete(round)
    }
  }

  /** The same block, or another one in its author's name, under a signature that does not hold. */
  forgeOf({ header, body, ...block }: Block): Block {
    const { dice, epoch, ports } = this.#world
    const signature = forged(dice.below(256))
    return dice.chance(50)
      ? { ...block, body, header: { ...header, signature } }
      : forge(
          { ...block, timestampMs: block.timestampMs + 1, attestations: [], commitVotes: [] },
          epoch,
          { ...ports.signatures, sign: () => signature },
        )
  }

  /** What it says to the start-up question of `author`. */
  testify(author: number): { readonly own: Block | undefined; readonly yours: Block | undefined } {
    const isLying = this.tries('lies')
    const round = [...this.#rounds.keys()].find((each) => this.#pick(each, author) !== undefined)
    const yours = isLying ? undefined : this.#pick(round ?? 0, author)
    return { own: isLying ? undefined : this.#last[0], yours }
  }

  #build(round: number): void {
    const { dice } = this.#world
    this.#round = round
    this.#builtAt = this.#stage.now()
    if (this.tries('silent')) return
    const isTwofold = this.tries('equivocates')
    const blocks: Block[] = []
    for (let count = isTwofold ? dice.between(2, 4) : 1; count > 0; count--) {
      const block = this.#draft(round)
      if (block !== undefined) blocks.push(block)
    }
    if (blocks.length === 0) return
    this.#last = blocks
    for (const block of blocks) this.#show(block, isTwofold)
  }

  #show(block: Block, isTwofold: boolean): void {
    const { dice } = this.#world
    const isKept = this.tries('withholds')
    const percent = isKept ? dice.pick([0, 20, 40]) : isTwofold ? dice.pick([30, 50, 70]) : 100
    const chosen = new Set([...this.#stage.others()].filter(() => dice.chance(percent)))
    this.#shown.set(block.digest, chosen)
    this.remember(block)
    this.#stage.show(block, chosen)
  }

  /** A valid block of `round` over any quorum of parents. */
  #draft(round: number): Block | undefined {
    const { dice, epoch, ports, scenario } = this.#world
    const { members, quorum } = epoch.committee
    const own = this.#last.length > 0 ? dice.pick(this.#last) : genesisRef(epoch, this.#self)
    const chosen = new Map<number, BlockRef>([[this.#self, own]])
    const isGreedy = dice.chance(50)
    let stake = own.round === round - 1 ? epoch.committee.stakeOf(this.#self) : 0n
    for (const author of dice.shuffled([...members.keys()])) {
      if (author === this.#self || (!isGreedy && stake >= quorum)) continue
      const parent = round === 1 ? genesisRef(epoch, author) : this.#pick(round - 1, author)
      if (parent === undefined) continue
      chosen.set(author, parent)
      stake += epoch.committee.stakeOf(author)
    }
    if (stake < quorum) return undefined
    const { bytes } = scenario.transactions
    return forge(
      {
        author: this.#self,
        round,
        timestampMs: this.#stage.now() + dice.between(-500, 500),
        ancestors: [...chosen.values()],
        attestations: this.#lie().map((digest) => ({ height: round, blockHash: digest })),
        commitVotes: this.#lie().map((digest) => ({
          index: (this.#stage.status()?.committed ?? 0) + dice.below(20),
          digest,
        })),
        transaction: bytes > 8 ? new Uint8Array(bytes).fill(round % 256) : undefined,
      },
      epoch,
      ports.signatures,
    )
  }

  #pick(round: number, author: number): Block | undefined {
    const held = this.#rounds
      .get(round)
      ?.get(author)
      ?.filter(({ digest }) => this.#stage.holds(digest))
    return held === undefined || held.length === 0 ? undefined : this.#world.dice.pick(held)
  }

  #lie(): readonly Digest[] {
    if (!this.tries('lies')) return []
    return [this.#world.dice.below(3).toString(16).padStart(64, 'f')]
  }
}
