import { type Hex, hex } from '#base'

import { meshHash } from '../hash.ts'
import { limits } from '../limits.ts'
import { derive } from './derive.ts'

export const ticketBytes = 16

/** One attempt to resume. */
export interface Ticket {
  /** 16 bytes that nobody but the two can tell from others. */
  readonly id: Uint8Array<ArrayBuffer>
  /** 32 bytes, for this attempt alone. */
  readonly secret: Uint8Array<ArrayBuffer>
}

/** Tickets of one direction, each key erased when the next is made: used ones can't be made again. */
export class TicketChain {
  #key: Uint8Array<ArrayBuffer>
  #isErased = false
  #made = 0

  /** @param key 32 bytes, which the chain erases. */
  constructor(key: Uint8Array<ArrayBuffer>) {
    this.#key = key
  }

  /** Tickets so far. */
  get made(): number {
    return this.#made
  }

  /** Undefined once erased. */
  next(): Ticket | undefined {
    if (this.#isErased) return undefined
    this.#made++
    const key = this.#key
    this.#key = derive(key, 'next ticket', 32)
    const ticket = { id: meshHash('tid', ticketBytes, key), secret: derive(key, 'ticket', 32) }
    key.fill(0)
    return ticket
  }

  erase(): void {
    this.#isErased = true
    this.#key.fill(0)
  }
}

/** The next tickets of the other side, in order. */
export class TicketWindow {
  readonly #chain: TicketChain
  #tickets: Ticket[] = []

  constructor(chain: TicketChain) {
    this.#chain = chain
    this.#fill()
  }

  get ids(): readonly Hex[] {
    return this.#tickets.map(({ id }) => hex(id))
  }

  find(id: Hex): Ticket | undefined {
    return this.#tickets.find((ticket) => hex(ticket.id) === id)
  }

  /** `ticket` and those before it will never serve again. */
  spend(ticket: Ticket): void {
    const spent = this.#tickets.splice(0, this.#tickets.indexOf(ticket) + 1)
    for (const { secret } of spent) secret.fill(0)
    this.#fill()
  }

  erase(): void {
    this.#chain.erase()
    for (const { secret } of this.#tickets) secret.fill(0)
    this.#tickets = []
  }

  #fill(): void {
    while (this.#tickets.length < limits.linkTicketWindow.value) {
      const ticket = this.#chain.next()
      if (ticket === undefined) return
      this.#tickets.push(ticket)
    }
  }
}

/**
 * What a session can be resumed from, as of its last ratchet. `Tickets` keeps it. What was used of it
 * stays used, however often it is asked for.
 */
export interface Resumption {
  /** For this side's attempts. */
  readonly offering: TicketChain
  /** For the other side's: a window for each ratchet that may be the last there. */
  readonly awaited: readonly TicketWindow[]
  /** Whether the other side has the session for sure. */
  readonly isSettled: boolean
}
