import path from 'node:path'

import { type Clock, Fault, isFault, type Random, utf8 } from '#base'
import { MeshIdentity } from '#mesh'

import { readPrivate, writePrivate } from '../private-file.ts'

const secretBytes = 134

/** Where the keys by which a node of the mesh is reached are kept, in its data folder. */
function meshIdentityFile(data: string): string {
  return path.join(data, 'mesh.key')
}

/**
 * The identity of the node whose data is in `data`; made at its first start. It lies there without a
 * password, since a node starts by itself: whoever has it is reached under its address. Throws
 * `NODE_KEY_FORM`, `NODE_FILE`, `NODE_FILE_EXPOSED`.
 */
export async function openMeshIdentity(
  data: string,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Promise<MeshIdentity> {
  const file = meshIdentityFile(data)
  const fresh = MeshIdentity.create(random, clock.now())
  try {
    await writePrivate(file, utf8(`${fresh.secret.toHex()}\n`))
    return fresh
  } catch (error) {
    if (!isFault(error, 'NODE_FILE_EXISTS')) throw error
  }
  const text = new TextDecoder().decode(await readPrivate(file, 2 * secretBytes + 1))
  try {
    if (/^[0-9a-f]+\n$/.test(text)) return MeshIdentity.fromSecret(Uint8Array.fromHex(text.trim()))
  } catch (error) {
    if (!isFault(error, 'MESH_MALFORMED')) throw error
  }
  throw new Fault(
    { code: 'NODE_KEY_FORM', file },
    'restore it from a backup, or move it away: the node then makes itself a new one',
  )
}
