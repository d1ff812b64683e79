import { bundleClosed } from '../faults.ts'
import { isNamedBy, isWhole } from './import.ts'
import { sizeClass } from './layout.ts'
import type { Manifest } from './manifest.ts'
import { MerkleRoot } from './merkle.ts'
import { objectIn } from './object.ts'
import { Opening } from './opening.ts'
import { type Condition, manifestOf, Reading } from './read.ts'
import type { OpeningSecret } from './secret.ts'
import type { ByteSource } from './source.ts'

export interface InspectInit {
  readonly source: ByteSource
  readonly by: OpeningSecret
  readonly progress?: ((bytes: number) => void) | undefined
}

export interface Inspected {
  readonly manifest: Manifest | undefined
  readonly condition: Condition
  readonly isComplete: boolean
  /** By kind. */
  readonly objects: ReadonlyMap<number, { readonly count: number; readonly bytes: number }>
}

/** Reads all of a bundle and keeps nothing. Throws as `importBundle`, but for its lifetime. */
export async function inspectBundle({ source, by, progress }: InspectInit): Promise<Inspected> {
  const opening = await Opening.begin(source, by)
  const manifest = await manifestOf(opening)
  const reading = new Reading(opening)
  const tree = new MerkleRoot()
  const objects = new Map<number, { count: number; bytes: number }>()
  for await (const frames of reading.from(0)) {
    for (const object of frames.map(objectIn)) {
      if (object === undefined) continue
      tree.add(object.id)
      const { count, bytes } = objects.get(object.kind) ?? { count: 0, bytes: 0 }
      objects.set(object.kind, { count: count + 1, bytes: bytes + object.body.length })
    }
    progress?.(opening.length)
  }
  if (!opening.hasOpened) throw bundleClosed(sizeClass(opening.length))
  const { condition } = reading
  const isComplete = isWhole(condition) && isNamedBy(manifest, tree)
  return { manifest, condition, isComplete, objects }
}
