import { concat, fixed, type Timer } from '#base'

import { encodeCell, type RoutedCell, routedHeaderBytes } from '../cell.ts'
import { malformed } from '../faults.ts'
import { meshHash } from '../hash.ts'
import { limits } from '../limits.ts'
import { fullAnnounce } from './announce.ts'
import type { Announceable, Ground } from './ground.ts'
import { type Source, sourceKey } from './paths.ts'
import type { Place } from './place.ts'
import { Shares } from './shares.ts'

const tagBytes = 8
const lossBytes = 5
/** A path request as a cell and the announce that answers it. */
const exchangeBytes = routedHeaderBytes + tagBytes + lossBytes + 172

/** Of a path request: to all that can be reached, or to neighbours alone. */
const scopes = { all: 0, neighbours: 1 } as const

interface Seek {
  readonly label: Uint8Array
  /** What it has does not work: only a later epoch ends it. */
  readonly after: number | undefined
  readonly listeners: Set<() => void>
  readonly timers: Map<string, Timer>
}

interface Asker {
  readonly key: string
  readonly via: Source
  /** Milliseconds since 1970. */
  readonly until: number
}

/** A path that the asker had and that does not work: what is no better does not help. */
interface Loss {
  readonly epoch: number
  readonly distance: number
}

/**
 * Path requests: the label in the cell's header and a random tag of 8 bytes, 27 in all; who has lost a
 * path adds `epoch4 | distance1` of it, the distance less one at each hop. Who has a path answers with
 * the announce it heard; who has none, or one that may lead over the asker, asks on and remembers who
 * asked.
 */
export class Requests {
  readonly #ground: Ground
  readonly #current: (key: string) => Announceable | undefined
  readonly #lost: (key: string) => Loss | undefined
  readonly #relays: boolean
  /** So that our requests start at other hops than those of others, and each label's at the same. */
  readonly #secret: Uint8Array
  readonly #seeks = new Map<string, Seek>()
  readonly #askers = new Shares<Asker>(limits.requestsPending.value)

  constructor(
    ground: Ground,
    current: (key: string) => Announceable | undefined,
    lost: (key: string) => Loss | undefined,
    relays: boolean,
  ) {
    this.#ground = ground
    this.#current = current
    this.#lost = lost
    this.#relays = relays
    this.#secret = ground.ports.random.bytes(32)
  }

