import { type Clock, concat, equal, type Random, utf8 } from '#base'
import type { Change, Store } from '#storage'

import { meshHash } from '../hash.ts'
import { limits } from '../limits.ts'
import { type Bound, type Constraint, makeRoom } from './eviction.ts'
import {
  type KindFacts,
  kinds as knownKinds,
  objectId,
  priorities,
  type Priority,
  scopeOfKind,
  unknownKind,
} from './kinds.ts'
import {
  contentKey,
  decodeRecord,
  encodeRecord,
  recordKey,
  recordRange,
  saltKey,
} from './record.ts'
import { type Entry, Table } from './table.ts'

export interface ObjectStoreOptions {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  /** Bytes of all bodies; `limits.objectBytes` where absent. */
  readonly bytes?: number | undefined
  /** `limits.objects` where absent. */
  readonly count?: number | undefined
  /** Kinds that are known; the registry of kinds.ts where absent. */
  readonly kinds?: ReadonlyMap<number, KindFacts> | undefined
}

export interface PutOptions {
  /** 8 bytes: the set that it is reconciled in; that of its kind where absent. */
  readonly scope?: Uint8Array | undefined
  /** The neighbour who brought it; absent where this node made it. */
  readonly source?: string | undefined
  /** Where the node knows better than the kind: never from who brings it. */
  readonly priority?: Priority | undefined
  /** Seconds since 1970; the kind's lifetime bounds it. */
  readonly expires?: number | undefined
}

/**
 * `stored`: it survives the loss of power. `held`: it was there, or is stored by an earlier call.
 * `refused`: nothing has changed; `over` says which bound it would break.
 */
export type Placement =
  | { readonly outcome: 'held' | 'stored'; readonly id: Uint8Array }
  | { readonly outcome: 'refused'; readonly id: Uint8Array; readonly over: Bound | 'age' | 'size' }

export interface StoredObject {
  readonly kind: number
  readonly body: Uint8Array
}

/** What is known of an object without reading it. */
export interface ObjectFacts {
  readonly id: Uint8Array
  readonly kind: number
  readonly priority: Priority
  /** Bytes of its body. */
  readonly size: number
  /** Seconds since 1970. */
  readonly received: number
  readonly expires: number
  readonly scope: Uint8Array
  readonly isOwn: boolean
}

interface Waiting {
  readonly entry: Entry
  readonly content: Uint8Array
  readonly resolve: (placement: Placement) => void
  readonly reject: (error: unknown) => void
}

const own = new Uint8Array(8)

/**
 * Objects by their hash, with bounds on what others may bring: bytes, count and age of all, of each
 * kind, scope and source. Puts that come together share one synced write.
 */
export class ObjectStore {
  readonly #store: Store
  readonly #clock: Clock
  readonly #bounds: { readonly count: number; readonly bytes: number }
  readonly #kinds: ReadonlyMap<number, KindFacts>
  readonly #salt: Uint8Array
  #table: Table
  /** Puts by their id until their batch is on the disk. */
  readonly #flight = new Map<string, { placement: Promise<Placement>; content: Uint8Array }>()
  readonly #queue: Waiting[] = []
  #isWriting = false
  /** Writes go one after the other: what is deleted must not come back with a batch before it. */
  #last: Promise<void> = Promise.resolve()
  #damaged = 0

