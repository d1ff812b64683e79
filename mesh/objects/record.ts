import { concat, fixed, utf8 } from '#base'

import type { Entry } from './table.ts'

const idBytes = 32
/** `kind1 | rank1 | size4 | received4 | expires4 | scope8 | source8`. */
const recordBytes = 30

const contentPrefix = utf8('o/')
const recordPrefix = utf8('m/')
/** A secret of this store, by which it labels those who bring objects. */
export const saltKey = utf8('s/salt')

/** Under which `kind1 | body` stands. */
export function contentKey(id: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(contentPrefix, id)
}

/** Under which an entry stands: all of them are read at start, without their bodies. */
export function recordKey(id: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(recordPrefix, id)
}

export const recordRange = { gte: recordPrefix, lt: utf8('m0') } as const

export function encodeRecord(entry: Entry): Uint8Array<ArrayBuffer> {
  return concat(
    Uint8Array.of(entry.kind, entry.rank),
    fixed(entry.size, 4),
    fixed(entry.received, 4),
    fixed(entry.expires, 4),
    entry.scope,
    entry.source,
  )
}

/** Undefined for what this release did not write. */
export function decodeRecord(key: Uint8Array, value: Uint8Array): Entry | undefined {
  if (key.length !== recordPrefix.length + idBytes || value.length !== recordBytes) return undefined
  const view = new DataView(value.buffer, value.byteOffset, value.length)
  return {
    id: key.subarray(recordPrefix.length),
    kind: view.getUint8(0),
    rank: view.getUint8(1),
    size: view.getUint32(2),
    received: view.getUint32(6),
    expires: view.getUint32(10),
    scope: value.subarray(14, 22),
    source: value.subarray(22, 30),
  }
}
