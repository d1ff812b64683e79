import { type Clock, equal, type Hex, hex, type Random } from '#base'

import { malformed } from '../faults.ts'
import { limits } from '../limits.ts'
import { acceptResumption, type Resumed, ResumeOffer, ticketOf } from './resume.ts'
import type { Resumption, TicketChain, TicketWindow } from './resumption.ts'

/** What one session left at one of its ratchets. */
interface Generation {
  readonly offering: TicketChain
  readonly awaited: readonly TicketWindow[]
  isSettled: boolean
}

interface Entry {
  readonly isStranger: boolean
  readonly keptAt: number
  current: Generation
  /** The other side may have nothing newer: it holds until the next, or until it uses the current. */
  previous: Generation | undefined
  /** For when the answer got lost and the request comes again. */
  last: { readonly request: Uint8Array; readonly answer: Uint8Array<ArrayBuffer> } | undefined
  /** What `#names` has of it. */
  ids: readonly Hex[]
}

export interface AcceptedResumption {
  /** That it was kept under. */
  readonly name: string
  /** 24 bytes. */
  readonly answer: Uint8Array<ArrayBuffer>
  /** What is new: undefined where the same request came again. */
  readonly fresh: Pick<Resumed, 'session' | 'data'> | undefined
}

/** The links that can be resumed, by either side. */
export class Tickets {
  readonly #clock: Clock
  readonly #random: Random
  /** From the longest kept. */
  readonly #entries = new Map<string, Entry>()
  readonly #names = new Map<Hex, string>()

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  get size(): number {
    return this.#entries.size
  }

  /**
   * What a session can be resumed from, beside what was kept before it.
   *
   * @param name Whose it is, as the caller has it.
   * @param isStranger Where there are too many, those of strangers go first.
   */
  keep(name: string, resumption: Resumption, isStranger: boolean): void {
    this.#expire()
    const entry = this.#entries.get(name)
    if (entry !== undefined && isSame(entry.current, resumption)) {
      entry.current.isSettled ||= resumption.isSettled
      return
    }
    if (entry?.previous !== undefined && isSame(entry.previous, resumption)) return
    const current = { ...resumption }
    // One that the other side may never have heard of is no ground to give up what it has.
    const previous = entry?.current.isSettled === true ? entry.current : entry?.previous
    this.#remove(name)
    erase([entry?.current, entry?.previous], [current, previous])
    if (this.#entries.size >= limits.linkTickets.value) this.#evict()
    const keptAt = this.#clock.now()
    const next = { isStranger, keptAt, current, previous, last: entry?.last, ids: [] }
    this.#entries.set(name, next)
    this.#index(name, next)
  }

  forget(name: string): void {
    const entry = this.#remove(name)
    erase([entry?.current, entry?.previous], [])
  }

  /**
   * @param data At most `limits.linkEarlyData`, sealed with the request; who later steals this side's
   *   keys can't read it, who steals the other's before it arrives can.
   * @returns Undefined where only a whole handshake helps. Each attempt takes a ticket: send the same
   *   request again rather than make another.
   * @throws `MESH_MALFORMED` for too much data
   */
  offer(name: string, data: Uint8Array): ResumeOffer | undefined {
    if (data.length > limits.linkEarlyData.value) throw malformed('early data', 'it is too long')
    this.#expire()
    const entry = this.#entries.get(name)
    if (entry === undefined) return undefined
    const { current, previous } = entry
    const { offering } = current.isSettled ? current : (previous ?? current)
    if (offering.made >= limits.linkTicketWindow.value) return undefined
    const ticket = offering.next()
    return ticket === undefined ? undefined : new ResumeOffer(ticket, data, this.#random)
  }

  /**
   * The same request gets the same answer.
   *
   * @throws `MESH_MALFORMED` for a ticket that is unknown, used, passed over or too old, and for a
   *   request that its holder did not make
   */
  accept(request: Uint8Array): AcceptedResumption {
    this.#expire()
    const id = hex(ticketOf(request))
    const name = this.#names.get(id)
    const entry = name === undefined ? undefined : this.#entries.get(name)
    if (name === undefined || entry === undefined) throw invalid()
    const { current, previous, last } = entry
    if (last !== undefined && equal(request, last.request)) {
      return { name, answer: last.answer, fresh: undefined }
    }
    for (const window of [...current.awaited, ...(previous?.awaited ?? [])]) {
      const ticket = window.find(id)
      if (ticket === undefined) continue
      const { answer, ...fresh } = acceptResumption(ticket, request, this.#random)
      window.spend(ticket)
      // What the other side resumes from is what it has for sure.
      current.isSettled = current.awaited.includes(window)
      if (current.isSettled) {
        erase([previous], [current])
        entry.previous = undefined
      }
      entry.last = { request: request.slice(), answer }
      this.#index(name, entry)
      return { name, answer, fresh }
    }
    throw invalid()
  }

  #index(name: string, entry: Entry): void {
    for (const id of entry.ids) this.#names.delete(id)
    const windows = [...entry.current.awaited, ...(entry.previous?.awaited ?? [])]
    const last = entry.last === undefined ? [] : [hex(ticketOf(entry.last.request))]
    entry.ids = [...last, ...windows.flatMap(({ ids }) => ids)]
    for (const id of entry.ids) this.#names.set(id, name)
  }

  #remove(name: string): Entry | undefined {
    const entry = this.#entries.get(name)
    this.#entries.delete(name)
    for (const id of entry?.ids ?? []) this.#names.delete(id)
    return entry
  }

  #expire(): void {
    const now = this.#clock.now()
    for (const [name, { keptAt }] of this.#entries) {
      if (now - keptAt <= limits.linkTicketLife.value) break
      this.forget(name)
    }
  }

  #evict(): void {
    const names = [...this.#entries.keys()]
    const stranger = names.find((name) => this.#entries.get(name)?.isStranger === true)
    const victim = stranger ?? names[0]
    if (victim !== undefined) this.forget(victim)
  }
}

function isSame(generation: Generation, { offering, awaited }: Resumption): boolean {
  if (generation.offering !== offering || generation.awaited.length !== awaited.length) return false
  return awaited.every((window, at) => window === generation.awaited[at])
}

/** Two generations may have windows in common. */
function erase(
  gone: readonly (Generation | undefined)[],
  left: readonly (Generation | undefined)[],
): void {
  const keys = left.flatMap((one) => (one === undefined ? [] : [one.offering, ...one.awaited]))
  for (const one of gone) {
    if (one === undefined) continue
    for (const key of [one.offering, ...one.awaited]) if (!keys.includes(key)) key.erase()
  }
}

function invalid(): ReturnType<typeof malformed> {
  return malformed('resumption', 'its ticket is not valid')
}
