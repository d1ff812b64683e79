import { malformed } from '../faults.ts'
import { meshHash } from '../hash.ts'
import { limits } from '../limits.ts'
import { symbolBytes } from './coded-set.ts'
import { Decoder } from './decoder.ts'
import { Exchange, type SyncOptions } from './exchange.ts'
import { decodeSync, type ShortId, symbolsHeaderBytes } from './messages.ts'

/**
 * - `equal`: both have the same.
 * - `partial`: what one side would not take is all that is left.
 * - `refused`: the other would not, or not go on.
 * - `silent`: no answer to as many tries as there may be.
 * - `bounded`: the sets differ by more than one session settles: the next goes on.
 * - `broken`: the other's symbols are of no set.
 * - `gone`: so is the link.
 */
export type SyncOutcome = 'bounded' | 'broken' | 'equal' | 'gone' | 'partial' | 'refused' | 'silent'

export interface SyncResult {
  readonly outcome: SyncOutcome
  readonly rounds: number
  /** Objects. */
  readonly sent: number
  readonly stored: number
  readonly refused: number
  /** That were received in all rounds. */
  readonly symbols: number
}

export interface InitiatorOptions extends SyncOptions {
  /** Called once. */
  readonly ended: (result: SyncResult) => void
}

/** Times that one object is asked for, or sent, in one session: a hello may overtake it. */
const attempts = 4

/** The side that begins, decodes, and says who sends what. It sets no timers: see `retry`. */
export class SyncInitiator {
  readonly #options: InitiatorOptions
  readonly #exchange: Exchange
  #state: 'ended' | 'hello' | 'objects' | 'symbols' = 'hello'
  #decoder: Decoder
  /** Symbols that came before those that go before them, by their place. */
  readonly #early = new Map<number, Uint8Array>()
  #asked = 0
  #round = 0
  #symbols = 0
  #tries = 0
  readonly #wanted = new Map<string, ShortId>()
  /** How often an object was asked for or sent, by its short id. */
  readonly #attempts = new Map<string, number>()

