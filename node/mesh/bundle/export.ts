import path from 'node:path'

import { Fault, hex } from '#base'
import {
  encodeFile,
  type Entry,
  exportBundle,
  kindNumbers,
  type ObjectFacts,
  objectId,
  type ObjectStore,
  type SealingSecret,
} from '#mesh'

import { systemClock } from '../../clock.ts'
import { readPublic } from '../../private-file.ts'
import { systemRandom } from '../../random.ts'
import { writePieces } from './file.ts'
import { withMeshFolder } from './folder.ts'

/** More than any object has: `encodeFile` says how many these may be. */
const mostBytes = 2 ** 21

/** Which objects of the store; all of them where nothing is said. */
interface Selection {
  readonly kinds?: readonly number[] | undefined
  /** Seconds: those that came within them. */
  readonly age?: number | undefined
  readonly ids?: readonly Uint8Array[] | undefined
}

export interface ExportFileInit {
  readonly data: string
  readonly file: string
  readonly to: SealingSecret
  /** Undefined for none of the store. */
  readonly selection: Selection | undefined
  /** Paths of files that go along. */
  readonly files: readonly string[]
  readonly wanted: readonly Uint8Array[]
  /** Seconds; 0 for ever. */
  readonly lifetime: number
  readonly progress: (bytes: number) => void
}

export interface ExportedFile {
  readonly objects: number
  readonly bytes: number
}

/**
 * Throws what `withMeshFolder` and `exportBundle` throw, `NODE_FILE`, `NODE_FILE_EXISTS`,
 * `NODE_OBJECT_UNKNOWN`, and `MESH_MALFORMED` for a file that no bundle can carry.
 */
export async function exportFile(init: ExportFileInit): Promise<ExportedFile> {
  const { data, file, to, wanted, lifetime, progress } = init
  const files = new Map<string, string>()
  for (const one of init.files) {
    files.set(objectId(kindNumbers.file, await fileBody(one)).toHex(), one)
  }
  return withMeshFolder(data, async ({ objects }) => {
    const chosen = entriesOf(objects, init.selection).filter(({ id }) => !files.has(id.toHex()))
    const entries = [...filesIn(files), ...chosen]
    const pieces = exportBundle({
      entries,
      load: async (id) => {
        const one = files.get(id.toHex())
        return one === undefined ? objects.get(id)?.body : fileBody(one)
      },
      created: Math.floor(systemClock.now() / 1000),
      lifetime,
      frontier: [],
      wanted,
      to,
      random: systemRandom,
    })
    const bytes = await writePieces(file, pieces, progress)
    return { objects: entries.length, bytes }
  })
}

function filesIn(files: ReadonlyMap<string, string>): readonly Entry[] {
  return [...files.keys()].map((id) => ({ id: Uint8Array.fromHex(id), kind: kindNumbers.file }))
}

/** The newest first: of a file that is cut, these are left. */
function entriesOf(objects: ObjectStore, selection: Selection | undefined): readonly Entry[] {
  if (selection === undefined) return []
  const { kinds, ids, age } = selection
  const since = age === undefined ? 0 : Math.floor(systemClock.now() / 1000) - age
  const passes = (facts: ObjectFacts): boolean =>
    facts.received >= since && (kinds?.includes(facts.kind) ?? true)
  const found =
    ids === undefined ? [...objects.entries(passes)] : ids.map((id) => factsOf(objects, id))
  return found.filter(passes).toSorted((a, b) => b.received - a.received)
}

function factsOf(objects: ObjectStore, id: Uint8Array): ObjectFacts {
  const facts = objects.facts(id)
  if (facts !== undefined) return facts
  throw new Fault(
    { code: 'NODE_OBJECT_UNKNOWN', id: hex(id) },
    'it never came here, or its time is over',
  )
}

async function fileBody(file: string): Promise<Uint8Array> {
  const content = await readPublic(file, mostBytes)
  return encodeFile({ name: path.basename(file), content })
}
