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

const mostPatience = 4

/**
 * Asks for missing ancestors, ever less often: each time who sent the block that needs them, since it
 * must have them, and from the second time on one other beside it, the author first.
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
    const byPeer = new Map<Peer, Wanted[]>()
    for (const [digest, one] of wanted) {
      const { ref, from } = one
      const request = this.#request(digest, from, now)
      if (request.due > now) continue
      for (const peer of this.#peers(ref, from, request.attempts)) {
        const due = byPeer.get(peer)
        if (due === undefined) byPeer.set(peer, [one])
        else due.push(one)
      }
      request.due = now + patience * Math.min(2 ** request.attempts, mostPatience)
      request.attempts++
    }
    for (const [to, due] of byPeer) this.#send(to, inTurn(due))
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

  #peers({ author }: BlockRef, from: Peer, attempts: number): readonly Peer[] {
    const { members } = this.#committee
    const others = members
      .map((_, at) => (author + at) % members.length)
      .filter((member) => member !== this.#self)
      .map((member) => this.#committee.peerOf(member))
      .filter((peer) => peer !== undefined && peer !== from)
    const other = attempts === 0 ? undefined : others[(attempts - 1) % others.length]
    return other === undefined ? [from] : [from, other]
  }
}

/** One for each author's blocks, then the next: nobody's names keep out what others need. */
function inTurn(due: readonly Wanted[]): readonly BlockRef[] {
  const byAuthor = new Map<number, BlockRef[]>()
  for (const { ref, by } of due) {
    const refs = byAuthor.get(by)
    if (refs === undefined) byAuthor.set(by, [ref])
    else refs.push(ref)
  }
  const longest = Math.max(...byAuthor.values().map(({ length }) => length))
  return Array.from({ length: longest }, (_, turn) =>
    [...byAuthor.values()].flatMap((refs) => refs[turn] ?? []),
  ).flat()
}
