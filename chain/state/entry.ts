import { empty, equal } from '#base'
import { keccak256 } from '#crypto'

import { type AccountRecord, emptyRoot } from './account.ts'
import { limits } from './limits.ts'
import type { Trie } from './trie.ts'

/** What an account is apart from its storage. */
export type AccountFields = Omit<AccountRecord, 'storageRoot'>

/** Storage since the last seal, or since it was cleared. Slots are 64 hexadecimal digits. */
export class Slots {
  /** Whether a slot that was not written has the value of the source. */
  readonly through: boolean
  readonly written = new Map<string, Uint8Array>()
  /** Slots that the storage trie does not show yet. */
  readonly pending = new Set<string>()

  constructor(through: boolean) {
    this.through = through
  }
}

/** One account as an overlay sees it: `sealed` is what the source holds, the rest what is on top. */
export class Entry {
  readonly address: Uint8Array
  sealed: AccountRecord | undefined
  fields: AccountFields | undefined
  slots = new Slots(true)
  /** Values of the source that were read. */
  clean = new Map<string, Uint8Array>()
  /** Every slot that the source holds, once `slots` stopped reading through. */
  sourceSlots: readonly string[] | undefined
  /** Values at the start of the transaction of the slots that it wrote. */
  originals: Map<string, Uint8Array> | undefined
  trie: Trie | undefined
  /** The slots that `root` was computed from. */
  hashed = this.slots
  root: Uint8Array
  #hash: Uint8Array | undefined

  constructor(address: Uint8Array, sealed: AccountRecord | undefined) {
    this.address = address
    this.sealed = sealed
    this.fields = sealed
    this.root = sealed?.storageRoot ?? emptyRoot
  }

  /** Where the account lies in the trie. */
  get hash(): Uint8Array {
    this.#hash ??= keccak256(this.address)
    return this.#hash
  }

  get sealedRoot(): Uint8Array {
    return this.sealed?.storageRoot ?? emptyRoot
  }

  /** The storage root when it was last computed; storage that was cleared since has none. */
  get storageRoot(): Uint8Array {
    if (this.slots === this.hashed) return this.root
    return this.slots.through ? this.sealedRoot : emptyRoot
  }

  get record(): AccountRecord | undefined {
    return this.fields && { ...this.fields, storageRoot: this.storageRoot }
  }

  /** What the source holds in `slot`, when it is known. */
  known(slot: string): Uint8Array | undefined {
    return this.clean.get(slot) ?? (equal(this.sealedRoot, emptyRoot) ? empty : undefined)
  }

  /** What the source holds in `slot`, which was written or read. */
  before(slot: string): Uint8Array {
    return this.clean.get(slot) ?? empty
  }

  /** What `slot` holds now, when it is known. */
  value(slot: string): Uint8Array | undefined {
    const written = this.slots.written.get(slot)
    if (written !== undefined) return written
    return this.slots.through ? this.known(slot) : empty
  }

  /** Every slot that is not zero, over those that show through from the source. */
  all(held: readonly (readonly [slot: Uint8Array, value: Uint8Array])[]): Map<string, Uint8Array> {
    const all = new Map(held.map(([slot, value]) => [slot.toHex(), value]))
    for (const [slot, value] of this.slots.written) {
      if (value.length === 0) all.delete(slot)
      else all.set(slot, value)
    }
    return all
  }

  seal(): void {
    this.sealed = this.record
    this.fields = this.sealed
    if (!this.slots.through || this.clean.size > limits.cachedSlots.value / 16)
      this.clean = new Map()
    for (const [slot, value] of this.slots.written) this.clean.set(slot, value)
    this.reset()
  }

  /** Back to what the source holds. */
  discard(): void {
    this.fields = this.sealed
    this.trie?.discard()
    this.reset()
  }

  private reset(): void {
    this.slots = new Slots(true)
    this.hashed = this.slots
    this.root = this.sealedRoot
    this.sourceSlots = undefined
    this.originals = undefined
  }
}
