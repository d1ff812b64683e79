import { concat, type Clock, fixed, type Random, type Timer, utf8 } from '#base'
import { shake256 } from '#crypto'

import { decodeCell } from '../../../mesh/cell.ts'
import type { MediumFacts } from '../../../mesh/medium.ts'
import { MeshIdentity } from '../../../mesh/reach/identity.ts'
import { Reach } from '../../../mesh/reach/reach.ts'

/** 22 November 2026. */
export const start = 1_795_305_600_000
export const halfHour = 1_800_000

interface Due {
  readonly at: number
  readonly order: number
  task(): void
}

/** Time that goes from one task to the next. */
class Hours implements Clock {
  #now = start
  #count = 0
  readonly #due: Due[] = []

  now(): number {
    return this.#now
  }

  after(delay: number, task: () => void): Timer {
    const entry = { at: this.#now + delay, order: this.#count++, task }
    this.#due.push(entry)
    return {
      cancel: () => {
        const at = this.#due.indexOf(entry)
        if (at >= 0) this.#due.splice(at, 1)
      },
    }
  }

  get timers(): number {
    return this.#due.length
  }

  /** Lets `milliseconds` pass, and all that falls due. */
  pass(milliseconds: number): void {
    const end = this.#now + milliseconds
    for (;;) {
      let first: Due | undefined
      for (const each of this.#due) {
        if (each.at > end) continue
        if (first === undefined || each.at < first.at) first = each
        else if (each.at === first.at && each.order < first.order) first = each
      }
      if (first === undefined) break
      this.#due.splice(this.#due.indexOf(first), 1)
      this.#now = Math.max(this.#now, first.at)
      first.task()
    }
    this.#now = end
  }
}

/** Bytes that a seed determines. */
export function seeded(seed: string): Random {
  let count = 0
  return { bytes: (size) => shake256(concat(utf8(seed), fixed(count++, 4)), size) }
}

const identities = new Map<string, MeshIdentity>()

/** The same each time, made once. */
export function identityOf(name: string): MeshIdentity {
  const known = identities.get(name)
  if (known !== undefined) return known
  const identity = MeshIdentity.create(seeded(`identity ${name}`), start - 10 * halfHour)
  identities.set(name, identity)
  return identity
}

export const wire: MediumFacts = {
  mtu: 500,
  bitsPerSecond: 1_000_000,
  latency: 5,
  isHalfDuplex: false,
  isBroadcast: false,
  mode: 'full',
}
export const radio: MediumFacts = { ...wire, bitsPerSecond: 5000, latency: 100, isBroadcast: true }

export interface Sent {
  readonly at: number
  readonly by: string
  readonly medium: string
  readonly cell: Uint8Array
}

export class Member {
  readonly name: string
  readonly reach: Reach
  readonly media = new Map<string, MediumFacts>()
  isClockTrusted = true

  constructor(name: string, scene: Scene, relays: boolean) {
    this.name = name
    this.reach = new Reach(
      {
        clock: scene.clock,
        random: seeded(`${scene.seed} ${name}`),
        media: () => [...this.media].map(([medium, facts]) => ({ name: medium, facts })),
        send: (medium, cell, neighbour) => scene.carry(this, medium, cell, neighbour),
        clockIsTrusted: () => this.isClockTrusted,
        timeout: (medium, bytes, attempt) => scene.timeout(this, medium, bytes) * 2 ** attempt,
      },
      { relays },
    )
  }
}

/** Nodes, and media that take the time that their bit rate says. */
export class Scene {
  readonly clock = new Hours()
  readonly seed: string
  readonly sent: Sent[] = []
  readonly members: Member[] = []
  /** Whether a cell gets lost. */
  loses: (by: Member, to: Member, cell: Uint8Array) => boolean = () => false
  readonly #free = new Map<string, number>()

  constructor(seed = 'scene') {
    this.seed = seed
  }

  member(name: string, { relays = true } = {}): Member {
    const member = new Member(name, this, relays)
    this.members.push(member)
    return member
  }

  /** A medium that all of them are on. */
  join(medium: string, facts: MediumFacts, ...members: readonly Member[]): void {
    for (const member of members) member.media.set(medium, facts)
  }

  timeout(by: Member, medium: string, bytes: number): number {
    const { latency, bitsPerSecond } = by.media.get(medium) ?? wire
    return 6 * latency + (bytes * 12_000) / bitsPerSecond
  }

  carry(by: Member, medium: string, cell: Uint8Array, neighbour?: string): void {
    const facts = by.media.get(medium)
    if (facts === undefined) return
    const now = this.clock.now()
    this.sent.push({ at: now, by: by.name, medium, cell })
    // Who shares a channel waits until it is free; on a wire each has a direction of their own.
    const channel = facts.isBroadcast ? medium : `${medium} ${by.name}`
    const free =
      Math.max(now, this.#free.get(channel) ?? 0) + (cell.length * 8000) / facts.bitsPerSecond
    this.#free.set(channel, free)
    for (const member of this.members) {
      if (member === by || !member.media.has(medium)) continue
      if (neighbour !== undefined && member.name !== neighbour) continue
      if (this.loses(by, member, cell)) continue
      this.clock.after(free - now + facts.latency, () => this.#deliver(by, member, medium, cell))
    }
  }

  #deliver(by: Member, to: Member, medium: string, bytes: Uint8Array): void {
    const facts = to.media.get(medium)
    const cell = decodeCell(new Uint8Array(bytes))
    if (facts === undefined || (cell.kind !== 'announce' && cell.kind !== 'path-request')) return
    to.reach.heard(cell, medium, facts.isBroadcast ? {} : { neighbour: by.name })
  }
}
