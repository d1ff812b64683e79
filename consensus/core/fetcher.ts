import { limits } from '../limits.ts'
import type { Parameters } from '../parameters.ts'
import type { BlockRef, Digest } from './block.ts'
import type { Committee } from './committee.ts'
import type { Effect } from './effects.ts'
import type { Peer } from './events.ts'
import type { Wanted } from './suspension.ts'

interface Request {
  from: Peer
  attempts: number
  due: number
}

const mostPatience = 8

/**
 * Asks for missing ancestors: first who sent the block that needs them, then the author, then the
 * others in turn, ever less often. What was asked for least comes first, so made-up references
 * cannot hold up real ones.
 */
export class Fetcher {
  readonly #committee: Committee
  readonly #self: number | undefined
  readonly #parameters: Parameters
  readonly #emit: (effect: Effect) => void
  readonly #requests = new Map<Digest, Request>()

  constructor(
    committee: Committee,
    self: number | undefined,
    parameters: Parameters,
    emit: (effect: Effect) => void,
  ) {
    this.#committee = committee
    this.#self = self
    this.#parameters = parameters
    this.#emit = emit
  }

  /** When the next request is due. */
  get wake(): number | undefined {
    const dues = [...this.#requests.values()].map(({ due }) => due)
    return dues.length === 0 ? undefined : dues.reduce((a, b) => Math.min(a, b))
  }

  /** @param patience Milliseconds that an answer may take. */
  tick(now: number, wanted: ReadonlyMap<Digest, Wanted>, patience: number): void {
    for (const digest of this.#requests.keys()) {
      if (!wanted.has(digest)) this.#requests.delete(digest)
    }
    const byPeer = new Map<Peer, BlockRef[]>()
    for (const [digest, { ref, from }] of wanted) {
      const request = this.#request(digest, from, now)
      if (request.due > now) continue
      const peer = this.#peer(ref, from, request.attempts)
      request.due = now + patience * Math.min(2 ** request.attempts, mostPatience)
      request.attempts++
      if (peer === undefined) continue
      const refs = byPeer.get(peer)
      if (refs === undefined) byPeer.set(peer, [ref])
      else refs.push(ref)
    }
    for (const [to, refs] of byPeer) this.#send(to, refs)
  }

  /** What is under way about `digest`. Whoever else has it by now is asked without more patience. */
  #request(digest: Digest, from: Peer, now: number): Request {
    const soon = now + this.#parameters.fetchDelay
    const known = this.#requests.get(digest)
    const request = known ?? { from, attempts: 0, due: soon }
    if (known === undefined) this.#requests.set(digest, request)
    if (request.from === from) return request
    if (request.attempts > 0) request.due = Math.min(request.due, soon)
    request.from = from
    request.attempts = 0
    return request
  }

  #send(to: Peer, refs: readonly BlockRef[]): void {
    const size = limits.fetchRefs.value
    for (let at = 0; at < refs.length; at += size) {
      this.#emit({ type: 'fetch', to, refs: refs.slice(at, at + size) })
    }
  }

  #peer({ author }: BlockRef, from: Peer, attempts: number): Peer | undefined {
    const { members } = this.#committee
    const turn = members.map((_, at) => (author + at) % members.length)
    const others = turn
      .filter((member) => member !== this.#self)
      .map((member) => this.#committee.peerOf(member))
    const peers = [...new Set([from, ...others])]
    return peers[attempts % peers.length]
  }
}
