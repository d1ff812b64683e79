import type { AccountFields as PartialFields, StateManagerInterface } from '@ethereumjs/common'
import { Account, type Address } from '@ethereumjs/util'

import { empty, equal, Fault, hex, trimLeft } from '#base'
import { keccak256, sha3_256 } from '#crypto'
import type { Change, Reader } from '#storage'

import { type AccountRecord, emptyCodeHash, emptyRoot } from './account.ts'
import { BytesCache } from './bytes-cache.ts'
import { addEntry, BlockChanges } from './changes.ts'
import { Contents } from './contents.ts'
import { Entries } from './entries.ts'
import { type AccountFields, Entry, Slots } from './entry.ts'
import { hashEntry, loadAccountTrie, type ReadNode } from './hashing.ts'
import { headSource } from './head-source.ts'
import { blobKey, codeKey, publicKeyKey } from './layout.ts'
import { limits } from './limits.ts'
import type { StateSource } from './source.ts'
import type { Trie } from './trie.ts'
import { type TrieVisit, visitsOf } from './visits.ts'

/** The state at the head of `reader`, with its tries. */
export function headState(reader: Reader, codes?: BytesCache): State {
  return new State(headSource(reader), { nodes: (key) => reader.get(key), ...(codes && { codes }) })
}

export interface StateOptions {
  /** Absent: the state has no root and no changes to write. */
  readonly nodes?: ReadNode
  /** Brings what `nodes` will be asked for, where that does not come at once. */
  readonly fetch?: (visits: readonly TrieVisit[]) => Promise<void>
  /** Code and public keys, shared by the states of one thread. */
  readonly codes?: BytesCache
}

/**
 * Changes on top of a source, undone step by step: what a block does before it is written.
 *
 * The asynchronous methods are those of ethereumjs. Those whose name ends in `Now` answer at once,
 * or with undefined when the source has to be awaited: then use the asynchronous twin.
 *
 * The storage root of an account is derived from its slots alone: a root in an Account that is put
 * is ignored, and one that is got is as of the last `root()`, or empty when storage was cleared.
 */
export class State implements StateManagerInterface {
  readonly originalStorageCache = {
    get: (address: Address, slot: Uint8Array) => this.#original(address, slot),
    clear: () => this.#endTransaction(),
  }
  /** Told of every account and slot, in hexadecimal, that is written, whether or not it lasts. */
  onWrite: ((address: Uint8Array, slot?: string) => void) | undefined
  /** algorithm ‖ public key by keyHash. */
  readonly keys: Contents
  /** By SHA3-256. */
  readonly blobs: Contents
  readonly #source: StateSource
  readonly #options: StateOptions
  readonly #codes: BytesCache
  readonly #entries = new Entries()
  readonly #newCodes = new Map<string, Uint8Array>()
  /** Entries that may differ from the source. */
  readonly #dirty = new Set<Entry>()
  /** Entries that may differ from the account trie. */
  readonly #pending = new Set<Entry>()
  /** Entries that the transaction wrote slots of. */
  readonly #written = new Set<Entry>()
  /** Entries that keep nodes of their storage trie, and how many. */
  readonly #tries = new Map<Entry, number>()
  #undo: (() => void)[] = []
  #checkpoints: number[] = []
  #trie: Trie | undefined

  constructor(source: StateSource, options: StateOptions = {}) {
    this.#source = source
    this.#options = options
    this.#codes = options.codes ?? new BytesCache(limits.cachedCodeBytes.value)
    const place = {
      cache: this.#codes,
      isImmediate: source.isImmediate,
      log: (undo: () => void) => this.#log(undo),
    }
    const key = (hash: Uint8Array) => source.key(hash)
    this.keys = new Contents({ kind: 'key', hash: keccak256, read: key }, place)
    const blob = (hash: Uint8Array) => source.blob(hash)
    this.blobs = new Contents({ kind: 'blob', hash: sha3_256, read: blob }, place)
  }

  // Accounts

