import { type Clock, concat, type Random } from '#base'
import { constantTimeEqual } from '#crypto'

import { malformed } from '../faults.ts'
import { limits } from '../limits.ts'
import type { SyncSet } from '../objects/exchange.ts'
import { kindNumbers, objectId, scopeOfKind } from '../objects/kinds.ts'
import type { ObjectStore } from '../objects/store.ts'
import { dayAt, inboxOf } from './box.ts'
import { InboxChallenges } from './challenges.ts'
import { decodeEnvelope, type Door, type Envelope, lockBytes, lockOf } from './envelope.ts'
import { Pace } from './pace.ts'
import { checkStamp } from './stamp.ts'

/**
 * `stored`: it survives the loss of power. `held`: it was there. Else nothing has changed:
 * `box`: the mailbox is full, or the neighbour's share of it; `collected`: its reader has it; `day`: it
 * is over its time, or of a day to come; `stamp`: the stamp is wrong; `busy`: too many stamps to check,
 * to be tried again; `store`: no room.
 */
export type Deposit = 'box' | 'busy' | 'collected' | 'day' | 'held' | 'stamp' | 'store' | 'stored'

interface Item {
  readonly size: number
  readonly neighbour: string
}

const scope = scopeOfKind(kindNumbers.mail)
const local = ''
const day = 86_400

/** What a relay holds for those who are away. It reads nothing, and knows neither side. */
export class Mailboxes {
  readonly #objects: ObjectStore
  readonly #clock: Clock
  readonly #challenges: InboxChallenges
  readonly #stamps: Pace
  /** Items by their id, by mailbox. */
  readonly #boxes = new Map<string, Map<string, Item>>()
  /** Openers of what was collected, by the item's id. */
  readonly #collected = new Map<string, Uint8Array>()

  constructor(objects: ObjectStore, clock: Clock, random: Random) {
    this.#objects = objects
    this.#clock = clock
    this.#challenges = new InboxChallenges(clock, random)
    const { mailStampChecks, mailStampChecksShare } = limits
    this.#stamps = new Pace(clock, mailStampChecks.value, mailStampChecksShare.value)
    this.#index()
  }

