import { equal, type Random } from '#base'
import type { SigningKey } from '#crypto'

import { bundleObject } from '../faults.ts'
import { limits } from '../limits.ts'
import { priorities } from '../objects/kinds.ts'
import { encodeManifest, type Manifest } from './manifest.ts'
import { MerkleRoot } from './merkle.ts'
import { type CarriedObject, objectFrame, objectIn, priorityOf } from './object.ts'
import { type Frame, frameTypes, pack } from './pack.ts'
import { seal } from './seal.ts'
import type { SealingSecret } from './secret.ts'

/** An object that is to be carried, before its body is read. */
export type Entry = Pick<CarriedObject, 'id' | 'kind'>

export interface ExportInit extends Pick<Manifest, 'created' | 'lifetime' | 'frontier' | 'wanted'> {
  readonly entries: readonly Entry[]
  /** Reads a body, once for each entry. */
  readonly load: (id: Uint8Array) => Promise<Uint8Array | undefined>
  readonly to: SealingSecret
  readonly random: Random
  /** Who vouches for it, if anybody is to: ML-DSA-65. Only who can open the bundle learns it. */
  readonly signer?: SigningKey | undefined
}

/**
 * The bytes of a bundle, the most important objects first: of a file that is cut, these are left. Throws
 * `MESH_BUNDLE_OBJECT` for an entry whose body `load` does not give, or that no bundle can carry.
 */
export function exportBundle(init: ExportInit): AsyncGenerator<Uint8Array, void, void> {
  return seal(pack(framesOf(init)), init)
}

async function* framesOf(init: ExportInit): AsyncGenerator<Frame, void, void> {
  const { load, signer, ...facts } = init
  const entries = priorities.flatMap((one) =>
    init.entries.filter(({ kind }) => priorityOf(kind) === one),
  )
  const tree = new MerkleRoot()
  for (const { id } of entries) tree.add(id)
  const manifest = { ...facts, count: tree.count, root: tree.root }
  yield { type: frameTypes.manifest, body: await encodeManifest(manifest, signer) }
  for (const { id, kind } of entries) {
    const body = await load(id)
    if (body === undefined) throw bundleObject(id, 'it is gone')
    if (body.length > limits.bundleObject.value) throw bundleObject(id, 'it is too large')
    const frame = objectFrame(kind, body)
    if (!isOf(frame, id)) throw bundleObject(id, 'it is another than its id says')
    yield frame
  }
}

function isOf(frame: Frame, id: Uint8Array): boolean {
  const object = objectIn(frame)
  return object !== undefined && equal(object.id, id)
}
