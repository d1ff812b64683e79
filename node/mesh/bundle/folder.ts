import { mkdir } from 'node:fs/promises'
import path from 'node:path'

import { Fault } from '#base'
import { Journal, ObjectStore } from '#mesh'
import { openLevel, type Store } from '#storage'

import { systemClock } from '../../clock.ts'
import { reasonOf } from '../../files.ts'
import { systemRandom } from '../../random.ts'

/** Small: what a mesh node needs often, it has in memory already. */
const buffers = { cacheSize: 2 ** 20, writeBufferSize: 2 ** 22 }

/** What a mesh node keeps on disk and bundles need, in the hands of a command. */
export interface MeshFolder {
  readonly objects: ObjectStore
  readonly journal: Journal
}

/**
 * Makes what is missing in the data folder. Throws `NODE_DATA_UNWRITABLE`, `STORE_LOCKED` while another
 * command has it, and the other faults of a store.
 */
export async function withMeshFolder<Result>(
  data: string,
  task: (folder: MeshFolder) => Promise<Result>,
): Promise<Result> {
  await mkdir(data, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new Fault(
      { code: 'NODE_DATA_UNWRITABLE', folder: data, reason: reasonOf(error) },
      'make the folder writable, free some space, or name another one with --data',
    )
  })
  await using stores = new AsyncDisposableStack()
  const open = async (name: string): Promise<Store> =>
    stores.adopt(await openLevel(path.join(data, name), buffers), (store) => store.close())
  const store = await open('objects')
  const journal = new Journal(await open('bundles'))
  const objects = await ObjectStore.open({ store, clock: systemClock, random: systemRandom })
  return await task({ objects, journal })
}
