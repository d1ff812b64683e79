import { concat, fixed } from '#base'
import { mlDsa, type SigningKey } from '#crypto'
import { contexts } from '#protocol'

import { malformed } from '../faults.ts'
import { meshHash } from '../hash.ts'
import { limits } from '../limits.ts'

/** What a bundle says of itself, to those who can open it. */
export interface Manifest {
  /** Seconds since 1970, by the clock of who exported. */
  readonly created: number
  /** Seconds from then on for which its objects are worth carrying; 0 for ever. */
  readonly lifetime: number
  /** Of objects. */
  readonly count: number
  /** Of the Merkle tree over the ids of its objects in their order: 32 bytes. */
  readonly root: Uint8Array
  /** Ids that nothing else follows at who exported, 32 bytes each: what they have is known from these. */
  readonly frontier: readonly Uint8Array[]
  /** Ids that they would like to have. */
  readonly wanted: readonly Uint8Array[]
  /** ML-DSA-65 key of who vouches for it, where anybody does. */
  readonly exporter?: Uint8Array | undefined
}

const format = 1
const idBytes = 32
/** Before the lists. */
const fixedBytes = 46
const dsa = mlDsa(0x65)

/**
 * `format1 | created5 | lifetime4 | count4 | root32 | frontier2 | ids | wanted2 | ids`, and for one that
 * is signed `publicKey1952 | signature3309`: of the hash of what stands before the signature, under the
 * context of vertices, whose ids come from another hash.
 */
export async function encodeManifest(
  { created, lifetime, count, root, frontier, wanted }: Omit<Manifest, 'exporter'>,
  signer?: SigningKey,
): Promise<Uint8Array> {
  const head = concat(
    Uint8Array.of(format),
    fixed(created, 5),
    fixed(lifetime, 4),
    fixed(count, 4),
    root,
    idList(frontier, limits.bundleFrontier.value),
    idList(wanted, limits.bundleWanted.value),
  )
  if (signer === undefined) return head
  const signed = concat(head, signer.publicKey)
  return concat(signed, await signer.signAsync(digestOf(signed), contexts.vertex))
}

/** Throws `MESH_MALFORMED`, also where a signature does not hold. */
export async function decodeManifest(bytes: Uint8Array): Promise<Manifest> {
  if (bytes.length < fixedBytes) throw malformed('manifest', 'it is cut')
  if (bytes[0] !== format) throw malformed('manifest', `its format is ${bytes[0]}, not ${format}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const [frontier, afterFrontier] = idsAt(bytes, fixedBytes, limits.bundleFrontier.value)
  const [wanted, end] = idsAt(bytes, afterFrontier, limits.bundleWanted.value)
  return {
    created: view.getUint8(1) * 2 ** 32 + view.getUint32(2),
    lifetime: view.getUint32(6),
    count: view.getUint32(10),
    root: bytes.slice(14, fixedBytes),
    frontier,
    wanted,
    exporter: await exporterOf(bytes, end),
  }
}

async function exporterOf(bytes: Uint8Array, at: number): Promise<Uint8Array | undefined> {
  if (bytes.length === at) return undefined
  const signed = bytes.subarray(0, at + dsa.publicKeyBytes)
  const publicKey = bytes.slice(at, signed.length)
  const signature = bytes.subarray(signed.length)
  const isRight = await dsa.verifyAsync(publicKey, digestOf(signed), signature, contexts.vertex)
  if (!isRight) throw malformed('manifest', 'its signature is wrong')
  return publicKey
}

function digestOf(signed: Uint8Array): Uint8Array {
  return meshHash('bundle-manifest', 32, signed)
}

function idList(ids: readonly Uint8Array[], most: number): Uint8Array {
  if (ids.length > most) throw malformed('manifest', `it names more than ${most} ids in one list`)
  return concat(fixed(ids.length, 2), ...ids)
}

function idsAt(
  bytes: Uint8Array,
  start: number,
  most: number,
): readonly [ids: readonly Uint8Array[], end: number] {
  const count = (bytes[start] ?? 0) * 256 + (bytes[start + 1] ?? 0)
  const end = start + 2 + count * idBytes
  if (end > bytes.length) throw malformed('manifest', 'it is cut')
  if (count > most) throw malformed('manifest', `it names more than ${most} ids in one list`)
  const ids = Array.from({ length: count }, (_, index) => {
    const at = start + 2 + index * idBytes
    return bytes.slice(at, at + idBytes)
  })
  return [ids, end]
}
