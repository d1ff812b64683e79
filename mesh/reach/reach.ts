import { equal, isFault } from '#base'

import type { RoutedCell } from '../cell.ts'
import { limits } from '../limits.ts'
import type { Arrival } from '../medium.ts'
import { type Announce, AnnounceBody, decodeAnnounce } from './announce.ts'
import { type Anchor, decodeAnchor, type Destination, epochAt } from './destination.ts'
import { type Announceable, Ground, type ReachPorts } from './ground.ts'
import type { MeshIdentity } from './identity.ts'
import type { HeardAnnounce } from './intake.ts'
import { OwnDestination } from './own.ts'
import { decodePaths, encodePaths } from './path-file.ts'
import { type KnownPath, lifetimeOf, PathTable, type Source } from './paths.ts'
import type { Place } from './place.ts'
import { Relay } from './relay.ts'
import { Requests } from './requests.ts'

/** How to get to a destination. */
export interface Path extends Source {
  /** 16 bytes. */
  readonly label: Uint8Array
  /** What the address commits to: by this the destination's keys are checked. */
  readonly destination: Destination
  /** What a request cell carries: who hands it on has less. */
  readonly distance: number
  readonly epoch: number
  /** Milliseconds since 1970. */
  readonly heardAt: number
  readonly expires: number
}

/** A destination that is here. */
export interface Announced {
  /** 16 bytes. */
  readonly label: Uint8Array
  /** 32 bytes. */
  readonly hash: Uint8Array
  readonly identity: MeshIdentity
  readonly isPublic: boolean
  /** Milliseconds since 1970, when its chain is used up. */
  readonly ends: number
  /** Announces it no more; what is known of it elsewhere stays until it expires. */
  withdraw(): void
}

/** Epochs from one announce to the next. */
const announceEvery = 4
/** Epochs that clocks and slow ways may lie apart. */
const tolerance = 2

/** What has become of cells since the start. */
export interface ReachCounts {
  malformed: number
  /** Of another time, or nothing new. */
  stale: number
  learned: number
}

/**
 * Who can be reached how: announces of own destinations, those of others heard, proven and passed on,
 * and requests for paths. Over each medium, others' announces get 2 % of the bit rate, path requests and
 * their answers 10 %.
 */
export class Reach {
  readonly counts: ReachCounts = { malformed: 0, stale: 0, learned: 0 }
  readonly #ports: ReachPorts
  readonly #relays: boolean
  readonly #table: PathTable
  readonly #ground: Ground
  readonly #relay: Relay
  readonly #requests: Requests
  readonly #own = new Map<string, OwnDestination>()
  #isStopped = false

  /**
   * @param options.relays Whether it passes on what others say. A leaf does not, and so who listens
   *   beside it knows that all it announces is its own.
   */
  constructor(ports: ReachPorts, { relays = true }: { readonly relays?: boolean } = {}) {
    this.#ports = ports
    this.#relays = relays
    this.#table = new PathTable(ports.clock)
    this.#ground = new Ground(ports, this.#table, (heard) => this.#learn(heard))
    this.#relay = new Relay(this.#ground, (key) => this.#current(key))
    this.#requests = new Requests(
      this.#ground,
      (key) => (relays || this.#own.has(key) ? this.#current(key) : undefined),
      (key) => this.#table.lost(key),
      relays,
    )
  }

