import { meshHash } from '../hash.ts'
import { limits } from '../limits.ts'
import { CodedSet, SetKey } from './coded-set.ts'
import { encodeSync, type ShortId, shortIdBytes, type SyncMessage } from './messages.ts'

/** What is reconciled: the objects of one scope. */
export interface SyncSet {
  /** 32 bytes each, one behind the other; not changed afterwards. */
  ids(): Uint8Array
  /** `kind1 | body`. */
  get(id: Uint8Array): Uint8Array | undefined
  /** @param content `kind1 | body`. */
  put(content: Uint8Array): Promise<'held' | 'refused' | 'stored'>
}

/** The way to the other side. It may lose, repeat and reorder, and nobody else can read it. */
export interface SyncChannel {
  /** Bytes of the largest message for `send`, at least 64. */
  readonly maxPayload: number
  /** In one cell. Resolved when the next may be sent. Rejected where the link is gone. */
  send(message: Uint8Array): Promise<void>
  /** Of what is larger than a cell. Resolved when the other side has it, or it is given up. */
  transfer(message: Uint8Array): Promise<void>
}

export interface SyncOptions {
  /** Of the link: that both sides share and nobody else knows, 32 bytes. */
  readonly secret: Uint8Array
  /** 8 bytes: which set. */
  readonly scope: Uint8Array
  readonly set: SyncSet
  readonly channel: SyncChannel
}

export interface ExchangeEvents {
  /** All that was to be sent has left, and all that came is stored. */
  readonly idle: () => void
  readonly gone: () => void
}

/** What both sides of a session do alike: they hand over objects and take them. */
export class Exchange {
  readonly coded: CodedSet
  readonly #set: SyncSet
  readonly #channel: SyncChannel
  readonly #events: ExchangeEvents
  /** Messages, and items of `coded` whose objects are to be sent. */
  readonly #outbox: (Uint8Array | number)[] = []
  /** Items on their way: one that is asked for again meanwhile does not go twice. */
  readonly #handing = new Set<number>()
  readonly #arrived: Uint8Array[] = []
  #isSending = false
  #isClosed = false
  #storing = 0
  #taken = 0
  #takenBytes = 0
  #sent = 0
  #stored = 0
  #refused = 0

  constructor({ secret, scope, set, channel }: SyncOptions, events: ExchangeEvents) {
    this.coded = new CodedSet(new SetKey(meshHash('sync', 32, secret, scope)), set.ids())
    this.#set = set
    this.#channel = channel
    this.#events = events
  }

  get isIdle(): boolean {
    return this.#outbox.length === 0 && !this.#isSending && this.#storing === 0
  }

  /** Objects sent, stored and refused. */
  get tally(): { readonly sent: number; readonly stored: number; readonly refused: number } {
    return { sent: this.#sent, stored: this.#stored, refused: this.#refused }
  }

  close(): void {
    this.#isClosed = true
    this.#outbox.length = 0
  }

  say(message: SyncMessage): void {
    this.#queue(encodeSync(message))
  }

  /** Says `ids` in as many messages as they need. */
  list(type: 'missing' | 'refused' | 'want', ids: readonly ShortId[]): void {
    const each = Math.floor((this.#channel.maxPayload - 1) / shortIdBytes)
    for (let at = 0; at < ids.length; at += each) {
      this.say({ type, ids: ids.slice(at, at + each) })
    }
  }

  /** Sends the object of an item of `coded`. @returns False where it is gone meanwhile. */
  hand(item: number): boolean {
    if (this.#handing.has(item)) return true
    if (this.#set.get(this.coded.id(item)) === undefined) return false
    this.#handing.add(item)
    this.#queue(item)
    return true
  }

  /** Stores what came, within the bounds of a session. */
  async take(content: Uint8Array): Promise<'held' | 'refused' | 'stored'> {
    this.#takenBytes += content.length
    if (++this.#taken > limits.syncWants.value || this.#takenBytes > limits.syncBytes.value) {
      return 'refused'
    }
    this.#storing++
    try {
      const outcome = await this.#set.put(content)
      if (outcome === 'refused') this.#refused++
      else this.#arrived.push(meshHash('object', 32, content))
      if (outcome === 'stored') this.#stored++
      return outcome
    } catch {
      this.#refused++
      return 'refused'
    } finally {
      this.#storing--
      this.#rest()
    }
  }

  /** Before a round: what came in the last becomes part of the set. Never within one. */
  refresh(): void {
    for (const id of this.#arrived.splice(0)) this.coded.add(id)
  }

  #queue(entry: Uint8Array | number): void {
    if (this.#isClosed) return
    this.#outbox.push(entry)
    if (!this.#isSending) void this.#send()
  }

  async #send(): Promise<void> {
    this.#isSending = true
    try {
      for (let next = this.#outbox.shift(); next !== undefined; next = this.#outbox.shift()) {
        const message = typeof next === 'number' ? this.#object(next) : next
        if (message !== undefined) await this.#deliver(message)
        if (typeof next === 'number') this.#handing.delete(next)
      }
    } catch {
      this.close()
      this.#events.gone()
    } finally {
      this.#isSending = false
    }
    this.#rest()
  }

  #deliver(message: Uint8Array): Promise<void> {
    const isSmall = message.length <= this.#channel.maxPayload
    return isSmall ? this.#channel.send(message) : this.#channel.transfer(message)
  }

  #object(item: number): Uint8Array | undefined {
    const content = this.#set.get(this.coded.id(item))
    if (content === undefined) return undefined
    this.#sent++
    return encodeSync({ type: 'object', content })
  }

  #rest(): void {
    if (!this.#isClosed && this.isIdle) this.#events.idle()
  }
}