  /**
   * Asks over all media, again and again, until a path is found or nobody listens any more.
   *
   * @param after An epoch: only a path of a later one is wanted.
   */
  seek(label: Uint8Array, after: number | undefined, listener: () => void): () => void {
    const key = after === undefined ? label.toHex() : `${label.toHex()} later`
    const known = this.#seeks.get(key)
    const seek = known ?? { label, after, listeners: new Set(), timers: new Map() }
    seek.listeners.add(listener)
    this.#seeks.set(key, seek)
    if (known === undefined) for (const place of this.#ground.places()) this.#ask(seek, place, 0)
    return () => {
      seek.listeners.delete(listener)
      if (seek.listeners.size === 0 && this.#seeks.get(key) === seek) this.#end(key, seek)
    }
  }

  /** A medium that was not there yet. */
  greet(place: Place): void {
    for (const seek of this.#seeks.values()) {
      if (!seek.timers.has(place.name)) this.#ask(seek, place, 0)
    }
  }

  /** A medium that is gone: should it come back, it is asked at once. */
  forget(medium: string): void {
    for (const { timers } of this.#seeks.values()) {
      timers.get(medium)?.cancel()
      timers.delete(medium)
    }
  }

  /** Asks the one neighbour who spoke of a destination that is not known here. */
  inquire(place: Place, label: Uint8Array, via: Source): void {
    const key = label.toHex()
    if (place.inquired.has(key, limits.requestInterval.value)) return
    place.inquired.note(key)
    place.requests.put(sourceKey(via), inquiryKey(key), {
      rank: 1,
      notBefore: place.moment(),
      make: () => ({
        cell: this.#request(place, label, scopes.neighbours),
        neighbour: via.neighbour,
      }),
    })
  }

  /** Whether somebody waits for what is known of `key`. */
  wants(place: Place, key: string): boolean {
    if (this.#seeks.has(key) || this.#seeks.has(`${key} later`)) return true
    return this.asked(place, key) || this.#askersOf(key).length > 0
  }

  /** Whether a neighbour there was asked about what it announced itself. */
  asked(place: Place, key: string): boolean {
    return place.inquired.has(key, limits.requestMemory.value)
  }

  /** Throws `MESH_MALFORMED`. */
  heard(cell: RoutedCell, place: Place, via: Source): void {
    const { label, body, context, hops } = cell
    const loss = readLoss(body)
    const scope = Object.values(scopes).find((each) => each === context)
    if (scope === undefined) throw malformed('path request', 'it is of no known scope')
    const key = label.toHex()
    const tag = `${key}${body.subarray(0, tagBytes).toHex()}`
    for (const { tags } of this.#ground.opened()) {
      if (tags.has(tag, limits.requestMemory.value)) return
    }
    place.tags.note(tag)
    const known = this.#current(key)
    if (known !== undefined && helps(known, loss) && !this.#isBack(known.via, via)) {
      this.#answer(key, place, via)
      return
    }
    if (scope === scopes.neighbours) {
      if (place.facts?.isBroadcast === true) place.requests.delete(inquiryKey(key))
      return
    }
    if (!this.#relays || hops >= limits.hops.value) return
    const until = this.#ground.ports.clock.now() + limits.requestMemory.value
    this.#askers.set(sourceKey(via), `${key} ${sourceKey(via)}`, { key, via, until })
    const farther = loss && { ...loss, distance: Math.max(0, loss.distance - 1) }
    const passedOn = bodyOf(body.subarray(0, tagBytes), farther)
    this.#forward(new Uint8Array(label), passedOn, hops + 1, via)
  }

  /** There is a path now. */
  learned(key: string, epoch: number, from: Source): void {
    for (const name of [key, `${key} later`]) {
      const seek = this.#seeks.get(name)
      if (seek === undefined || epoch <= (seek.after ?? 0)) continue
      this.#end(name, seek)
      for (const listener of seek.listeners) listener()
    }
    for (const [name, { via }] of this.#askersOf(key)) {
      this.#askers.delete(name)
      const place = this.#ground.place(via.medium)
      if (place !== undefined && !this.#isBack(from, via)) this.#answer(key, place, via)
    }
  }

  /** Somebody there has answered, or announced it anew: those who asked have heard that. */
  answered(place: Place, key: string): void {
    if (place.facts?.isBroadcast === true) place.requests.delete(answerKey(key))
  }

  stop(): void {
    for (const [key, seek] of this.#seeks) this.#end(key, seek)
  }

  #end(key: string, seek: Seek): void {
    this.#seeks.delete(key)
    for (const timer of seek.timers.values()) timer.cancel()
    seek.timers.clear()
  }

  #ask(seek: Seek, place: Place, attempt: number): void {
    const { label, after } = seek
    const loss = after === undefined ? this.#lost(label.toHex()) : { epoch: after, distance: 0 }
    place.send(this.#request(place, label, scopes.all, loss))
    const { ports } = this.#ground
    const wait = ports.timeout(place.name, exchangeBytes, attempt) + 2 * place.window
    const delay = Math.min(limits.requestRetry.value, Math.max(limits.requestInterval.value, wait))
    const timer = ports.clock.after(delay, () => {
      seek.timers.delete(place.name)
      const still = this.#ground.place(place.name)
      if (still !== undefined) this.#ask(seek, still, attempt + 1)
    })
    seek.timers.set(place.name, timer)
  }

  #request(place: Place, label: Uint8Array, context: number, loss?: Loss): Uint8Array {
    const tag = this.#ground.ports.random.bytes(tagBytes)
    place.tags.note(`${label.toHex()}${tag.toHex()}`)
    const hops = 2 + ((meshHash('request-hops', 1, this.#secret, label)[0] ?? 0) & 7)
    return encodeCell({ kind: 'path-request', hops, label, context, body: bodyOf(tag, loss) })
  }

  #forward(label: Uint8Array, body: Uint8Array, hops: number, via: Source): void {
    const cell = encodeCell({ kind: 'path-request', hops, label, context: scopes.all, body })
    const name = `request ${label.toHex()}`
    for (const place of this.#ground.places()) {
      if (place.name === via.medium && !place.reachesOthers) continue
      if (place.served.has(name, limits.requestInterval.value / 2)) continue
      place.served.note(name)
      const notBefore = place.moment()
      const make = (): { cell: Uint8Array } => ({ cell })
      place.requests.put(sourceKey(via), name, { rank: hops, notBefore, make })
    }
  }

  #answer(key: string, place: Place, via: Source): void {
    const name = `${key} ${sourceKey(via)}`
    // Half: two requests may come nearer together than they were sent.
    if (place.served.has(name, limits.requestInterval.value / 2)) return
    place.served.note(name)
    const isShared = place.facts?.isBroadcast === true
    place.requests.put(sourceKey(via), isShared ? answerKey(key) : `answer ${name}`, {
      rank: 0,
      notBefore: place.moment(),
      make: () => {
        const known = this.#current(key)
        if (known === undefined) return undefined
        const { body, label, hops } = known
        return { cell: encodeCell(fullAnnounce(body, label, hops, true)), neighbour: via.neighbour }
      },
    })
  }

  /** Whether a path leads to the very neighbour who asks; on a shared channel nobody can tell. */
  #isBack(path: Source | undefined, asker: Source): boolean {
    if (path === undefined || sourceKey(path) !== sourceKey(asker)) return false
    if (asker.neighbour !== undefined) return true
    return this.#ground.place(asker.medium)?.facts?.isBroadcast !== true
  }

  #askersOf(key: string): readonly [name: string, asker: Asker][] {
    const now = this.#ground.ports.clock.now()
    return [...this.#askers.entries()].filter(([, each]) => each.key === key && each.until > now)
  }
}

function answerKey(key: string): string {
  return `answer ${key}`
}

function inquiryKey(key: string): string {
  return `inquiry ${key}`
}

function readLoss(body: Uint8Array): Loss | undefined {
  if (body.length === tagBytes) return undefined
  if (body.length !== tagBytes + lossBytes) {
    throw malformed('path request', 'it has another length')
  }
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  return { epoch: view.getUint32(tagBytes), distance: view.getUint8(tagBytes + 4) }
}

function bodyOf(tag: Uint8Array, loss: Loss | undefined): Uint8Array {
  if (loss === undefined) return concat(tag)
  return concat(tag, fixed(loss.epoch, 4), Uint8Array.of(loss.distance))
}

/** Who is here can always be reached; a path must be newer than the lost one or end nearer to it. */
function helps({ via, body, hops }: Announceable, loss: Loss | undefined): boolean {
  if (via === undefined || loss === undefined || body.epoch > loss.epoch) return true
  return body.epoch === loss.epoch && hops <= loss.distance
}
