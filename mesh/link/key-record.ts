import { concat } from '#base'
import { constantTimeEqual, mlKem } from '#crypto'

import { malformed } from '../faults.ts'
import { addressOf, kemKeyHash } from '../reach/destination.ts'

/** All that a link to an address needs: its address commits to each part, so nobody signs it. */
export interface KeyRecord {
  /** ML-KEM-768, 1184 bytes. */
  readonly kemKey: Uint8Array
  /** `sigKeyHash` of the ML-DSA-65 key. */
  readonly signingKeyHash: Uint8Array
  /** chain[0] 16 | t0 4 | interval 1. */
  readonly anchor: Uint8Array
}

const kemKeyBytes = mlKem(768).publicKeyBytes
const anchorAt = kemKeyBytes + 32
export const keyRecordBytes = anchorAt + 21

/** 32 bytes. */
export function addressOfRecord(record: KeyRecord): Uint8Array<ArrayBuffer> {
  return addressOf(kemKeyHash(record.kemKey), record.signingKeyHash, record.anchor)
}

/** 1237 bytes. */
export function encodeKeyRecord(record: KeyRecord): Uint8Array<ArrayBuffer> {
  return concat(record.kemKey, record.signingKeyHash, record.anchor)
}

/**
 * The parts are views of `bytes`. Throws `MESH_MALFORMED` for what is not the record of `address`.
 *
 * @param address 32 bytes; absent where the record is to tell it.
 * @see FIPS 203 §7.2
 */
export function decodeKeyRecord(bytes: Uint8Array, address?: Uint8Array): KeyRecord {
  if (bytes.length !== keyRecordBytes) throw malformed('key record', 'it has another length')
  const record = {
    kemKey: bytes.subarray(0, kemKeyBytes),
    signingKeyHash: bytes.subarray(kemKeyBytes, anchorAt),
    anchor: bytes.subarray(anchorAt),
  }
  if (address !== undefined && !constantTimeEqual(addressOfRecord(record), address)) {
    throw malformed('key record', 'it is of another address')
  }
  if (!mlKem(768).checkPublicKey(record.kemKey)) {
    throw malformed('key record', 'its key is no ML-KEM-768 key')
  }
  return record
}
