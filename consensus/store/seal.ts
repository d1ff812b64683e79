/**
 * A record carries eight bytes of the hash of itself and its key: LevelDB does not look at its
 * checksums when it reads, and what a validator may sign depends on what it reads.
 */
import { concat, equal, Fault } from '#base'
import { sha256 } from '#crypto'

const sealBytes = 8

export function seal(key: Uint8Array, value: Uint8Array): Uint8Array {
  return concat(value, sealOf(key, value))
}

/** Throws `CONSENSUS_STORE_DAMAGED`. */
export function unseal(key: Uint8Array, sealed: Uint8Array): Uint8Array {
  const end = sealed.length - sealBytes
  if (end < 0) throw damaged(key, 'torn')
  const value = sealed.subarray(0, end)
  if (!equal(sealed.subarray(end), sealOf(key, value))) throw damaged(key, 'corrupted')
  return value
}

export function damaged(
  key: Uint8Array,
  reason: string,
): Fault<{ code: 'CONSENSUS_STORE_DAMAGED'; record: string; reason: string }> {
  return new Fault({ code: 'CONSENSUS_STORE_DAMAGED', record: key.toHex(), reason })
}

function sealOf(key: Uint8Array, value: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(key.length), key, value)).subarray(0, sealBytes)
}
