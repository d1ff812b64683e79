/** Which nodes of the stored tries a root will be computed from. */
import { empty } from '#base'
import { keccak256 } from '#crypto'

import type { Entry } from './entry.ts'

export interface TrieVisit {
  /** Whose storage trie; undefined for the account trie. */
  readonly owner: Uint8Array | undefined
  /** 32 bytes; undefined when every node is looked at. */
  readonly key: Uint8Array | undefined
  /** Whether the key goes: then what stays beside it may move up. */
  readonly removes: boolean
}

export function visitsOf(entry: Entry): readonly TrieVisit[] {
  const account = { owner: undefined, key: entry.hash, removes: entry.fields === undefined }
  const { slots, address: owner } = entry
  if (slots === entry.hashed && slots.pending.size === 0) return [account]
  if (!slots.through) return [account, { owner, key: undefined, removes: true }]
  const stale = slots === entry.hashed ? slots.pending : slots.written.keys()
  return [
    account,
    ...[...stale].map((slot) => ({
      owner,
      key: keccak256(Uint8Array.fromHex(slot)),
      removes: (entry.value(slot) ?? empty).length === 0,
    })),
  ]
}
