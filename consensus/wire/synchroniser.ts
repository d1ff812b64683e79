import { type Block, type BlockRef, refOf } from '../core/block.ts'
import type { Committee } from '../core/committee.ts'
import type { Effect } from '../core/effects.ts'
import type { Event, Peer } from '../core/events.ts'
import { limits } from '../limits.ts'
import type { Network } from '../ports.ts'
import { askBlocks, askCommits, isBlame } from './ask.ts'

interface Lane {
  underWay: number
  readonly waiting: (readonly BlockRef[])[]
}

interface SynchroniserInit {
  readonly committee: Committee
  readonly network: Network
  readonly connected: ReadonlySet<Peer>
  readonly dispatch: (event: Event) => void
}

/**
 * Fetches what the core misses. It names members; when one is not connected another peer is asked,
 * so that a node which knows a single other one can still follow.
 */
export class Synchroniser {
  readonly #init: SynchroniserInit
  readonly #lanes = new Map<Peer, Lane>()
  #underWay = 0
  #turns = 0
  /** Who answered for commits in the place of the member that was to be asked. */
  #substitute: { readonly asked: Peer; readonly peer: Peer } | undefined

  constructor(init: SynchroniserInit) {
    this.#init = init
  }

  /** Asks for blocks, or waits for its turn at that peer. */
  fetch({ to, refs }: Extract<Effect, { readonly type: 'fetch' }>): void {
    const peer = this.#reachable(to)
    let lane = this.#lanes.get(peer)
    if (lane === undefined) this.#lanes.set(peer, (lane = { underWay: 0, waiting: [] }))
    if (lane.waiting.length < limits.fetchQueue.value) lane.waiting.push(refs.map(refOf))
    this.#run(peer, lane)
  }

  /** What others have under the digest of `ref`, one peer after the other. */
  async *copies(ref: BlockRef): AsyncGenerator<Block> {
    const { connected, network, committee } = this.#init
    const members = [...connected].filter((peer) => committee.authorOf(peer) !== undefined)
    for (const peer of members.length > 0 ? members : connected) {
      const found: Block[] = []
      try {
        // oxlint-disable-next-line no-await-in-loop -- the next one only if this one has none
        await askBlocks(network, peer, committee.epoch, [ref], (block) => found.push(block))
      } catch (error) {
        this.#blame(peer, error)
      }
      yield* found
    }
  }

  #run(peer: Peer, lane: Lane): void {
    while (lane.underWay < this.#mostTo()) {
      const refs = lane.waiting.shift()
      if (refs === undefined) break
      lane.underWay++
      this.#underWay++
      void this.#ask(peer, lane, refs)
    }
    if (lane.underWay === 0) this.#lanes.delete(peer)
  }

  #mostTo(): number {
    return this.#underWay < limits.fetches.value ? limits.fetchesPerPeer.value : 1
  }

  async #ask(peer: Peer, lane: Lane, refs: readonly BlockRef[]): Promise<void> {
    const { network, committee, dispatch } = this.#init
    try {
      await askBlocks(network, peer, committee.epoch, refs, (block) =>
        dispatch({ type: 'received', from: peer, block }),
      )
    } catch (error) {
      this.#blame(peer, error)
    } finally {
      lane.underWay--
      this.#underWay--
      this.#run(peer, lane)
    }
  }

  async fetchCommits(range: Extract<Effect, { readonly type: 'fetchCommits' }>): Promise<void> {
    const { network, committee, dispatch } = this.#init
    const peer = this.#reachable(range.peer)
    try {
      const answer = await askCommits(network, peer, committee.epoch, range)
      if (answer === undefined) return
      this.#substitute = { asked: range.peer, peer }
      dispatch({ type: 'commits', from: range.peer, ...answer })
    } catch (error) {
      this.#blame(peer, error)
    }
  }

  penalise({ peer, offence }: Extract<Effect, { readonly type: 'penalise' }>): void {
    const isSubstituted = offence === 'commits' && this.#substitute?.asked === peer
    const culprit = isSubstituted ? this.#substitute?.peer : undefined
    this.#init.network.blame(culprit ?? peer, offence)
  }

  #reachable(peer: Peer): Peer {
    const { connected, committee } = this.#init
    if (connected.has(peer)) return peer
    const all = [...connected]
    const members = all.filter((each) => committee.authorOf(each) !== undefined)
    const others = members.length > 0 ? members : all
    return others[this.#turns++ % others.length] ?? peer
  }

  /** No answer is nobody's fault: the core asks again, and others. */
  #blame(peer: Peer, error: unknown): void {
    if (isBlame(error)) this.#init.network.blame(peer, String(error))
  }
}
