import path from 'node:path'

import { beginEpoch } from '#consensus'
import { openLevel, type Store } from '#storage'

/** The store of consensus in a data folder. */
export function dagFolder(data: string): string {
  return path.join(data, 'dag')
}

/** What is in it is written once and seldom read. */
export const dagBuffers = { cacheSize: 8 * 1024 * 1024, writeBufferSize: 4 * 1024 * 1024 } as const

/** Runs `task` on the store of consensus of a node that is not running. Throws `STORE_LOCKED`. */
export async function withDag<Result>(
  data: string,
  task: (store: Store) => Promise<Result>,
): Promise<Result> {
  const store = await openLevel(dagFolder(data), dagBuffers)
  try {
    return await task(store)
  } finally {
    await store.close()
  }
}

/** Notes that a new key has signed nothing yet: without it a validator asks the others first. */
export async function beginAs(publicKey: Uint8Array, store: Store): Promise<void> {
  await beginEpoch(store, { epoch: 0, publicKey })
}
