import {
  type Clock,
  concat,
  decodeRlp,
  encodeRlp,
  isFault,
  type Rlp,
  toBigInt,
  trimmed,
  utf8,
} from '#base'
import type { Change, Store } from '#storage'

import { limits } from '../limits.ts'
import { parseAddress } from './address.ts'
import { type BanRecord, Bans } from './bans.ts'

export interface BookEntry {
  readonly peer: string
  readonly addresses: readonly string[]
  /** Who named it: a PeerId, or `static`, `mdns`. */
  readonly source: string
  /** When a connection to it was last verified, in milliseconds since 1970; 0 for never. */
  readonly seen: number
}

const peerTag = Uint8Array.of(0x70)
const banTag = Uint8Array.of(0x62)

/**
 * Known peers with their addresses, and bans, kept in a store of their own. Losing it loses time,
 * nothing else: writes are not synced, and an entry that cannot be read is dropped.
 */
export class PeerBook {
  readonly bans: Bans
  readonly #store: Store
  readonly #entries: Map<string, BookEntry>
  readonly #changed = new Set<string>()
  #writing: Promise<void> = Promise.resolve()

  private constructor(store: Store, entries: Map<string, BookEntry>, bans: Bans) {
    this.#store = store
    this.#entries = entries
    this.bans = bans
  }

  static async open(store: Store, clock: Clock): Promise<PeerBook> {
    const entries = new Map<string, BookEntry>()
    for await (const [, value] of store.entries(rangeOf(peerTag))) {
      const entry = readEntry(value)
      if (entry !== undefined && entries.size < limits.book.value) entries.set(entry.peer, entry)
    }
    const bans: BanRecord[] = []
    for await (const [, value] of store.entries(rangeOf(banTag))) {
      const ban = readBan(value)
      if (ban !== undefined) bans.push(ban)
    }
    return new PeerBook(store, entries, new Bans(clock, bans))
  }

  entries(): readonly BookEntry[] {
    return [...this.#entries.values()]
  }

  get(peer: string): BookEntry | undefined {
    return this.#entries.get(peer)
  }

  /**
   * Remembers an address, newest first. Throws `NETWORK_ADDRESS`.
   * @returns Whether it is remembered: a source that filled its share is not heard.
   */
  learn(text: string, source: string): boolean {
    const { peer } = parseAddress(text)
    const known = this.#entries.get(peer)
    if (known === undefined && !this.#makeRoom(source)) return false
    // Anybody may name addresses of a peer; those that worked stay in front.
    const others = (known?.addresses ?? []).filter((address) => address !== text)
    const trusted = known === undefined || known.seen === 0 || source === peer
    const addresses = trusted ? [text, ...others] : [...others, text]
    this.#put({
      peer,
      addresses: addresses.slice(0, limits.addressesPerPeer.value),
      source: known?.source ?? source,
      seen: known?.seen ?? 0,
    })
    return true
  }

  /** A connection to `peer` was verified; `address` when it was dialled there. */
  seen(peer: string, at: number, address?: string): void {
    if (address !== undefined) this.learn(address, peer)
    const known = this.#entries.get(peer)
    if (known !== undefined) this.#put({ ...known, seen: at })
  }

  /** Writes what changed. The bans are written whole. */
  flush(): Promise<void> {
    this.#writing = this.#writing.catch(() => {}).then(() => this.#write())
    return this.#writing
  }

  async #write(): Promise<void> {
    const changes: Change[] = []
    for (const peer of this.#changed) {
      const entry = this.#entries.get(peer)
      const key = concat(peerTag, utf8(peer))
      changes.push(
        entry === undefined
          ? { type: 'del', key }
          : { type: 'put', key, value: encodeEntry(entry) },
      )
    }
    this.#changed.clear()
    const bans = new Map(this.bans.records().map((record) => [record.peer, record]))
    for await (const [key, value] of this.#store.entries(rangeOf(banTag))) {
      const old = readBan(value)
      if (old === undefined || !bans.has(old.peer)) changes.push({ type: 'del', key })
    }
    for (const [peer, ban] of bans) {
      changes.push({ type: 'put', key: concat(banTag, utf8(peer)), value: encodeBan(ban) })
    }
    if (changes.length > 0) await this.#store.write(changes, { sync: false })
  }

  #put(entry: BookEntry): void {
    this.#entries.set(entry.peer, entry)
    this.#changed.add(entry.peer)
  }

  /** Peers that were never reached make room first, then those not seen for longest. */
  #makeRoom(source: string): boolean {
    let unproven = 0
    let victim: BookEntry | undefined
    for (const entry of this.#entries.values()) {
      if (entry.source === source && entry.seen === 0) unproven++
      if (entry.source !== 'static' && entry.seen < (victim?.seen ?? Infinity)) victim = entry
    }
    if (source !== 'static' && unproven >= limits.bookPerSource.value) return false
    if (this.#entries.size < limits.book.value) return true
    if (victim === undefined) return false
    this.#entries.delete(victim.peer)
    this.#changed.add(victim.peer)
    return true
  }
}

function rangeOf(tag: Uint8Array): { gte: Uint8Array; lt: Uint8Array } {
  return { gte: tag, lt: Uint8Array.of((tag[0] ?? 0) + 1) }
}

function encodeEntry({ peer, addresses, source, seen }: BookEntry): Uint8Array {
  const texts = addresses.map((address) => utf8(address))
  return encodeRlp([utf8(peer), texts, utf8(source), trimmed(seen)])
}

function readEntry(bytes: Uint8Array): BookEntry | undefined {
  const [peer, addresses, source, seen] = readList(bytes)
  if (peer === undefined || addresses === undefined || addresses instanceof Uint8Array) {
    return undefined
  }
  const texts = addresses.map(readText).filter((text) => isAddressOf(text, readText(peer)))
  if (texts.length === 0) return undefined
  return { peer: readText(peer), addresses: texts, source: readText(source), seen: readInt(seen) }
}

function isAddressOf(text: string, peer: string): boolean {
  try {
    return parseAddress(text).peer === peer
  } catch (error) {
    if (isFault(error)) return false
    throw error
  }
}

function encodeBan({ peer, points, at, reason }: BanRecord): Uint8Array {
  return encodeRlp([utf8(peer), trimmed(Math.ceil(points)), trimmed(at), utf8(reason)])
}

function readBan(bytes: Uint8Array): BanRecord | undefined {
  const [peer, points, at, reason] = readList(bytes)
  if (peer === undefined) return undefined
  return {
    peer: readText(peer),
    points: readInt(points),
    at: readInt(at),
    reason: readText(reason),
  }
}

function readList(bytes: Uint8Array): readonly Rlp[] {
  try {
    const item = decodeRlp(bytes, 2)
    return item instanceof Uint8Array ? [] : item
  } catch (error) {
    if (isFault(error)) return []
    throw error
  }
}

function readText(item: Rlp | undefined): string {
  return item instanceof Uint8Array ? new TextDecoder().decode(item) : ''
}

function readInt(item: Rlp | undefined): number {
  return item instanceof Uint8Array && item.length <= 6 ? Number(toBigInt(item)) : 0
}
