import type { Block, BlockRef, Digest } from '#consensus'

import { forge, genesisRef } from './forge.ts'
import { Machine, type MachineOptions } from './machine.ts'
import type { Message, Participant } from './message.ts'
import type { Traits } from './scenario.ts'
import { forged } from './signatures.ts'
import type { World } from './world.ts'

const remembered = 64

/**
 * A Byzantine validator: follows the DAG like everybody, and makes of it whatever blocks its key can
 * sign, shows them to whom it likes, and answers as it likes.
 */
export class Adversary extends Machine {
  readonly #self: number
  readonly #traits: Traits
  /** Blocks that arrived, by round and author; those that the core holds may be referenced. */
  readonly #rounds = new Map<number, Map<number, Block[]>>()
  /** Who may see an own block. */
  readonly #shown = new Map<Digest, ReadonlySet<number>>()
  #last: readonly Block[] = []
  #round = 0
  #builtAt = 0

  constructor(world: World, options: MachineOptions & { readonly self: number }, traits: Traits) {
    super(world, options)
    this.#self = options.self
    this.#traits = traits
  }

  override receive(from: Participant, message: Message): void {
    if (message.type === 'push') {
      this.#remember(message.block)
      if (this.world.dice.chance(this.#traits.forges)) this.#forgeOf(message.block)
    } else if (message.type === 'blocks') message.blocks.forEach((block) => this.#remember(block))
    else if (message.type === 'ask') return this.#answerTo(from, message)
    else if (message.type === 'fetchCommits' && this.world.dice.chance(this.#traits.lies)) {
      return this.#cheat(from, message)
    }
    super.receive(from, message)
  }

  protected override serve(digest: Digest, to: Participant): Block | undefined {
    const isShown = this.#shown.get(digest)?.has(to.index) ?? true
    return isShown ? super.serve(digest, to) : undefined
  }

  protected override stepped(): void {
    const { status } = this
    if (status === undefined) return
    const round = Math.max(this.#round, status.quorumRound) + 1
    if (round > status.quorumRound + 1 || round === this.#round) return
    if (this.now < this.#builtAt + this.world.parameters.minRoundDelay) {
      return this.later(this.#builtAt + this.world.parameters.minRoundDelay - this.now, () =>
        this.stepped(),
      )
    }
    this.#build(round)
  }

  #build(round: number): void {
    const { dice } = this.world
    this.#round = round
    this.#builtAt = this.now
    if (dice.chance(this.#traits.silent)) return
    const isTwofold = dice.chance(this.#traits.equivocates)
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
    const { dice, participants } = this.world
    const isKept = dice.chance(this.#traits.withholds)
    const percent = isKept ? dice.pick([0, 20, 40]) : isTwofold ? dice.pick([30, 50, 70]) : 100
    const chosen = [...participants.values()].filter(() => dice.chance(percent))
    this.#shown.set(block.digest, new Set(chosen.map(({ index }) => index)))
    this.#remember(block)
    super.receive(this, { type: 'push', block })
    for (const to of chosen) this.world.send(this, to, { type: 'push', block })
  }

  /** A valid block of `round` over any quorum of parents. */
  #draft(round: number): Block | undefined {
    const { dice, epoch, ports } = this.world
    const own = this.#last.length > 0 ? dice.pick(this.#last) : genesisRef(epoch, this.#self)
    const chosen = new Map<number, BlockRef>([[this.#self, own]])
    const isGreedy = dice.chance(50)
    let stake = own.round === round - 1 ? epoch.committee.stakeOf(this.#self) : 0n
    for (const author of dice.shuffled([...epoch.committee.members.keys()])) {
      if (author === this.#self || (!isGreedy && stake >= epoch.committee.quorum)) continue
      const parent = round === 1 ? genesisRef(epoch, author) : this.#pick(round - 1, author)
      if (parent === undefined) continue
      chosen.set(author, parent)
      stake += epoch.committee.stakeOf(author)
    }
    if (stake < epoch.committee.quorum) return undefined
    return forge(
      {
        author: this.#self,
        round,
        timestampMs: this.now + dice.between(-500, 500),
        ancestors: [...chosen.values()],
        attestations: this.#lie().map((digest) => ({ height: round, blockHash: digest })),
        commitVotes: this.#lie().map((digest) => ({
          index: (this.status?.committed ?? 0) + dice.below(20),
          digest,
        })),
      },
      epoch,
      ports.signatures,
    )
  }

  #pick(round: number, author: number): Block | undefined {
    const held = this.#rounds
      .get(round)
      ?.get(author)
      ?.filter(({ digest }) => this.find(digest))
    return held === undefined || held.length === 0 ? undefined : this.world.dice.pick(held)
  }

  #lie(): readonly Digest[] {
    const { dice } = this.world
    if (!dice.chance(this.#traits.lies)) return []
    return [dice.below(3).toString(16).padStart(64, 'f')]
  }

  #remember(block: Block): void {
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
  #forgeOf({ header, body, ...block }: Block): void {
    const { dice } = this.world
    const { signatures } = this.world.ports
    const signature = forged(dice.below(256))
    const fake = dice.chance(50)
      ? { ...block, body, header: { ...header, signature } }
      : forge(
          { ...block, timestampMs: block.timestampMs + 1, attestations: [], commitVotes: [] },
          this.world.epoch,
          { ...signatures, sign: () => signature },
        )
    this.world.broadcast(this, { type: 'push', block: fake })
  }

  #answerTo(
    from: Participant,
    { author, challenge }: Extract<Message, { readonly type: 'ask' }>,
  ): void {
    const isLying = this.world.dice.chance(this.#traits.lies)
    const round = [...this.#rounds.keys()].find((each) => this.#pick(each, author) !== undefined)
    const yours = isLying ? undefined : this.#pick(round ?? 0, author)
    const own = isLying ? undefined : this.#last[0]
    this.world.send(this, from, {
      type: 'answer',
      author: this.#self,
      challenge,
      own: own?.header,
      yours: yours?.header,
    })
  }

  /** Commits with something wrong about them. */
  #cheat(
    to: Participant,
    { from, to: last }: Extract<Message, { readonly type: 'fetchCommits' }>,
  ): void {
    const { dice } = this.world
    const range = this.disk.range(from, last)
    const kind = dice.below(4)
    const commits = range.commits.map((commit) =>
      kind === 0 ? { ...commit, timestampMs: commit.timestampMs + 1 } : commit,
    )
    this.world.send(this, to, {
      type: 'commits',
      range: {
        commits: kind === 1 ? commits.toReversed() : commits,
        blocks: kind === 2 ? range.blocks.slice(1) : range.blocks,
        headers: kind === 3 ? [] : range.headers,
      },
    })
  }
}
