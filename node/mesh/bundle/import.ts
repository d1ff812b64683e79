import { isFault } from '#base'
import {
  decodeFile,
  importBundle,
  type Imported,
  kindNumbers,
  type ObjectSink,
  type ObjectStore,
  type OpeningSecret,
} from '#mesh'

import { systemClock } from '../../clock.ts'
import { placeFile, sourceOf } from './file.ts'
import { withMeshFolder } from './folder.ts'

type CarriedObject = Parameters<ObjectSink['put']>[0]

export interface ImportFileInit {
  readonly data: string
  readonly file: string
  readonly by: OpeningSecret
  readonly takesExpired: boolean
  /** The folder to put files into that come with it. */
  readonly files: string | undefined
  readonly progress: (bytes: number) => void
}

export interface ImportedFile extends Imported {
  /** Those that are in the folder now. */
  readonly files: readonly string[]
}

/** Throws what `withMeshFolder` and `importBundle` throw, and `NODE_FILE`. */
export async function importFile(init: ImportFileInit): Promise<ImportedFile> {
  const { data, file, by, takesExpired, progress } = init
  const files: string[] = []
  const imported = await withMeshFolder(data, ({ objects, journal }) =>
    importBundle({
      source: sourceOf(file),
      by,
      sink: sinkInto(objects),
      journal,
      clock: systemClock,
      takesExpired,
      arrived: async (object) => {
        const placed = init.files === undefined ? undefined : await unpacked(object, init.files)
        if (placed !== undefined) files.push(placed)
      },
      progress,
    }),
  )
  return { ...imported, files: files.toSorted() }
}

/** All bundles together have the share of one neighbour. */
export function sinkInto(objects: ObjectStore): ObjectSink {
  return {
    has: (id) => objects.has(id),
    put: async ({ kind, body }, expires) => {
      const { outcome } = await objects.put(kind, body, { source: 'bundle', expires })
      return outcome
    },
  }
}

async function unpacked(object: CarriedObject, folder: string): Promise<string | undefined> {
  if (object.kind !== kindNumbers.file) return undefined
  try {
    return await placeFile(folder, decodeFile(object.body), object.id)
  } catch (error) {
    // Of a file that nobody here could name, the object is in the store all the same.
    if (isFault(error, 'MESH_MALFORMED')) return undefined
    throw error
  }
}
