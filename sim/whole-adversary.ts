import { type Block, blockOf, decodeBlock, type Digest, encodeBlock } from '#consensus'

import {
  askerOf,
  blockFrame,
  blocksProtocol,
  commitsProtocol,
  dagProtocol,
  heardOf,
  heartbeat,
  recoverProtocol,
  spoilt,
  testimony,
  wantedBlocks,
} from './frames.ts'
import { Malice } from './malice.ts'
import type { Traits } from './scenario.ts'
import type { Station } from './station.ts'
import { WholeNode } from './whole-node.ts'
import { peerOf, type World } from './world.ts'

/** Own blocks that are sent again after a heartbeat. */
const resumed = 16

/** A Byzantine validator among whole nodes: one of them that follows, and whatever its key can sign. */
export class WholeAdversary extends WholeNode {
  readonly #malice: Malice
  /** Blocks of others that are what they seem: in its DAG, or from their authors. */
  readonly #held = new Set<Digest>()
  /** Own ones, which its DAG may not hold. */
  readonly #made = new Map<Digest, Block>()

  constructor(world: World, index: number, stations: readonly Station[], traits: Traits) {
    super(world, index, stations, undefined)
    this.#malice = new Malice(world, index, traits, {
      now: () => world.timeline.now,
      status: () => this.validator?.status,
      others: () => world.scenario.stakes.keys(),
      holds: (digest) => this.#held.has(digest),
      later: (delay, task) => world.timeline.after(delay, task),
      show: (block, to) => this.#show(block, to),
    })
  }

  /** Looks whether there is something to build on. */
  look(): void {
    this.#malice.stepped()
  }

  protected override leaves(): void {}

  protected override accepted(block: Block): void {
    this.#held.add(block.digest)
    this.#malice.remember(block)
  }

  protected override async take(protocol: string, frame: Uint8Array, from: Station): Promise<void> {
    if (protocol === dagProtocol && frame[0] === 0) {
      const block = read(frame.slice(1))
      this.#malice.remember(block)
      if (block.author === from.index) this.#held.add(block.digest)
      if (this.#malice.tries('forges')) this.#tell(this.#malice.forgeOf(block))
    }
    const heard = protocol === dagProtocol ? heardOf(frame, this.index) : undefined
    if (heard !== undefined) this.#resume(from, heard)
    await super.take(protocol, frame, from)
  }

  protected override async *answer(
    protocol: string,
    bytes: Uint8Array,
    from: Station,
  ): AsyncGenerator<Uint8Array> {
    if (protocol === recoverProtocol) {
      yield* this.#testify(bytes)
      return
    }
    const items = await Array.fromAsync(super.answer(protocol, bytes, from))
    if (protocol === blocksProtocol) yield* this.#give(bytes, items, from)
    else if (protocol === commitsProtocol && this.#malice.tries('lies')) {
      yield* spoilt(items, this.world.dice.below(5))
    } else yield* items
  }

  /** Its own node takes it as from itself; the others are sent it. */
  #show(block: Block, to: ReadonlySet<number>): void {
    const frame = blockFrame(block)
    this.#made.set(block.digest, block)
    const handler = this.validator?.pushes.find(({ id }) => id === dagProtocol)
    this.world.follow(handler?.receive(frame, { peer: this.peer }))
    for (const index of to) this.push(peerOf(index), dagProtocol, frame)
  }

  #tell(block: Block): void {
    const frame = blockFrame(block)
    for (const index of this.world.scenario.stakes.keys()) {
      this.push(peerOf(index), dagProtocol, frame)
    }
  }

  /** Sends its own blocks again, and says to have heard what it likes. */
  #resume(to: Station, heard: number): void {
    for (const block of this.#malice.ownFor(to.index, heard).slice(0, resumed)) {
      this.push(to.peer, dagProtocol, blockFrame(block))
    }
    if (!this.#malice.tries('lies')) return
    const { epoch, dice, scenario } = this.world
    const rounds = scenario.stakes.map(() => dice.pick([0, 1, 2 ** 32 - 1]))
    this.push(to.peer, dagProtocol, heartbeat(epoch.committee.epoch, rounds))
  }

  *#give(
    request: Uint8Array,
    items: readonly Uint8Array[],
    { index }: Station,
  ): Generator<Uint8Array> {
    const given = new Map(items.map((item) => [read(item).digest, item]))
    for (const digest of wantedBlocks(request)) {
      const own = this.#made.get(digest)
      const item = own === undefined ? given.get(digest) : encodeBlock(own.header, own.body)
      if (item !== undefined && this.#malice.isFor(digest, index)) yield item
    }
  }

  *#testify(request: Uint8Array): Generator<Uint8Array> {
    const { epoch, ports } = this.world
    const said = this.#malice.testify(askerOf(request))
    yield testimony(request, this.index, epoch.genesisHash, said, ports.signatures)
  }
}

function read(bytes: Uint8Array): Block {
  const { header, body } = decodeBlock(bytes)
  return blockOf(header, body)
}
