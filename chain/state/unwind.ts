import { Fault } from '#base'
import type { Change, Reader } from '#storage'

import { unpackKeys } from './changes.ts'
import { changedKey, oldKey } from './layout.ts'

/**
 * What takes back the changes of block `height`, the newest. Trie nodes that the block created stay:
 * nothing leads to them, and whatever is put at their place writes over them. So do code and public
 * keys, which their hash names.
 */
export async function unwind(reader: Reader, height: bigint): Promise<Change[]> {
  const changes: Change[] = []
  const range = { gte: changedKey(height, 0), lt: changedKey(height + 1n, 0) }
  for await (const [list, keys] of reader.entries(range)) {
    for (const key of unpackKeys(keys)) {
      const old = oldKey(key, height)
      const before = reader.get(old)
      if (before === undefined) throw new Fault({ code: 'STORE_CORRUPT', what: 'state history' })
      const isNone = before.length === 0
      changes.push(isNone ? { type: 'del', key } : { type: 'put', key, value: before })
      changes.push({ type: 'del', key: old })
    }
    changes.push({ type: 'del', key: list })
  }
  return changes
}