  /** Items in all mailboxes. */
  get size(): number {
    let size = 0
    for (const box of this.#boxes.values()) size += box.size
    return size
  }

  /**
   * @param body Of an object of kind mail. Throws `MESH_MALFORMED`.
   * @param neighbour Who brought it; absent for the node's own.
   */
  async deposit(body: Uint8Array, neighbour = local): Promise<Deposit> {
    const envelope = decodeEnvelope(body)
    const id = objectId(kindNumbers.mail, body)
    if (this.#objects.has(id)) return 'held'
    if (this.#isCollected(id, envelope)) return 'collected'
    const age = dayAt(this.#clock.now()) - envelope.day
    if (age < -1 || age >= limits.mailLife.value) return 'day'
    const name = boxName(envelope.door, envelope.box)
    const box = this.#boxes.get(name) ?? new Map<string, Item>()
    if (box.has(id.toHex())) return 'held'
    if (!this.#hasRoom(box, envelope, neighbour)) return 'box'
    const isChecked = envelope.door === 'stranger' && neighbour !== local
    if (isChecked && !this.#stamps.take(neighbour)) return 'busy'
    // Its place is taken before anything is waited for: others deposit meanwhile.
    this.#boxes.set(name, box.set(id.toHex(), { size: envelope.size, neighbour }))
    const outcome = await this.#store(body, envelope, neighbour).catch((error: unknown) => {
      this.#forget(name, id)
      throw error
    })
    if (outcome !== 'stored' && outcome !== 'held') this.#forget(name, id)
    return outcome
  }

  /** The ids in a mailbox of contacts. Who asks knows its name, and nothing else is needed. */
  contents(box: Uint8Array): readonly Uint8Array[] {
    return this.#list('contact', box)
  }

  /** The body of an item. */
  get(id: Uint8Array): Uint8Array | undefined {
    const object = this.#objects.get(id)
    return object?.kind === kindNumbers.mail ? object.body : undefined
  }

  /** What who says to own an address has to answer. Throws `MESH_MALFORMED`. @see InboxChallenges */
  challenge(record: Uint8Array, neighbour: string): Uint8Array {
    return this.#challenges.ask(record, neighbour)
  }

  /** The ids in the inbox of who has answered, of all days; undefined where the answer is wrong. */
  openInbox(answer: Uint8Array): readonly Uint8Array[] | undefined {
    const address = this.#challenges.check(answer)
    if (address === undefined) return undefined
    const today = dayAt(this.#clock.now())
    return Array.from({ length: limits.mailLife.value + 1 }, (_, back) => today + 1 - back)
      .filter((one) => one >= 0)
      .flatMap((one) => this.#list('stranger', inboxOf(address, one)))
  }

  /**
   * Deletes an item that its reader has, here and, as relays reconcile, everywhere.
   *
   * @param opener 16 bytes, out of the item. @returns Whether it opened something or may do so later.
   */
  async collect(id: Uint8Array, opener: Uint8Array, neighbour = local): Promise<boolean> {
    const body = this.get(id)
    if (body !== undefined && !fits(decodeEnvelope(body), opener)) return false
    const known = this.#collected.get(id.toHex())
    if (known !== undefined && body === undefined) return constantTimeEqual(known, opener)
    const source = neighbour === local ? undefined : neighbour
    const placed = await this.#objects.put(kindNumbers.collected, concat(id, opener), {
      scope,
      source,
    })
    if (placed.outcome === 'refused') return false
    this.#collected.set(id.toHex(), opener.slice())
    if (body !== undefined) {
      await this.#objects.delete([id])
      const { door, box } = decodeEnvelope(body)
      this.#forget(boxName(door, box), id)
    }
    return true
  }

  /** All mail as another relay may reconcile it. */
  setFor(neighbour: string): SyncSet {
    return {
      ids: () => this.#objects.idsOf(scope),
      get: (id) => {
        const object = this.#objects.get(id)
        return object && concat(Uint8Array.of(object.kind), object.body)
      },
      put: async (content) => {
        const body = content.subarray(1)
        if (content[0] === kindNumbers.mail) {
          const outcome = await this.deposit(body, neighbour)
          return outcome === 'stored' || outcome === 'held' ? outcome : 'refused'
        }
        if (content[0] !== kindNumbers.collected) return 'refused'
        const { id, opener } = decodeCollected(body)
        return (await this.collect(id, opener, neighbour)) ? 'stored' : 'refused'
      },
    }
  }

  /** Drops what is over its time, and what the store has let go. */
  async expire(): Promise<void> {
    await this.#objects.expire()
    for (const [name, box] of this.#boxes) this.#prune(name, box)
    for (const [id, opener] of this.#collected) {
      const body = concat(Uint8Array.fromHex(id), opener)
      if (!this.#objects.has(objectId(kindNumbers.collected, body))) this.#collected.delete(id)
    }
  }

  async #store(body: Uint8Array, envelope: Envelope, neighbour: string): Promise<Deposit> {
    if (envelope.door === 'stranger' && !(await checkStamp(envelope))) return 'stamp'
    const { outcome } = await this.#objects.put(kindNumbers.mail, body, {
      scope,
      source: neighbour === local ? undefined : neighbour,
      expires: (envelope.day + limits.mailLife.value) * day,
    })
    return outcome === 'refused' ? 'store' : outcome
  }

  /** A wrong opener that came before its item is forgotten: anybody could have made it up. */
  #isCollected(id: Uint8Array, envelope: Envelope): boolean {
    const opener = this.#collected.get(id.toHex())
    if (opener === undefined) return false
    if (fits(envelope, opener)) return true
    this.#collected.delete(id.toHex())
    return false
  }

  #hasRoom(
    box: Map<string, Item>,
    { size, door, box: label }: Envelope,
    neighbour: string,
  ): boolean {
    const isFull = (): boolean => {
      const same = [...box.values()].filter((item) => item.size === size)
      const theirs = same.filter((item) => item.neighbour === neighbour)
      const { mailBoxItems, mailBoxShare } = limits
      if (same.length >= mailBoxItems.value) return true
      return neighbour !== local && theirs.length >= mailBoxShare.value
    }
    if (isFull()) this.#prune(boxName(door, label), box)
    return !isFull()
  }

  #list(door: Door, box: Uint8Array): readonly Uint8Array[] {
    const ids = this.#boxes.get(boxName(door, box))?.keys() ?? []
    return [...ids].map((id) => Uint8Array.fromHex(id)).filter((id) => this.#objects.has(id))
  }

  #prune(name: string, box: Map<string, Item>): void {
    for (const id of box.keys()) {
      const bytes = Uint8Array.fromHex(id)
      if (this.#objects.facts(bytes) === undefined) this.#forget(name, bytes)
    }
  }

  #forget(name: string, id: Uint8Array): void {
    const box = this.#boxes.get(name)
    box?.delete(id.toHex())
    if (box?.size === 0) this.#boxes.delete(name)
  }

  #index(): void {
    const isMail = new Set<number>([kindNumbers.mail, kindNumbers.collected])
    for (const { id, kind } of this.#objects.entries((facts) => isMail.has(facts.kind))) {
      const body = this.#objects.get(id)?.body
      if (body === undefined) continue
      if (kind === kindNumbers.collected) {
        const collected = decodeCollected(body)
        this.#collected.set(collected.id.toHex(), collected.opener)
      } else {
        const { door, box, size } = decodeEnvelope(body)
        const name = boxName(door, box)
        const items = this.#boxes.get(name) ?? new Map<string, Item>()
        // Who brought it is known to the store alone, by a label.
        this.#boxes.set(name, items.set(id.toHex(), { size, neighbour: '?' }))
      }
    }
  }
}

function boxName(door: Door, box: Uint8Array): string {
  return `${door} ${box.toHex()}`
}

function fits(envelope: Envelope, opener: Uint8Array): boolean {
  return constantTimeEqual(lockOf(opener), envelope.lock)
}

function decodeCollected(body: Uint8Array): { id: Uint8Array; opener: Uint8Array } {
  if (body.length !== 32 + lockBytes) throw malformed('collected item', 'it has another length')
  return { id: body.slice(0, 32), opener: body.slice(32) }
}