  /** An announce or a path request has arrived. Never throws. */
  heard(cell: RoutedCell, medium: string, { neighbour }: Arrival): void {
    const place = this.#ground.place(medium)
    if (place === undefined || this.#isStopped) return
    place.met(neighbour)
    try {
      const via: Source = { medium, neighbour }
      if (cell.kind === 'path-request') this.#requests.heard(cell, place, via)
      else this.#heardAnnounce(cell, place, via)
    } catch (error) {
      if (!isFault(error, 'MESH_MALFORMED')) throw error
      this.counts.malformed++
    }
  }

  /**
   * Announces a destination over all media, now and every two hours. One that is never announced here
   * is private: nothing is sent for it and no path request for it is answered.
   *
   * @param options.name Of the identity's destinations; absent for the address itself.
   * @param options.isPublic False to send no announce, and answer path requests: then it is known only to
   *   who knows its label, and to those whom their path requests and the answers pass.
   */
  announce(
    identity: MeshIdentity,
    { name, isPublic = true }: { readonly name?: string; readonly isPublic?: boolean } = {},
  ): Announced {
    const own = new OwnDestination(identity, name, isPublic)
    const key = own.label.toHex()
    this.#own.get(key)?.timer?.cancel()
    this.#own.set(key, own)
    if (isPublic) this.#announceNow(key, own)
    return this.#announced(key, own)
  }

  /** The destinations that are here. */
  destinations(): readonly Announced[] {
    return [...this.#own].map(([key, own]) => this.#announced(key, own))
  }

  /**
   * Looks for a path until there is one: over all media, again and again, ever more seldom up to once a
   * day.
   *
   * @param label 16 bytes. What is here has no path, and is not looked for.
   * @param onPath Called once, not before this returns; it must not throw.
   * @param options.later The path that is known did not lead there: one of a later epoch is looked for,
   *   and the known one stays until then.
   * @returns Ends the search.
   */
  seek(
    label: Uint8Array,
    onPath: (path: Path) => void,
    { later = false }: { readonly later?: boolean } = {},
  ): () => void {
    if (this.#own.has(label.toHex())) return () => {}
    const found = (): void => {
      const path = this.pathTo(label)
      if (path !== undefined) onPath(path)
    }
    const known = this.pathTo(label)
    if (known === undefined || later) {
      return this.#requests.seek(new Uint8Array(label), known?.epoch, found)
    }
    const timer = this.#ports.clock.after(0, found)
    return () => timer.cancel()
  }

  /** @param label 16 bytes. */
  pathTo(label: Uint8Array): Path | undefined {
    const key = label.toHex()
    const known = this.#table.path(key)
    return known === undefined ? undefined : pathOf(key, known)
  }

  /** All paths, for people to see. */
  paths(): readonly Path[] {
    return this.#table
      .entries()
      .filter(([, known]) => !known.isLost)
      .map(([key, known]) => pathOf(key, known))
  }

  /** The neighbour on the way to a destination is gone. `seek` finds another way. */
  losePath(label: Uint8Array): void {
    this.#table.lose(label.toHex())
  }

  /** A medium has come up: own destinations are announced there, and what is sought is asked for. */
  greet(medium: string): void {
    const place = this.#ground.place(medium)
    if (place === undefined) return
    // Who is there now may not be who was there before.
    place.fulls.clear()
    for (const [key, { isPublic }] of this.#own) if (isPublic) this.#relay.spreadTo(place, key)
    this.#requests.greet(place)
  }

  /** A medium is gone for good. */
  forgetMedium(name: string): void {
    this.#ground.forget(name)
    this.#requests.forget(name)
    this.#table.loseMedium(name)
  }

  /** The path table for `import` after a restart. */
  export(): Uint8Array<ArrayBuffer> {
    return encodePaths(this.#table.entries().map(([, known]) => known))
  }

  /** Takes what `export` gave, where nothing better is known. Throws `MESH_MALFORMED`. */
  import(bytes: Uint8Array): void {
    const now = this.#ports.clock.now()
    for (const path of decodePaths(bytes)) {
      const key = path.body.label.toHex()
      const expires = Math.min(path.expires, now + limits.path.value)
      const isBetter = this.#table.isBetter(key, path.epoch, path.distance)
      if (expires > now && isBetter) this.#table.put(key, { ...path, expires })
    }
  }

  stop(): void {
    this.#isStopped = true
    for (const { timer } of this.#own.values()) timer?.cancel()
    this.#requests.stop()
    for (const place of this.#ground.opened()) place.stop()
  }

  #announced(key: string, own: OwnDestination): Announced {
    const { label, hash, identity, isPublic, ends } = own
    const withdraw = (): void => {
      own.timer?.cancel()
      if (this.#own.get(key) === own) this.#own.delete(key)
    }
    return { label, hash, identity, isPublic, ends, withdraw }
  }

  #announceNow(key: string, own: OwnDestination): void {
    const { clock, random } = this.#ports
    this.#relay.spread(key)
    if (own.at(this.#ground.time) === undefined) return
    const spread = 0.75 + new DataView(random.bytes(4).buffer).getUint32(0) / 2 ** 33
    const delay = announceEvery * own.identity.anchor.interval * 60_000 * spread
    own.timer = clock.after(delay, () => this.#announceNow(key, own))
  }

  #current(key: string): Announceable | undefined {
    const own = this.#own.get(key)
    if (own !== undefined) return own.at(this.#ground.time)
    const known = this.#table.path(key)
    if (known === undefined) return undefined
    const { body, distance: hops, via } = known
    return { body, label: Uint8Array.fromHex(key), hops, via }
  }

  #heardAnnounce(cell: RoutedCell, place: Place, via: Source): void {
    const announce = decodeAnnounce(cell)
    const key = announce.label.toHex()
    this.#heardAgain(place, key, announce, cell.hops)
    if (this.#own.has(key) || cell.hops >= limits.hops.value) return
    const body = this.#bodyOf(key, announce)
    if (body === undefined) {
      const isUnknown = this.#table.known(key) === undefined
      if (isUnknown) this.#requests.inquire(place, new Uint8Array(announce.label), via)
      return
    }
    const isNews = this.#table.isBetter(key, body.epoch, cell.hops + 1)
    const isWanted = isNews && this.#requests.wants(place, key)
    if (!isNews || !this.#isTimely(announce, decodeAnchor(body.anchor), isWanted)) {
      this.counts.stale++
      return
    }
    const { label, isAnswer } = announce
    const heard = { key, label: new Uint8Array(label), hops: cell.hops, via, isAnswer, isWanted }
    place.intake.offer({ ...heard, body })
  }

  /** Others there have heard what we know: no need to say it again. */
  #heardAgain(place: Place, key: string, { epoch, value }: Announce, hops: number): void {
    const current = this.#current(key)
    if (current?.body.epoch !== epoch || !equal(current.body.value, value)) return
    place.cancelRetry(key)
    if (hops <= current.hops) this.#requests.answered(place, key)
  }

  /** In bytes of its own; undefined for a short one of who is not known. */
  #bodyOf(key: string, announce: Announce): AnnounceBody | undefined {
    if (announce.isFull) return new AnnounceBody(new Uint8Array(announce.body.bytes))
    const known = this.#table.known(key)?.body
    if (known === undefined) return undefined
    if (!equal(known.destination.address.subarray(0, 16), announce.addressLabel)) return undefined
    return known.at(announce.epoch, announce.value)
  }

  /** An answer may be as old as a path, since it comes from a table; an announce not. */
  #isTimely({ epoch, isAnswer }: Announce, anchor: Anchor, isWanted: boolean): boolean {
    if (!this.#ports.clockIsTrusted()) return true
    const age = epochAt(anchor, this.#ground.time) - epoch
    if (age < -tolerance) return false
    if (age <= tolerance) return true
    return isAnswer && isWanted && age * anchor.interval * 60_000 < limits.path.value
  }

  #learn(heard: HeardAnnounce): void {
    const { key, body, hops, via } = heard
    const place = this.#ground.place(via.medium)
    const facts = place?.facts
    if (place === undefined || facts === undefined) return
    const now = Math.floor(this.#ports.clock.now())
    const expires = now + this.#lifetime(body, lifetimeOf(facts.mode))
    const path = { body, epoch: body.epoch, via, distance: hops + 1, heardAt: now, expires }
    this.#table.put(key, { ...path, isLost: false })
    this.counts.learned++
    this.#requests.answered(place, key)
    const isLive = !heard.isAnswer || this.#requests.asked(place, key)
    this.#requests.learned(key, body.epoch, via)
    if (isLive && this.#relays) this.#relay.spread(key)
  }

  /** No epoch makes paths for longer than the longest path, through whose tables it comes. */
  #lifetime(body: AnnounceBody, lifetime: number): number {
    if (!this.#ports.clockIsTrusted()) return lifetime
    const anchor = decodeAnchor(body.anchor)
    const age = Math.max(0, epochAt(anchor, this.#ground.time) - body.epoch)
    return Math.min(lifetime, limits.path.value - age * anchor.interval * 60_000)
  }
}

function pathOf(key: string, known: KnownPath): Path {
  const { body, via, distance, epoch, heardAt, expires } = known
  const { destination } = body
  return {
    ...via,
    label: Uint8Array.fromHex(key),
    destination,
    distance,
    epoch,
    heardAt,
    expires,
  }
}
