import { empty, encodeRlp } from '#base'
import { keccak256 } from '#crypto'

import { encodeLeaf, emptyRoot } from './account.ts'
import type { Entry } from './entry.ts'
import { nodeKey } from './layout.ts'
import { Trie } from './trie.ts'

/** Reads one node of a trie by its key in the store. */
export type ReadNode = (key: Uint8Array) => Uint8Array | undefined

/** The trie of accounts that the store holds. */
export function loadAccountTrie(read: ReadNode): Trie {
  const top = read(nodeKey(undefined, empty, 0))
  const root = top === undefined ? emptyRoot : keccak256(top)
  return new Trie((nibbles, depth) => read(nodeKey(undefined, nibbles, depth)), root)
}

/** Brings the account trie to what `entry` says now, and its storage trie before it. */
export function hashEntry(entry: Entry, accounts: Trie, read: ReadNode): void {
  hashStorage(entry, read)
  if (entry.record === undefined) accounts.delete(entry.hash)
  else accounts.put(entry.hash, encodeLeaf(entry.record))
}

function hashStorage(entry: Entry, read: ReadNode): void {
  const { address, slots } = entry
  if (slots === entry.hashed && slots.pending.size === 0) return
  entry.trie ??= new Trie(
    (nibbles, depth) => read(nodeKey(address, nibbles, depth)),
    entry.sealedRoot,
  )
  let stale: Iterable<string> = slots.pending
  if (slots !== entry.hashed) {
    // Storage was cleared since the last root, or the clearing was undone: begin again.
    entry.trie.discard()
    if (!slots.through) entry.trie.clear()
    stale = slots.written.keys()
  }
  for (const slot of stale) {
    const value = entry.value(slot) ?? empty
    const key = keccak256(Uint8Array.fromHex(slot))
    if (value.length === 0) entry.trie.delete(key)
    else entry.trie.put(key, encodeRlp(value))
  }
  slots.pending.clear()
  entry.hashed = slots
  entry.root = entry.trie.root()
}