  private constructor(options: ObjectStoreOptions, salt: Uint8Array) {
    this.#store = options.store
    this.#clock = options.clock
    this.#kinds = options.kinds ?? knownKinds
    this.#bounds = {
      count: Math.min(options.count ?? limits.objects.value, limits.objects.value),
      bytes: options.bytes ?? limits.objectBytes.value,
    }
    this.#salt = salt
    this.#table = this.#emptyTable()
  }

  /** @param options `store` belongs to the result from now on, but is not closed by it. */
  static async open(options: ObjectStoreOptions): Promise<ObjectStore> {
    let salt = options.store.get(saltKey)
    if (salt === undefined) {
      salt = options.random.bytes(16)
      await options.store.write([{ type: 'put', key: saltKey, value: salt }], { sync: true })
    }
    const objects = new ObjectStore(options, salt)
    await objects.#load()
    return objects
  }

  get count(): number {
    return this.#table.count
  }

  /** Of all bodies. */
  get bytes(): number {
    return this.#table.bytes
  }

  /** Objects that were not what their id says when they were read, and were let go. */
  get damaged(): number {
    return this.#damaged
  }

  kindFacts(kind: number): KindFacts {
    return this.#kinds.get(kind) ?? unknownKind
  }

  usageOf(kind: number): { readonly count: number; readonly bytes: number } {
    return { ...this.#table.kindUsage(kind) }
  }

  /** Whether it is on the disk. */
  has(id: Uint8Array): boolean {
    return this.#table.find(id) !== undefined && !this.#isInFlight(id)
  }

  /** Undefined where it is not, or is not what its id says: then it can be fetched again. */
  get(id: Uint8Array): StoredObject | undefined {
    if (this.#table.find(id) === undefined) return undefined
    const flying = this.#flight.size > 0 ? this.#flight.get(id.toHex())?.content : undefined
    const content = flying ?? this.#store.get(contentKey(id))
    const [kind] = content ?? []
    if (content !== undefined && kind !== undefined) {
      const object = { kind, body: content.subarray(1) }
      if (equal(objectId(kind, object.body), id)) return object
    }
    this.#damaged++
    this.#table.remove(id)
    return undefined
  }

  facts(id: Uint8Array): ObjectFacts | undefined {
    const row = this.#table.find(id)
    return row === undefined ? undefined : factsOf(this.#table.entry(row))
  }

  /** All that pass `keep`, in no order. Puts and deletions meanwhile may be seen or not. */
  *entries(keep: (facts: ObjectFacts) => boolean = () => true): Generator<ObjectFacts> {
    for (let row = this.#table.count - 1; row >= 0; row--) {
      if (row >= this.#table.count) continue
      const facts = factsOf(this.#table.entry(row))
      if (keep(facts)) yield facts
    }
  }

  /** The ids of a scope, 32 bytes each: a copy. */
  idsOf(scope: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.#table.idsOf(scope)
  }

  /**
   * Resolves once it is on the disk, or refused. Rejected with a fault of the store; then nothing of
   * it is kept.
   */
  async put(kind: number, body: Uint8Array, options: PutOptions = {}): Promise<Placement> {
    const id = objectId(kind, body)
    const facts = this.kindFacts(kind)
    if (body.length > facts.size) return { outcome: 'refused', id, over: 'size' }
    const received = this.#seconds()
    const expires = Math.min(options.expires ?? Infinity, received + facts.lifetime, 0xffffffff)
    if (expires <= received) return { outcome: 'refused', id, over: 'age' }
    const name = id.toHex()
    const earlier = this.#flight.get(name)
    if (earlier !== undefined) return asHeld(await earlier.placement)
    if (this.#table.find(id) !== undefined) return { outcome: 'held', id }
    const entry = {
      id,
      kind,
      rank: priorities.indexOf(options.priority ?? facts.priority),
      size: body.length,
      received,
      expires,
      scope: options.scope ?? scopeOfKind(kind),
      source: this.#label(options.source),
    }
    const content = concat(Uint8Array.of(kind), body)
    const { promise, resolve, reject } = Promise.withResolvers<Placement>()
    this.#flight.set(name, { placement: promise, content })
    this.#queue.push({ entry, content, resolve, reject })
    if (!this.#isWriting) void this.#write()
    return promise
  }

  /** @returns How many of them were there. */
  async delete(ids: readonly Uint8Array[]): Promise<number> {
    const present = ids.filter((id) => this.#table.remove(id))
    if (present.length > 0) await this.#commit(present.flatMap(removal), false)
    return present.length
  }

  /** Lets go what is over its time. @returns How many. */
  async expire(): Promise<number> {
    const now = this.#seconds()
    const due: Uint8Array[] = []
    for (let row = 0; row < this.#table.count; row++) {
      if (this.#table.expires(row) <= now) due.push(this.#table.id(row).slice())
    }
    return this.delete(due.filter((id) => !this.#isInFlight(id)))
  }

  #seconds(): number {
    return Math.floor(this.#clock.now() / 1000)
  }

  #label(source: string | undefined): Uint8Array {
    return source === undefined ? own : meshHash('object-source', 8, this.#salt, utf8(source))
  }

  #isInFlight(id: Uint8Array): boolean {
    return this.#flight.size > 0 && this.#flight.has(id.toHex())
  }

  #emptyTable(): Table {
    return new Table(meshHash('object-index', 16, this.#salt))
  }

  async #load(): Promise<void> {
    const table = this.#emptyTable()
    for await (const [key, value] of this.#store.entries(recordRange)) {
      const entry = decodeRecord(key, value)
      if (entry !== undefined && table.find(entry.id) === undefined) table.insert(entry)
    }
    this.#table = table
  }

  async #write(): Promise<void> {
    this.#isWriting = true
    // Those that are put in the same turn go into the same batch.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, limits.objectBatch.value)
      const changes: Change[] = []
      const placements = batch.map((waiting) => this.#admit(waiting, changes))
      try {
        if (changes.length > 0) await this.#commit(changes, true)
        batch.forEach((waiting, index) => this.#settle(waiting, placements[index]))
      } catch (error) {
        await this.#undo()
        for (const waiting of batch) {
          this.#flight.delete(waiting.entry.id.toHex())
          waiting.reject(error)
        }
      }
    }
    this.#isWriting = false
  }

  #commit(changes: readonly Change[], sync: boolean): Promise<void> {
    const write = (): Promise<void> => this.#store.write(changes, { sync })
    this.#last = this.#last.then(write, write)
    return this.#last
  }

  #settle({ entry, resolve }: Waiting, placement: Placement | undefined): void {
    this.#flight.delete(entry.id.toHex())
    resolve(placement ?? { outcome: 'held', id: entry.id })
  }

  /** After a write that failed, the disk alone knows what is kept. */
  async #undo(): Promise<void> {
    try {
      await this.#load()
    } catch {
      this.#table = this.#emptyTable()
    }
  }

  #admit({ entry, content }: Waiting, changes: Change[]): Placement {
    const { id } = entry
    const displaced = makeRoom(this.#table, entry, this.#constraints(entry))
    if (typeof displaced === 'string') return { outcome: 'refused', id, over: displaced }
    for (const victim of displaced) {
      this.#table.remove(victim)
      changes.push(...removal(victim))
    }
    this.#table.insert(entry)
    changes.push(
      { type: 'put', key: contentKey(id), value: content },
      { type: 'put', key: recordKey(id), value: encodeRecord(entry) },
    )
    return { outcome: 'stored', id }
  }

  #constraints(entry: Entry): readonly Constraint[] {
    const table = this.#table
    const part = (share: number): { count: number; bytes: number } => ({
      count: Math.floor(this.#bounds.count * share),
      bytes: Math.floor(this.#bounds.bytes * share),
    })
    const kind: Constraint = {
      bound: 'kind',
      allowed: part(this.kindFacts(entry.kind).share),
      used: table.foreignKindUsage(entry.kind),
      holds: (row) => table.kind(row) === entry.kind && !table.isOwn(row),
    }
    const store: Constraint = {
      bound: 'store',
      allowed: this.#bounds,
      used: { count: table.count, bytes: table.bytes },
      holds: () => true,
    }
    if (equal(entry.source, own)) return [store]
    const source = table.sources.numberOf(entry.source)
    const scope = table.scopes.numberOf(entry.scope)
    const ofSource: Constraint = {
      bound: 'source',
      allowed: part(1 / limits.objectSourceShare.value),
      used: table.sources.usage(source),
      holds: (row) => table.source(row) === source,
    }
    const ofScope: Constraint = {
      bound: 'scope',
      allowed: part(1 / limits.objectScopeShare.value),
      used: table.scopes.foreign(scope),
      holds: (row) => table.scope(row) === scope && !table.isOwn(row),
    }
    return [ofSource, ofScope, kind, store]
  }
}

function removal(id: Uint8Array): readonly Change[] {
  return [
    { type: 'del', key: contentKey(id) },
    { type: 'del', key: recordKey(id) },
  ]
}

function asHeld(placement: Placement): Placement {
  return placement.outcome === 'stored' ? { outcome: 'held', id: placement.id } : placement
}

function factsOf(entry: Entry): ObjectFacts {
  const { id, kind, size, received, expires, scope } = entry
  const priority = priorities[entry.rank] ?? 'normal'
  return { id, kind, priority, size, received, expires, scope, isOwn: equal(entry.source, own) }
}
