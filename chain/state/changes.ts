import { empty, equal } from '#base'
import type { Change } from '#storage'

import { type AccountRecord, encodeRecord } from './account.ts'
import type { Entry } from './entry.ts'
import {
  changedKey,
  heightBytes,
  accountKey,
  nodeKey,
  oldestKey,
  oldKey,
  slotKey,
} from './layout.ts'
import { limits } from './limits.ts'
import type { NodeChange } from './trie.ts'

/** The writes of one block, and with `history` what they overwrite. */
export class BlockChanges {
  readonly changes: Change[] = []
  readonly #height: bigint
  readonly #history: boolean
  #overwritten: Uint8Array[] = []
  #parts = 0

  /** @param height Number of the block whose writes these are. */
  constructor(height: bigint, history: boolean) {
    this.#height = height
    this.#history = history
    if (!history) {
      this.changes.push({ type: 'put', key: oldestKey, value: heightBytes(height) })
    }
  }

  /** Bytes that their hash names: they never had another value. */
  add(key: Uint8Array, value: Uint8Array): void {
    this.changes.push({ type: 'put', key, value })
  }

  replace(key: Uint8Array, before: Uint8Array | undefined, after: Uint8Array | undefined): void {
    this.changes.push(
      after === undefined ? { type: 'del', key } : { type: 'put', key, value: after },
    )
    this.#keep(key, before ?? empty)
  }

  /** A node that was not there is never looked for at that height, so its absence is not kept. */
  replaceNodes(owner: Uint8Array | undefined, nodes: readonly NodeChange[]): void {
    for (const { path, before, after } of nodes) {
      const key = nodeKey(owner, path, path.length)
      this.changes.push(
        after === undefined ? { type: 'del', key } : { type: 'put', key, value: after },
      )
      if (before !== undefined) this.#keep(key, before)
    }
  }

  finish(): Change[] {
    this.#list()
    return this.changes
  }

  #keep(key: Uint8Array, before: Uint8Array): void {
    if (!this.#history) return
    this.changes.push({ type: 'put', key: oldKey(key, this.#height), value: before })
    this.#overwritten.push(key)
    if (this.#overwritten.length === limits.pruneKeys.value) this.#list()
  }

  #list(): void {
    if (this.#overwritten.length === 0) return
    const key = changedKey(this.#height, this.#parts++)
    this.changes.push({ type: 'put', key, value: packKeys(this.#overwritten) })
    this.#overwritten = []
  }
}

/** Adds the flat entries and the storage nodes of one account. */
export function addEntry(block: BlockChanges, entry: Entry): void {
  const { sealed, record } = entry
  if (!isSame(sealed, record)) {
    const before = sealed && encodeRecord(sealed)
    block.replace(accountKey(entry.address), before, record && encodeRecord(record))
  }
  const { slots } = entry
  for (const slot of new Set([...(entry.sourceSlots ?? []), ...slots.written.keys()])) {
    const old = entry.before(slot)
    const now = entry.value(slot) ?? old
    if (equal(old, now)) continue
    block.replace(
      slotKey(entry.address, Uint8Array.fromHex(slot)),
      old.length === 0 ? undefined : old,
      now.length === 0 ? undefined : now,
    )
  }
  if (entry.trie !== undefined) block.replaceNodes(entry.address, entry.trie.changes())
}

function isSame(a: AccountRecord | undefined, b: AccountRecord | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  if (a.nonce !== b.nonce || a.balance !== b.balance) return false
  return equal(a.storageRoot, b.storageRoot) && equal(a.codeHash, b.codeHash)
}

/** Keys behind their length, one byte each. */
function packKeys(keys: readonly Uint8Array[]): Uint8Array {
  let size = 0
  for (const key of keys) size += 1 + key.length
  const packed = new Uint8Array(size)
  let at = 0
  for (const key of keys) {
    packed[at] = key.length
    packed.set(key, at + 1)
    at += 1 + key.length
  }
  return packed
}

export function unpackKeys(packed: Uint8Array): Uint8Array[] {
  const keys: Uint8Array[] = []
  for (let at = 0; at < packed.length;) {
    const end = at + 1 + (packed[at] ?? 0)
    keys.push(packed.subarray(at + 1, end))
    at = end
  }
  return keys
}
