import { Fault, hex } from '#base'

/**
 * - `STATE_MISSING_BYTES`: something that the state refers to is not in the store. A fault of this
 *   host, never a result: the block is discarded and execution stops.
 * - `STATE_PRUNED`: state below `oldest` is no longer kept.
 * - `STATE_NO_ACCOUNT`: storage was written to an address without an account.
 * - `STATE_NO_TRIE`: this view of the state has flat entries only, so it has no root.
 * - `STATE_UNKNOWN_ROOT`: ethereumjs asked for a state that is not the present one.
 */
export type StateFault = Fault<
  | { readonly code: 'STATE_MISSING_BYTES'; readonly kind: string; readonly key: string }
  | { readonly code: 'STATE_PRUNED'; readonly height: bigint; readonly oldest: bigint }
  | { readonly code: 'STATE_NO_ACCOUNT'; readonly address: string }
  | { readonly code: 'STATE_NO_TRIE' }
  | { readonly code: 'STATE_UNKNOWN_ROOT'; readonly root: string }
>

/** Something that the state refers to is not in the store, or is not what its hash says. */
export function missing(kind: string, key: Uint8Array): StateFault {
  return new Fault(
    { code: 'STATE_MISSING_BYTES', kind, key: hex(key) },
    'the store is damaged: restore it from a backup or another node',
  )
}
