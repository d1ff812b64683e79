import type { Header } from '../core/block.ts'
import type { Event, Peer } from '../core/events.ts'
import type { Epoch } from '../core/validity.ts'
import { limits } from '../limits.ts'
import type { Ports, RequestHandler } from '../ports.ts'
import { isBlame } from '../wire/ask.ts'
import { decodeQuestion, encodeQuestion, protocols, type Question } from '../wire/frames.ts'
import { readTestimony, signTestimony, type Testimony } from './interview.ts'

interface WitnessInit {
  readonly epoch: Epoch
  readonly author: number | undefined
  readonly ports: Ports
  readonly dispatch: (event: Event) => void
  /** A header with a signature that verifies, if there is one of its digest. */
  readonly genuine: (header: Header) => Promise<Header | undefined>
  readonly read: <Request>(peer: Peer, decode: () => Request) => Request
}

/** Puts the start-up question to the others, and answers theirs. */
export class Witness {
  readonly #init: WitnessInit
  readonly #questions = new Map<number, Testimony | undefined>()
  readonly #answeredAt = new Map<Peer, number>()
  #number = 0

  constructor(init: WitnessInit) {
    this.#init = init
  }

  /** Asks every other member, under one fresh challenge. */
  ask(): void {
    const { epoch, author, ports } = this.#init
    if (author === undefined) return
    const { committee } = epoch
    const challenge = ports.random.bytes(32)
    const question = { epoch: committee.epoch, author, challenge }
    for (const [member, { peerId }] of committee.members.entries()) {
      if (member !== author) void this.#ask(member, peerId, question)
    }
  }

  /** The core's answer to the question `id`. */
  answer(id: number, testimony: Testimony): void {
    if (this.#questions.has(id)) this.#questions.set(id, testimony)
  }

  handler(): RequestHandler {
    const { epoch, read } = this.#init
    const answer = (question: Question, peer: Peer) => this.#answer(question, peer)
    return {
      id: protocols.recover,
      traffic: 'sync',
      admits: (peer) => epoch.committee.authorOf(peer) !== undefined,
      async *answer(request, { peer }) {
        const question = read(peer, () => decodeQuestion(request))
        const bytes = await answer(question, peer)
        if (bytes !== undefined) yield bytes
      },
    }
  }

  async #ask(member: number, peer: Peer, question: Question): Promise<void> {
    const { epoch, ports, dispatch } = this.#init
    const { network, verify, log } = ports
    try {
      const { items } = await network.request(peer, protocols.recover, encodeQuestion(question))
      const [bytes] = items
      if (bytes === undefined) return
      const testimony = await readTestimony(verify, epoch, member, question, bytes)
      dispatch({ type: 'answered', author: member, ...testimony })
    } catch (error) {
      if (isBlame(error)) network.blame(peer, String(error))
      else log.debug('no answer to the start-up question', { member, error })
    }
  }

  async #answer(question: Question, peer: Peer): Promise<Uint8Array | undefined> {
    const { epoch, author, ports, dispatch, genuine } = this.#init
    const { committee } = epoch
    const isTheirs = committee.authorOf(peer) === question.author
    const { signer } = ports
    if (signer === undefined || author === undefined || !isTheirs) return undefined
    if (question.epoch !== committee.epoch || !this.#mayAnswer(peer)) return undefined
    const id = ++this.#number
    this.#questions.set(id, undefined)
    dispatch({ type: 'asked', from: peer, author: question.author, id })
    const testimony = this.#questions.get(id)
    this.#questions.delete(id)
    if (testimony === undefined) return undefined
    const { own, yours } = testimony
    // What came with a certified commit may have garbage as its signature.
    const proven = yours === undefined ? undefined : await genuine(yours)
    if (yours !== undefined && proven === undefined) return undefined
    return signTestimony(signer, epoch, author, question, { own, yours: proven })
  }

  #mayAnswer(peer: Peer): boolean {
    const now = this.#init.ports.clock.now()
    const last = this.#answeredAt.get(peer)
    if (last !== undefined && now < last + limits.questionDelay.value) return false
    this.#answeredAt.set(peer, now)
    return true
  }
}
