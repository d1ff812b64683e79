import type { Clock, Random, Timer } from '#base'

import type { Caller } from '../context.ts'
import { limits, type ServerLimits } from '../limits.ts'
import type { CallStatistics } from '../metrics/call-statistics.ts'
import { Presence } from '../presence.ts'
import type { ClientRates } from '../rates/client-rates.ts'
import { type Answer, failure } from '../request.ts'
import type { Stretch } from '../stretch.ts'
import { type SubscriptionCounts, Subscriptions } from '../subscriptions/session.ts'
import { Outbox, type Outflow } from './outbox.ts'

/** A connection that carries many messages both ways, whatever frames them. */
export interface Wire {
  /** `sent` runs once the system has taken the piece of a text; the next one follows at once. */
  send(piece: string, isLast: boolean, sent: () => void): void
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
  readonly clock: Clock
  readonly random: Random
  readonly outflow: Outflow
  readonly stretch: Stretch
  readonly counts: SubscriptionCounts
  /** Undefined where everybody may ask for as much as the other limits allow. */
  readonly rates: ClientRates | undefined
  readonly statistics?: Pick<CallStatistics, 'turnedAway'> | undefined
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
  /** Messages refused since the client had spent its rate. */
  #refused = 0
  /** Runs while the client pays for what it asked. */
  #debt: Timer | undefined

  constructor(init: ConnectionInit) {
    const { wire, outflow, random, counts, caller } = init
    this.#init = init
    this.#outbox = new Outbox({
      outflow,
      most: init.limits.socketBytes,
      send: (piece, isLast, sent) => wire.send(piece, isLast, sent),
      drained: () => void this.#pump(),
      cut: () => wire.cut(),
    })
    this.#subscriptions = new Subscriptions({
      random,
      counts,
      client: caller.client,
      outbox: this.#outbox,
    })
  }

  /** Bytes that the client took so far. */
  get taken(): number {
    return this.#outbox.taken
  }

  /** Whether the client is not read for another reason than that it does not read. */
  get isHeld(): boolean {
    return this.#isPaused && !this.#outbox.isFull
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
    this.#debt?.cancel()
    this.#outbox.close()
    this.#subscriptions.close()
    for (const presence of this.#underWay) presence.leave()
  }

  #endIfDone(): void {
    if (!this.#isEnding || this.#hasEnded) return
    if (this.#underWay.size > 0 || this.#unread.length > 0) return
    this.#hasEnded = true
    this.#outbox.finish(() => this.#init.wire.end())
  }

  get #hasRoom(): boolean {
    if (this.#debt !== undefined || this.#outbox.isFull) return false
    return this.#underWay.size < this.#init.limits.socketCalls
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return
    this.#isPumping = true
    const { stretch } = this.#init
    while (this.#hasRoom) {
      const text = this.#unread.shift()
      if (text === undefined) break
      if (!this.#refuses(text)) this.#begin(text)
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

  /**
   * Who has spent its rate is refused before anybody parses what it sends, and after some messages it
   * is not read until that is paid. What a small message asks is refused by its id.
   */
  #refuses(text: string): boolean {
    const { caller, rates, clock } = this.#init
    const isKnown = caller.transport === 'ipc' || caller.isAuthorized
    const late = isKnown ? undefined : rates?.refusal(caller.client)
    if (late === undefined) {
      this.#refused = 0
      return false
    }
    const isSmall = text.length <= limits.unitCharacters.value
    if (isSmall && ++this.#refused < limits.refusedMessages.value) return false
    this.#refused = 0
    this.#init.statistics?.turnedAway()
    this.#outbox.answer(failure('null', late.fault))
    this.#debt = clock.after(1000 * late.retryAfter, () => {
      this.#debt = undefined
      void this.#pump()
    })
    return true
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
