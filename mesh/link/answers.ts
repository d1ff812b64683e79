import { type Clock, type Hex, hex } from '#base'

import { linkFault } from '../faults.ts'
import { limits } from '../limits.ts'
import { answerRequest, type LinkAnswer, type LinkHost, linkIdOf } from './handshake.ts'

interface Answered extends LinkAnswer {
  readonly id: Hex
  readonly source: string
  readonly at: number
}

export interface AnsweredLink {
  /** 16 bytes. */
  readonly linkId: Uint8Array<ArrayBuffer>
  /** 1152 bytes. */
  readonly proof: Uint8Array<ArrayBuffer>
  /** What is new: undefined where the same request came again. */
  readonly fresh: Pick<LinkAnswer, 'session' | 'facts'> | undefined
}

const second = 1000

/**
 * The answers to requests for links. A request that comes again gets the same answer and opens no
 * second session; what all of them cost is bounded, of one neighbour and in all.
 */
export class LinkAnswers {
  readonly #clock: Clock
  /** From the oldest. */
  readonly #answers = new Map<Hex, Answered>()
  #second = 0
  #total = 0
  readonly #spent = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#answers.size
  }

  /** As `answerLink`. */
  answer(request: Uint8Array, host: LinkHost, source: string): AnsweredLink {
    this.#expire()
    const linkId = linkIdOf(request)
    const id = hex(linkId)
    const known = this.#answers.get(id)
    if (known !== undefined) return { linkId, proof: known.proof, fresh: undefined }
    this.#spend(source)
    const answer = answerRequest(request, host)
    if (this.#answers.size >= limits.linkAnswers.value) this.#evict()
    this.#answers.set(id, { ...answer, id, source, at: this.#clock.now() })
    return { linkId, proof: answer.proof, fresh: answer }
  }

  #spend(source: string): void {
    const now = Math.floor(this.#clock.now() / second)
    if (now !== this.#second) {
      this.#second = now
      this.#total = 0
      this.#spent.clear()
    }
    const spent = this.#spent.get(source) ?? 0
    const isOver =
      spent >= limits.linkRequestsShare.value || this.#total >= limits.linkRequests.value
    if (isOver) throw linkFault('busy')
    this.#spent.set(source, spent + 1)
    this.#total++
  }

  #expire(): void {
    const now = this.#clock.now()
    for (const answered of this.#answers.values()) {
      if (now - answered.at <= limits.linkAnswerLife.value) break
      this.#remove(answered)
    }
  }

  /** The oldest of the neighbour that has most. */
  #evict(): void {
    const bySource = Map.groupBy(this.#answers.values(), ({ source }) => source)
    const [victim] = [...bySource.values()].reduce((a, b) => (b.length > a.length ? b : a), [])
    if (victim !== undefined) this.#remove(victim)
  }

  /** A replay of it may come from now on: its session must not wait for one. */
  #remove({ id, session }: Answered): void {
    this.#answers.delete(id)
    if (!session.isConfirmed) session.erase()
  }
}

/**
 * Answers a request for a link.
 *
 * @param answers Those given before.
 * @param source The neighbour that the request came from, as far as its medium tells.
 * @throws `MESH_MALFORMED` for what was not made for this address; `MESH_LINK` where there were too
 *   many within a second
 */
export function answerLink(
  request: Uint8Array,
  {
    answers,
    source,
    ...host
  }: LinkHost & { readonly answers: LinkAnswers; readonly source: string },
): AnsweredLink {
  return answers.answer(request, host, source)
}
