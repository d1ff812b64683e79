/** What the tests of bundles have in common: objects, files in memory, and where objects go. */
import { concat } from '#base'
import { openMemory } from '#storage'

import { exportBundle, type ExportInit } from '../../../mesh/bundle/export.ts'
import { type Imported, importBundle, type ImportInit } from '../../../mesh/bundle/import.ts'
import type { ObjectSink } from '../../../mesh/bundle/intake.ts'
import { Journal } from '../../../mesh/bundle/journal.ts'
import type { CarriedObject } from '../../../mesh/bundle/object.ts'
import type { ByteSource } from '../../../mesh/bundle/source.ts'
import { kindNumbers, objectId } from '../../../mesh/objects/kinds.ts'
import { ManualClock } from '../../manual-clock.ts'
import { Seeded } from '../../seeded.ts'

export const groupKey = new Uint8Array(32).fill(7)
/** Milliseconds since 1970. */
export const today = 1_900_000_000_000

/** Objects of pseudorandom bytes, all of one size. */
export function objectsOf(
  count: number,
  bytes: number,
  kind: number = kindNumbers.mail,
): CarriedObject[] {
  const random = new Seeded(`objects ${count} ${bytes} ${kind}`)
  return Array.from({ length: count }, () => {
    const body = random.bytes(bytes)
    return { id: objectId(kind, body), kind, body }
  })
}

/** The bytes of a bundle of `objects`. */
export async function bundleOf(
  objects: readonly CarriedObject[],
  changes: Partial<ExportInit> = {},
): Promise<Uint8Array> {
  const bodies = new Map(objects.map(({ id, body }) => [id.toHex(), body]))
  const pieces = exportBundle({
    entries: objects,
    load: async (id) => bodies.get(id.toHex()),
    created: today / 1000,
    lifetime: 0,
    frontier: [],
    wanted: [],
    to: { kind: 'group', key: groupKey },
    random: new Seeded('bundle'),
    ...changes,
  })
  return concat(...(await Array.fromAsync(pieces)))
}

/** A file in memory, read in pieces of no chunk's size. */
export function fileOf(bytes: Uint8Array, piece = 50_000): ByteSource {
  return async function* from(start) {
    for (let at = start; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece)
  }
}

/** Keeps everything, or as much as it is told. */
export class MemorySink implements ObjectSink {
  readonly objects = new Map<string, CarriedObject>()
  readonly expiries = new Set<number | undefined>()
  readonly #most: number

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most
  }

  has(id: Uint8Array): boolean {
    return this.objects.has(id.toHex())
  }

  async put(
    object: CarriedObject,
    expires: number | undefined,
  ): Promise<'held' | 'refused' | 'stored'> {
    if (this.has(object.id)) return 'held'
    if (this.objects.size >= this.#most) return 'refused'
    this.objects.set(object.id.toHex(), { ...object, body: object.body.slice() })
    this.expiries.add(expires)
    return 'stored'
  }
}

export async function importFrom(
  bytes: Uint8Array,
  changes: Partial<ImportInit> = {},
): Promise<Imported> {
  return importBundle({
    source: fileOf(bytes),
    by: { kind: 'group', key: groupKey },
    sink: new MemorySink(),
    journal: new Journal(openMemory()),
    clock: new ManualClock(today),
    ...changes,
  })
}
