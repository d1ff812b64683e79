import type { Change, Reader } from '#storage'

import { unpackKeys } from './changes.ts'
import { oldestHeight } from './history.ts'
import { changedKey, heightBytes, oldestKey, oldKey, readHeight } from './layout.ts'

/**
 * One slice of the work that makes `height` the oldest state that can be read: at most
 * `limits.pruneKeys` old values. Write it in one batch, then ask again, until there is none.
 */
export async function prune(reader: Reader, height: bigint): Promise<Change[]> {
  const range = { gte: changedKey(0n, 0), lt: changedKey(height + 1n, 0), limit: 1 }
  for await (const [list, keys] of reader.entries(range)) {
    const block = readHeight(list, 1)
    const changes: Change[] = [{ type: 'del', key: list }]
    // First, so that no reader finds a height whose old values are going.
    if (block > oldestHeight(reader)) {
      changes.push({ type: 'put', key: oldestKey, value: heightBytes(block) })
    }
    for (const key of unpackKeys(keys)) changes.push({ type: 'del', key: oldKey(key, block) })
    return changes
  }
  return height > oldestHeight(reader)
    ? [{ type: 'put', key: oldestKey, value: heightBytes(height) }]
    : []
}
