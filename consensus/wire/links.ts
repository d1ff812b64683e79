import { type Clock, Fault, type Timer } from '#base'

import type { Block } from '../core/block.ts'
import type { Committee } from '../core/committee.ts'
import type { Event, Peer } from '../core/events.ts'
import type { Network, PushHandler } from '../ports.ts'
import { parseBlock } from './ask.ts'
import { Feed } from './feed.ts'
import { blockFrame, decodeDagFrame, heartbeatFrame, protocols } from './frames.ts'

interface LinksInit {
  readonly committee: Committee
  /** Own index; undefined for a follower. */
  readonly author: number | undefined
  readonly network: Network
  readonly clock: Clock
  /** Milliseconds between two heartbeats. */
  readonly interval: number
  /** The highest block of each member that is on disk. */
  readonly highest: readonly Block[]
  readonly dispatch: (event: Event) => void
  /** Resolves when the signature of the block has been looked at. */
  readonly settled: (digest: string) => Promise<void>
  /** Whether the block was taken, or is of no use any more. */
  readonly isKept: (block: Block) => boolean
  readonly read: <Value>(peer: Peer, decode: () => Value) => Value
}

/** The streams of blocks to and from others. */
export class Links {
  readonly feed: Feed
  readonly connected = new Set<Peer>()
  readonly #init: LinksInit
  readonly #heard: number[]
  #isRunning = false
  #beat: Timer | undefined

  constructor(init: LinksInit) {
    this.#init = init
    const { committee, highest, network, clock } = init
    this.#heard = committee.members.map(
      (_, member) => highest.find(({ author }) => author === member)?.round ?? 0,
    )
    this.feed = new Feed(
      (peer, block) => network.push(peer, protocols.dag, blockFrame(block)),
      () => clock.now(),
      (peer) => network.originOf?.(peer),
    )
  }

  start(): void {
    this.#isRunning = true
    this.#heartbeat()
  }

  stop(): void {
    this.#isRunning = false
    this.#beat?.cancel()
  }

  /** The highest round that the member itself sent, and that this node kept. */
  heard(author: number): number {
    return this.#heard[author] ?? 0
  }

  opened(peer: Peer): void {
    this.connected.add(peer)
    if (this.#isRunning) this.#beatTo(peer)
  }

  closed(peer: Peer): void {
    this.connected.delete(peer)
    this.feed.disconnected(peer)
  }

  handler(): PushHandler {
    return {
      id: protocols.dag,
      traffic: 'dag',
      receive: (frame, { peer }) => this.#receive(frame, peer),
      drained: (peer) => this.feed.drained(peer),
      interrupted: (peer) => this.feed.interrupted(peer),
    }
  }

  async #receive(bytes: Uint8Array, peer: Peer): Promise<void> {
    if (!this.#isRunning) return
    const { committee, author: self, dispatch, settled, isKept, read } = this.#init
    const author = committee.authorOf(peer)
    const frame = read(peer, () => decodeDagFrame(bytes, committee.size))
    if (frame.kind === 'heartbeat') {
      if (frame.epoch !== committee.epoch || self === undefined) return
      return this.feed.heartbeat(peer, frame.rounds[self] ?? 0, author !== undefined)
    }
    const block = read(peer, () => {
      if (author === undefined) throw new Fault({ code: 'CONSENSUS_FRAME', bytes: bytes.length })
      return parseBlock(frame.bytes.slice())
    })
    dispatch({ type: 'received', from: peer, block })
    await settled(block.digest)
    // What there was no room for was not heard: nobody names the last block, so it has to come again.
    if (author !== undefined && author === block.author && isKept(block)) {
      this.#heard[author] = Math.max(this.heard(author), block.round)
    }
  }

  #heartbeat(): void {
    for (const peer of this.connected) this.#beatTo(peer)
    const { clock, interval } = this.#init
    this.#beat = clock.after(interval, () => this.#heartbeat())
  }

  #beatTo(peer: Peer): void {
    const { committee, network } = this.#init
    if (committee.authorOf(peer) === undefined) return
    const frame = heartbeatFrame({ epoch: committee.epoch, rounds: this.#heard })
    network.push(peer, protocols.dag, frame)
  }
}
