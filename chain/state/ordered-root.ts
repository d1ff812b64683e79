import { encodeRlp, trimmed } from '#base'

import { emptyRoot } from './account.ts'
import { Trie } from './trie.ts'

/**
 * Root of the trie of rlp(index) -> value: transactions, receipts and withdrawals of a block.
 *
 * @see Ethereum Yellow Paper, 4.3.2
 */
export function orderedRoot(values: readonly Uint8Array[]): Uint8Array {
  const trie = new Trie(() => undefined, emptyRoot)
  for (const [index, value] of values.entries()) trie.put(encodeRlp(trimmed(index)), value)
  return trie.root()
}