  constructor(options: InitiatorOptions) {
    this.#options = options
    this.#exchange = new Exchange(options, {
      idle: () => this.#rest(),
      gone: () => this.#end('gone'),
    })
    this.#decoder = new Decoder(this.#exchange.coded)
  }

  get isEnded(): boolean {
    return this.#state === 'ended'
  }

  start(): void {
    if (this.#round === 0) this.#begin()
  }

  /** Whenever as much time has passed without an answer as the link's model allows for one. */
  retry(): void {
    if (this.isEnded || !this.#exchange.isIdle) return
    if (++this.#tries > limits.syncRetries.value) this.#end('silent')
    else if (this.#state === 'hello') this.#hello()
    else if (this.#state === 'symbols') this.#more()
    else this.#exchange.list('want', [...this.#wanted.values()])
  }

  /** Throws `MESH_MALFORMED`; then nothing has changed. */
  receive(bytes: Uint8Array): void {
    const message = decodeSync(bytes)
    if (this.isEnded) return
    switch (message.type) {
      case 'equal':
        if (message.round === this.#round && this.#state === 'hello') this.#end('equal')
        return
      case 'symbols':
        if (message.round === this.#round) this.#take(message.from, message.symbols)
        return
      case 'object':
        void this.#store(message.content)
        return
      case 'missing':
        for (const id of message.ids) this.#wanted.delete(nameOf(id))
        this.#rest()
        return
      case 'refused':
        for (const id of message.ids) this.#leave(nameOf(id))
        return
      case 'end':
        this.#end('refused')
        return
      case 'hello':
      case 'more':
      case 'want':
        throw malformed('sync message', 'only who begins says that')
      default:
        message satisfies never
    }
  }

  #begin(): void {
    if (this.#round >= limits.syncRounds.value) return this.#end('bounded')
    this.#round++
    this.#exchange.refresh()
    this.#decoder = new Decoder(this.#exchange.coded)
    this.#early.clear()
    this.#state = 'hello'
    return this.#hello()
  }

  /** Symbols that one cell has room for. */
  get #cell(): number {
    const room = this.#options.channel.maxPayload - symbolsHeaderBytes
    return Math.max(1, Math.floor((room + 1) / symbolBytes))
  }

  #hello(): void {
    const { coded } = this.#exchange
    this.#asked = this.#cell
    this.#exchange.say({
      type: 'hello',
      round: this.#round,
      scope: this.#options.scope,
      fingerprint: coded.fingerprint(),
      count: coded.count,
      credit: this.#asked,
    })
  }

  /** Half as many again as came so far: few are sent for nothing, in few turns. */
  #more(): void {
    const from = this.#decoder.received
    if (from >= limits.syncSymbols.value) return this.#end('bounded')
    const credit = Math.max(this.#cell, Math.ceil(from / 2))
    this.#asked = from + credit
    return this.#exchange.say({ type: 'more', round: this.#round, from, credit })
  }

  #take(from: number, symbols: Uint8Array): void {
    if (this.#state !== 'hello' && this.#state !== 'symbols') return
    if (from < this.#decoder.received || from >= this.#asked || this.#early.has(from)) return
    const count = symbols.length / symbolBytes
    const early = [...this.#early.values()].reduce((sum, part) => sum + part.length, 0)
    const room = this.#asked - this.#decoder.received - early / symbolBytes
    if (count > room || from + count > this.#asked) return
    this.#state = 'symbols'
    this.#early.set(from, symbols.slice())
    for (;;) {
      const part = this.#early.get(this.#decoder.received)
      if (part === undefined) break
      this.#early.delete(this.#decoder.received)
      this.#tries = 0
      this.#symbols += part.length / symbolBytes
      this.#decoder.add(part)
      if (this.#decoder.isBroken) return this.#end('broken')
      if (this.#decoder.isDecoded) return this.#settle()
    }
    for (const at of this.#early.keys()) if (at < this.#decoder.received) this.#early.delete(at)
    if (this.#decoder.received >= this.#asked) return this.#more()
  }

  #settle(): void {
    this.#state = 'objects'
    this.#wanted.clear()
    const items = this.#decoder.mine().map((id) => this.#exchange.coded.find(...id))
    if (items.includes(undefined)) return this.#end('broken')
    const wants = this.#decoder.theirs().filter((id) => this.#mayTry(id))
    for (const id of wants.slice(0, limits.syncWants.value)) this.#wanted.set(nameOf(id), id)
    this.#exchange.list('want', [...this.#wanted.values()])
    let handed = 0
    for (const item of items) {
      if (item === undefined || !this.#mayTry(this.#exchange.coded.short(item))) continue
      if (handed < limits.syncWants.value && this.#exchange.hand(item)) handed++
    }
    if (this.#wanted.size === 0 && handed === 0) return this.#end('partial')
  }

  #mayTry(id: ShortId): boolean {
    const name = nameOf(id)
    const before = this.#attempts.get(name) ?? 0
    if (before < attempts) this.#attempts.set(name, before + 1)
    return before < attempts
  }

  /** Not again what the other does not take. Of names that it makes up nothing is kept. */
  #leave(name: string): void {
    if (this.#attempts.has(name)) this.#attempts.set(name, attempts)
  }

  async #store(content: Uint8Array): Promise<void> {
    const { coded } = this.#exchange
    const name = nameOf(coded.key.short(meshHash('object', 32, content)))
    if (!this.#wanted.delete(name)) return
    this.#tries = 0
    if ((await this.#exchange.take(content)) === 'refused') this.#attempts.set(name, attempts)
  }

  /** Once all that was wanted is here and all that was asked for has left, the sets are compared. */
  #rest(): void {
    if (this.#state === 'objects' && this.#wanted.size === 0 && this.#exchange.isIdle) this.#begin()
  }

  #end(outcome: SyncOutcome): void {
    if (this.isEnded) return
    this.#state = 'ended'
    this.#exchange.close()
    this.#wanted.clear()
    this.#early.clear()
    const { tally } = this.#exchange
    this.#options.ended({ outcome, rounds: this.#round, symbols: this.#symbols, ...tally })
  }
}

function nameOf([low, high]: ShortId): string {
  return `${low}.${high}`
}
