import { refOf } from '../core/block.ts'
import type { Committee } from '../core/committee.ts'
import type { Effect } from '../core/effects.ts'
import type { Event, Peer } from '../core/events.ts'
import { limits } from '../limits.ts'
import type { Network } from '../ports.ts'
import { askBlocks, askCommits, isBlame } from './ask.ts'

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
  #underWay = 0
  #turns = 0
  /** Who answered for commits in the place of the member that was to be asked. */
  #substitute: { readonly asked: Peer; readonly peer: Peer } | undefined

  constructor(init: SynchroniserInit) {
    this.#init = init
  }

  async fetch({ to, refs }: Extract<Effect, { readonly type: 'fetch' }>): Promise<void> {
    if (this.#underWay >= limits.fetches.value) return
    this.#underWay++
    const { network, committee, dispatch } = this.#init
    const peer = this.#reachable(to)
    try {
      await askBlocks(network, peer, committee.epoch, refs.map(refOf), (block) =>
        dispatch({ type: 'received', from: peer, block }),
      )
    } catch (error) {
      this.#blame(peer, error)
    } finally {
      this.#underWay--
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
