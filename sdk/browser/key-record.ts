import { Fault, type Hex } from '#base'
import { type Algorithm, isAlgorithm } from '#protocol'

import type { PlatformKey, PlatformKeyPair } from '../web-crypto.ts'

interface Facts {
  readonly format: typeof recordFormat
  readonly address: Hex
  readonly algorithm: Algorithm
  readonly label: string
}

/** The platform has the secret and signs. */
export interface PlatformRecord extends Facts {
  readonly keeper: 'platform'
  readonly keyPair: PlatformKeyPair
}

/** The seed, sealed under a key that the platform does not export; the page signs. */
export interface PageRecord extends Facts {
  readonly keeper: 'page'
  readonly wrappingKey: PlatformKey
  readonly iv: Uint8Array
  readonly sealed: Uint8Array
}

export type KeyRecord = PageRecord | PlatformRecord

export const recordFormat = 1

/** Throws `SDK_KEYS_DAMAGED` for what this release has not written, or can no longer read. */
export function parseRecord(value: unknown, address: string): KeyRecord {
  const record = (value ?? {}) as Readonly<Record<string, unknown>>
  const { format, algorithm, label, keeper } = record
  const isRecord =
    format === recordFormat &&
    record['address'] === address &&
    typeof algorithm === 'number' &&
    isAlgorithm(algorithm) &&
    typeof label === 'string'
  const { wrappingKey, iv, sealed } = record
  const pair = (record['keyPair'] ?? {}) as Partial<PlatformKeyPair>
  const isKept = keeper === 'platform' && isKey(pair.privateKey) && isKey(pair.publicKey)
  const isSealed =
    keeper === 'page' &&
    isKey(wrappingKey) &&
    iv instanceof Uint8Array &&
    sealed instanceof Uint8Array
  if (isRecord && (isKept || isSealed)) return value as KeyRecord
  throw damaged(address)
}

export function damaged(address: string, cause?: unknown): Fault {
  return new Fault(
    { code: 'SDK_KEYS_DAMAGED', address },
    'the stored key is not whole or this browser no longer reads it: open it in the browser that made it, or make it anew from its phrase or seed, or recover the account by its recovery key',
    { cause },
  )
}

function isKey(value: unknown): value is PlatformKey {
  return typeof value === 'object' && value !== null && 'algorithm' in value
}
