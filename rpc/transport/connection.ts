import type { Random } from '#base'

import type { Caller } from '../context.ts'
import type { ServerLimits } from '../limits.ts'
import { Presence } from '../presence.ts'
import type { Answer } from '../request.ts'
import type { Stretch } from '../stretch.ts'
import { type SubscriptionCount, Subscriptions } from '../subscriptions/session.ts'
import { Outbox, type Outflow } from './outbox.ts'

/** A connection that carries many messages both ways, whatever frames them. */
export interface Wire {
  /** `sent` runs once the system has taken the text. */
  send(text: string, sent: () => void): void
  pause(): void
  resume(): void
  /** What was sent arrives, then it ends. */
  end(): void
  /** At once. */
  cut(): void
}

/** What the connections of one server share. */
export interface ConnectionShare {
  readonly limits: ServerLimits
  readonly random: Random
  readonly outflow: Outflow
  readonly stretch: Stretch
  readonly count: SubscriptionCount
}

export interface ConnectionInit extends ConnectionShare {
  readonly wire: Wire
  readonly answer: (text: string, caller: Caller) => Answer | Promise<Answer>
  readonly caller: Pick<Caller, 'client' | 'isAuthorized' | 'transport'>
}

/**
 * The messages of one connection. As many as the limits allow are under way at once; a client that
 * asks for more, or does not read, is not read either.
 */
export class Connection {
  readonly #init: ConnectionInit
  readonly #outbox: Outbox
  readonly #subscriptions: Subscriptions
  readonly #underWay = new Set<Presence>()
  #unread: string[] = []
  #isPumping = false
  #isPaused = false
  #isEnding = false
  #hasEnded = false
  #isGone = false

  constructor(init: ConnectionInit) {
    const { wire, outflow, random, count, limits } = init
    this.#init = init
    this.#outbox = new Outbox({
      outflow,
      most: limits.socketBytes,
      send: (text, sent) => wire.send(text, sent),
      drained: () => void this.#pump(),
      cut: () => wire.cut(),
    })
    this.#subscriptions = new Subscriptions(
      random,
      count,
      (text) => this.#outbox.notify(text),
      () => this.#outbox.cut(),
    )
  }

  receive(text: string): void {
    if (this.#isEnding || this.#isGone) return
    this.#unread.push(text)
    void this.#pump()
  }

  /** Tells the client why, then ends. */
  refuse(text: string): void {
    this.#outbox.answer(text)
    this.end()
  }

  /** Takes nothing more, and ends once what is under way is answered. */
  end(): void {
    this.#unread = []
    this.finish()
  }

  /** The client has said all: ends once everything that it asked is answered. */
  finish(): void {
    this.#isEnding = true
    this.#subscriptions.close()
    this.#endIfDone()
  }

  cut(): void {
    this.#outbox.cut()
  }

  /** The connection is no more. */
  gone(): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#unread = []
    this.#outbox.close()
    this.#subscriptions.close()
    for (const presence of this.#underWay) presence.leave()
  }

  #endIfDone(): void {
    if (!this.#isEnding || this.#hasEnded) return
    if (this.#underWay.size > 0 || this.#unread.length > 0) return
    this.#hasEnded = true
    this.#init.wire.end()
  }

  get #hasRoom(): boolean {
    return this.#underWay.size < this.#init.limits.socketCalls && !this.#outbox.isFull
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return
    this.#isPumping = true
    const { stretch } = this.#init
    while (this.#hasRoom) {
      const text = this.#unread.shift()
      if (text === undefined) break
      this.#begin(text)
      if (this.#unread.length > 0 && stretch.isOver) await stretch.rest()
    }
    this.#isPumping = false
    this.#hold(this.#unread.length > 0 || !this.#hasRoom)
    this.#endIfDone()
  }

  #hold(pause: boolean): void {
    if (pause === this.#isPaused || this.#isGone) return
    this.#isPaused = pause
    if (pause) this.#init.wire.pause()
    else this.#init.wire.resume()
  }

  #begin(text: string): void {
    const presence = new Presence()
    const { session, answered } = this.#subscriptions.session()
    const answer = this.#init.answer(text, { ...this.#init.caller, presence, session })
    if (answer instanceof Promise) {
      this.#underWay.add(presence)
      void this.#finish(answer, presence, answered)
    } else {
      this.#tell(answer, answered)
    }
  }

  async #finish(answer: Promise<Answer>, presence: Presence, answered: () => void): Promise<void> {
    this.#tell(await answer, answered)
    this.#underWay.delete(presence)
    await this.#pump()
  }

  /** The answer goes first, then what it tells the client to expect. */
  #tell(answer: Answer, answered: () => void): void {
    if (answer !== undefined) this.#outbox.answer(answer)
    answered()
  }
}
