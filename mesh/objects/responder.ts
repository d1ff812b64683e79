import { equal } from '#base'

import { malformed } from '../faults.ts'
import { meshHash } from '../hash.ts'
import { limits } from '../limits.ts'
import { symbolBytes } from './coded-set.ts'
import { Exchange, type SyncOptions } from './exchange.ts'
import { decodeSync, type ShortId, type SyncMessage, symbolsHeaderBytes } from './messages.ts'

export interface ResponderOptions extends SyncOptions {
  /** Both have the same. It may be called again where the answer was lost. */
  readonly settled?: (() => void) | undefined
  /** The other asked for more than one session gives, or the link is gone: let go of this. */
  readonly ended: () => void
}

type Hello = Extract<SyncMessage, { type: 'hello' }>

/**
 * The side that answers. It does nothing unasked, and no more than the bounds of one session. Whoever
 * makes one for a neighbour decides how often: each hashes its whole set once.
 */
export class SyncResponder {
  readonly #options: ResponderOptions
  readonly #exchange: Exchange
  #round = 0
  #hello: Hello | undefined
  #symbolsLeft: number = limits.syncSymbols.value * 2
  #wantsLeft: number = limits.syncWants.value * 2
  #answersLeft: number = limits.syncRounds.value * (limits.syncRetries.value + 1)
  #isEnded = false

  constructor(options: ResponderOptions) {
    this.#options = options
    this.#exchange = new Exchange(options, {
      idle: () => this.#rest(),
      gone: () => this.#end(),
    })
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  /** Objects sent, stored and refused. */
  get tally(): { readonly sent: number; readonly stored: number; readonly refused: number } {
    return this.#exchange.tally
  }

  /** Throws `MESH_MALFORMED`; then nothing has changed. */
  receive(bytes: Uint8Array): void {
    const message = decodeSync(bytes)
    if (this.#isEnded) return
    switch (message.type) {
      case 'hello':
        this.#greet(message)
        return
      case 'more':
        if (message.round === this.#round && this.#hello === undefined) {
          this.#serve(message.from, message.credit)
        }
        return
      case 'want':
        this.#give(message.ids)
        return
      case 'object':
        void this.#store(message.content)
        return
      case 'end':
        this.#end()
        return
      case 'equal':
      case 'missing':
      case 'refused':
      case 'symbols':
        throw malformed('sync message', 'only who answers says that')
      default:
        message satisfies never
    }
  }

  /** A round begins when all that came before it is stored: only then is the set what it says. */
  #greet(hello: Hello): void {
    if (!equal(hello.scope, this.#options.scope)) throw malformed('hello', 'it is of another scope')
    if (hello.round < this.#round || hello.round > limits.syncRounds.value) return
    if (--this.#answersLeft < 0) return this.#refuse()
    this.#hello = hello
    return this.#rest()
  }

  #rest(): void {
    const hello = this.#hello
    if (hello === undefined || !this.#exchange.isIdle) return
    this.#hello = undefined
    if (hello.round > this.#round) this.#exchange.refresh()
    this.#round = hello.round
    if (equal(this.#exchange.coded.fingerprint(), hello.fingerprint)) {
      this.#exchange.say({ type: 'equal', round: this.#round })
      this.#options.settled?.()
    } else {
      this.#serve(0, hello.credit)
    }
  }

  #serve(from: number, credit: number): void {
    const end = Math.min(from + credit, limits.syncSymbols.value + 1024)
    this.#symbolsLeft -= Math.max(0, end - from)
    if (this.#symbolsLeft < 0) return this.#refuse()
    const room = this.#options.channel.maxPayload - symbolsHeaderBytes
    for (let at = from; at < end;) {
      const each = Math.max(1, Math.floor((room + (at < 128 ? 1 : 0)) / symbolBytes))
      const next = Math.min(end, at + each)
      const symbols = this.#exchange.coded.encode(at, next)
      this.#exchange.say({ type: 'symbols', round: this.#round, from: at, symbols })
      at = next
    }
  }

  #give(ids: readonly ShortId[]): void {
    this.#wantsLeft -= ids.length
    if (this.#wantsLeft < 0) return this.#refuse()
    const missing = ids.filter((id) => {
      const item = this.#exchange.coded.find(...id)
      return item === undefined || !this.#exchange.hand(item)
    })
    return this.#exchange.list('missing', missing)
  }

  async #store(content: Uint8Array): Promise<void> {
    if ((await this.#exchange.take(content)) !== 'refused' || --this.#answersLeft < 0) return
    const id = meshHash('object', 32, content)
    this.#exchange.list('refused', [this.#exchange.coded.key.short(id)])
  }

  #refuse(): void {
    this.#exchange.say({ type: 'end' })
    this.#isEnded = true
    this.#options.ended()
  }

  #end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#exchange.close()
    this.#options.ended()
  }
}