  async getAccount(address: Address): Promise<Account | undefined> {
    return toAccount(await this.#entry(address.bytes))
  }

  /** Null when there is no such account. */
  accountNow(address: Address): Account | null | undefined {
    const entry = this.#entryNow(address.bytes)
    return entry && (toAccount(entry) ?? null)
  }

  async putAccount(address: Address, account?: Account): Promise<void> {
    if (account === undefined) return this.deleteAccount(address)
    const { nonce, balance, codeHash } = account
    this.#setFields(await this.#entry(address.bytes), { nonce, balance, codeHash })
  }

  /** Deletes the account with its storage. */
  async deleteAccount(address: Address): Promise<void> {
    await this.clearStorage(address)
    const entry = await this.#entry(address.bytes)
    if (entry.fields !== undefined) this.#setFields(entry, undefined)
  }

  async modifyAccountFields(address: Address, changed: PartialFields): Promise<void> {
    const entry = await this.#entry(address.bytes)
    const { nonce, balance, codeHash } = entry.fields ?? blank
    this.#setFields(entry, {
      nonce: changed.nonce ?? nonce,
      balance: changed.balance ?? balance,
      codeHash: changed.codeHash ?? codeHash,
    })
  }

  // Code

  async putCode(address: Address, code: Uint8Array): Promise<void> {
    const codeHash = keccak256(code)
    if (code.length > 0) this.#newCodes.set(codeHash.toHex(), code)
    await this.modifyAccountFields(address, { codeHash })
  }

  /** Throws `STATE_MISSING_BYTES`. */
  async getCode(address: Address): Promise<Uint8Array> {
    const { fields } = await this.#entry(address.bytes)
    if (fields === undefined || equal(fields.codeHash, emptyCodeHash)) return empty
    const found = this.#codeNow(fields.codeHash)
    if (found !== undefined) return found
    const code = await this.#source.code(fields.codeHash)
    this.#codes.set(fields.codeHash.toHex(), code)
    return code
  }

  codeNow(address: Address): Uint8Array | undefined {
    const entry = this.#entryNow(address.bytes)
    if (entry === undefined) return undefined
    const { codeHash } = entry.fields ?? blank
    return equal(codeHash, emptyCodeHash) ? empty : this.#codeNow(codeHash)
  }

  async getCodeSize(address: Address): Promise<number> {
    return (await this.getCode(address)).length
  }

  // Storage

  /** Without leading zeros; no bytes when zero. */
  async getStorage(address: Address, slot: Uint8Array): Promise<Uint8Array> {
    return this.#read(await this.#entry(address.bytes), slot)
  }

  storageNow(address: Address, slot: Uint8Array): Uint8Array | undefined {
    const entry = this.#entryNow(address.bytes)
    return entry && this.#readNow(entry, slot)
  }

  /** The value at the start of the transaction, as `originalStorageCache.get`. */
  originalNow(address: Address, slot: Uint8Array): Uint8Array | undefined {
    const entry = this.#entryNow(address.bytes)
    return entry && (entry.originals?.get(slot.toHex()) ?? this.#readNow(entry, slot))
  }

  /** Throws `STATE_NO_ACCOUNT`. */
  async putStorage(address: Address, slot: Uint8Array, value: Uint8Array): Promise<void> {
    const entry = await this.#entry(address.bytes)
    this.#write(entry, slot, value, await this.#read(entry, slot))
  }

  /** False when nothing was written because the source has to be awaited. */
  putStorageNow(address: Address, slot: Uint8Array, value: Uint8Array): boolean {
    const entry = this.#entryNow(address.bytes)
    const before = entry && this.#readNow(entry, slot)
    if (entry === undefined || before === undefined) return false
    this.#write(entry, slot, value, before)
    return true
  }

  async clearStorage(address: Address): Promise<void> {
    const entry = await this.#entry(address.bytes)
    const before = entry.slots
    const inSource = before.through && !equal(entry.sealedRoot, emptyRoot)
    if (!inSource && before.written.size === 0) return
    if (inSource && entry.sourceSlots === undefined) {
      const held = await this.#source.slots(address.bytes)
      for (const [slot, value] of held) entry.clean.set(slot.toHex(), value)
      entry.sourceSlots = held.map(([slot]) => slot.toHex())
    }
    this.#log(() => {
      entry.slots = before
      this.#mark(entry)
    })
    entry.slots = new Slots(false)
    this.#mark(entry)
  }

  /**
   * Every slot of an account that is not zero, in no order. Throws `STATE_MANY_SLOTS` where the source
   * holds more than `most`.
   */
  async slots(address: Address, most: number): Promise<ReadonlyMap<string, Uint8Array>> {
    const entry = await this.#entry(address.bytes)
    return entry.all(entry.slots.through ? await this.#source.slots(address.bytes, most) : [])
  }

  // Checkpoints

  async checkpoint(): Promise<void> {
    this.#checkpoints.push(this.#undo.length)
  }

  async commit(): Promise<void> {
    if (this.#checkpoints.pop() === undefined) throw new Error('commit without checkpoint')
    if (this.#checkpoints.length > 0) return
    this.#undo = []
    this.#endTransaction()
  }

  async revert(): Promise<void> {
    const start = this.#checkpoints.pop()
    if (start === undefined) throw new Error('revert without checkpoint')
    while (this.#undo.length > start) this.#undo.pop()?.()
    if (this.#checkpoints.length === 0) this.#endTransaction()
  }

  // Blocks

  /** Throws `STATE_NO_TRIE` when the state was made without nodes. May be asked for at any time. */
  root(): Uint8Array {
    const read = this.#nodes()
    const trie = this.#accountTrie()
    for (const entry of this.#pending) {
      hashEntry(entry, trie, read)
    }
    this.#pending.clear()
    return trie.root()
  }

  /** As `root`, also where nodes have to be awaited. */
  async rootLater(): Promise<Uint8Array> {
    await this.#options.fetch?.([...this.#pending].flatMap(visitsOf))
    return this.root()
  }

  /**
   * Everything to write for the block `height`, and nothing else changes: may be asked for again.
   * @param at.history Keep what is overwritten, so that the state before can still be read.
   */
  changes(at: { readonly height: bigint; readonly history: boolean }): Change[] {
    this.root()
    const block = new BlockChanges(at.height, at.history)
    const codes = new Set<string>()
    for (const entry of this.#dirty) {
      addEntry(block, entry)
      if (entry.fields !== undefined) codes.add(entry.fields.codeHash.toHex())
    }
    for (const [hash, code] of this.#newCodes) {
      if (codes.has(hash)) block.add(codeKey(Uint8Array.fromHex(hash)), code)
    }
    for (const [hash, key] of this.keys.fresh()) block.add(publicKeyKey(hash), key)
    for (const [hash, blob] of this.blobs.fresh()) block.add(blobKey(hash), blob)
    block.replaceNodes(undefined, this.#accountTrie().changes())
    return block.finish()
  }

  /** The store holds what `changes` said, and its readers see it. No checkpoint may be open. */
  sealed(): void {
    if (this.#checkpoints.length > 0) throw new Error('sealed within a checkpoint')
    this.root()
    this.#sealTries()
    for (const entry of this.#dirty) entry.seal()
    for (const [hash, code] of this.#newCodes) this.#codes.set(hash, code)
    this.keys.sealed()
    this.blobs.sealed()
    this.#trie?.sealed(keptDepth.accounts)
    this.#forget()
    this.#entries.trim()
  }

  /** Forgets everything that was not sealed, open checkpoints too. */
  discard(): void {
    for (const entry of this.#dirty) entry.discard()
    this.#trie?.discard()
    this.#checkpoints = []
    this.#forget()
    this.#entries.trim()
  }

  // The rest of what ethereumjs asks for

  /** Zeros without tries: stock code asks for receipts before Byzantium, which nobody reads then. */
  async getStateRoot(): Promise<Uint8Array> {
    return this.#options.nodes === undefined ? new Uint8Array(32) : this.rootLater()
  }

  /** Throws `STATE_UNKNOWN_ROOT` unless it is the present root: other heights have other sources. */
  async setStateRoot(root: Uint8Array): Promise<void> {
    if (!(await this.hasStateRoot(root))) {
      throw new Fault({ code: 'STATE_UNKNOWN_ROOT', root: hex(root) })
    }
  }

  async hasStateRoot(root: Uint8Array): Promise<boolean> {
    return equal(root, this.root())
  }

  /** Nothing: no cache here can differ from the source. */
  clearCaches(): void {}

  /** Another overlay over the same source, without the changes of this one. */
  shallowCopy(): State {
    return new State(this.#source, this.#options)
  }

  // Inside

  async #entry(address: Uint8Array): Promise<Entry> {
    const known = this.#entryNow(address)
    if (known !== undefined) return known
    return this.#addEntry(address, await this.#source.account(address))
  }

  #entryNow(address: Uint8Array): Entry | undefined {
    const known = this.#entries.get(address.toHex())
    if (known !== undefined || !this.#source.isImmediate) return known
    return this.#addEntry(address, this.#source.account(address) as AccountRecord | undefined)
  }

  #addEntry(address: Uint8Array, record: AccountRecord | undefined): Entry {
    const text = address.toHex()
    const raced = this.#entries.get(text)
    if (raced !== undefined) return raced
    const entry = new Entry(address.slice(), record)
    this.#entries.add(text, entry)
    return entry
  }

  #setFields(entry: Entry, fields: AccountFields | undefined): void {
    const before = entry.fields
    if (before && fields && isSame(before, fields)) return
    this.onWrite?.(entry.address)
    this.#log(() => {
      entry.fields = before
      this.#mark(entry)
    })
    entry.fields = fields
    this.#mark(entry)
  }

  async #read(entry: Entry, slot: Uint8Array): Promise<Uint8Array> {
    const known = this.#readNow(entry, slot)
    if (known !== undefined) return known
    return this.#addSlot(entry, slot.toHex(), await this.#source.storage(entry.address, slot))
  }

  #readNow(entry: Entry, slot: Uint8Array): Uint8Array | undefined {
    const text = slot.toHex()
    const known = entry.value(text)
    if (known !== undefined || !this.#source.isImmediate) return known
    return this.#addSlot(entry, text, this.#source.storage(entry.address, slot) as Uint8Array)
  }

  #addSlot(entry: Entry, slot: string, value: Uint8Array): Uint8Array {
    entry.clean.set(slot, value)
    this.#entries.addSlot()
    return value
  }

  #write(entry: Entry, slot: Uint8Array, value: Uint8Array, current: Uint8Array): void {
    if (entry.fields === undefined) {
      throw new Fault({ code: 'STATE_NO_ACCOUNT', address: hex(entry.address) })
    }
    const { slots } = entry
    const text = slot.toHex()
    const before = slots.written.get(text)
    this.onWrite?.(entry.address, text)
    if (this.#checkpoints.length > 0) this.#keepOriginal(entry, text, current)
    this.#log(() => {
      if (before === undefined) slots.written.delete(text)
      else slots.written.set(text, before)
      slots.pending.add(text)
      this.#mark(entry)
    })
    slots.written.set(text, trimLeft(value).slice())
    slots.pending.add(text)
    this.#mark(entry)
  }

  #keepOriginal(entry: Entry, slot: string, current: Uint8Array): void {
    entry.originals ??= new Map()
    if (!entry.originals.has(slot)) entry.originals.set(slot, current)
    this.#written.add(entry)
  }

  async #original(address: Address, slot: Uint8Array): Promise<Uint8Array> {
    const entry = await this.#entry(address.bytes)
    return entry.originals?.get(slot.toHex()) ?? this.#read(entry, slot)
  }

  #endTransaction(): void {
    for (const entry of this.#written) entry.originals = undefined
    this.#written.clear()
  }

  #codeNow(codeHash: Uint8Array): Uint8Array | undefined {
    const text = codeHash.toHex()
    const known = this.#newCodes.get(text) ?? this.#codes.get(text)
    if (known !== undefined || !this.#source.isImmediate) return known
    const code = this.#source.code(codeHash) as Uint8Array
    this.#codes.set(text, code)
    return code
  }

  #mark(entry: Entry): void {
    this.#dirty.add(entry)
    this.#pending.add(entry)
  }

  #log(undo: () => void): void {
    if (this.#checkpoints.length > 0) this.#undo.push(undo)
  }

  #forget(): void {
    this.#endTransaction()
    this.#undo = []
    this.#dirty.clear()
    this.#pending.clear()
    this.#newCodes.clear()
    this.keys.discard()
    this.blobs.discard()
  }

  #nodes(): ReadNode {
    if (this.#options.nodes === undefined) throw new Fault({ code: 'STATE_NO_TRIE' })
    return this.#options.nodes
  }

  #accountTrie(): Trie {
    this.#trie ??= loadAccountTrie(this.#nodes())
    return this.#trie
  }

  #sealTries(): void {
    for (const entry of this.#dirty) {
      if (entry.trie !== undefined) this.#tries.set(entry, entry.trie.sealed(keptDepth.storage))
    }
    let live = 0
    for (const count of this.#tries.values()) live += count
    if (live <= limits.liveStorageNodes.value) return
    for (const entry of this.#tries.keys()) entry.trie = undefined
    this.#tries.clear()
  }
}

/** Nibbles: upper nodes are on the way to most keys, so they stay in memory between blocks. */
const keptDepth = { accounts: 4, storage: 3 } as const

const blank: AccountFields = { nonce: 0n, balance: 0n, codeHash: emptyCodeHash }

function isSame(a: AccountFields, b: AccountFields): boolean {
  return a.nonce === b.nonce && a.balance === b.balance && equal(a.codeHash, b.codeHash)
}

/** A new one each time: ethereumjs changes what it was given. */
function toAccount({ fields, storageRoot }: Entry): Account | undefined {
  return fields && new Account(fields.nonce, fields.balance, storageRoot, fields.codeHash)
}
