/** What the state names by hash: code, public keys, blobs. A node that lacks one asks its peers. */
import { equal, isFault, unhex } from '#base'
import { keccak256, sha3_256 } from '#crypto'
import type { Change, Reader } from '#storage'

import { put } from '../block/layout.ts'
import { blobKey, codeKey, publicKeyKey } from '../state/index.ts'

const kinds = {
  code: { hash: keccak256, key: codeKey },
  key: { hash: keccak256, key: publicKeyKey },
  blob: { hash: sha3_256, key: blobKey },
} as const

export type ContentKind = keyof typeof kinds
export const contentKinds = Object.keys(kinds) as readonly ContentKind[]

export interface Content {
  readonly kind: ContentKind
  /** 32 bytes: Keccak-256, of a blob SHA3-256. */
  readonly hash: Uint8Array
}

/** Brings what a content's hash names; waits as long as nobody has it. Rejects once `signal` says so. */
export type ContentSource = (content: Content, signal: AbortSignal) => Promise<Uint8Array>

export function isContent({ kind, hash }: Content, bytes: Uint8Array): boolean {
  return equal(kinds[kind].hash(bytes), hash)
}

export function readContent(reader: Reader, { kind, hash }: Content): Uint8Array | undefined {
  return reader.get(kinds[kind].key(hash))
}

export function contentChange({ kind, hash }: Content, bytes: Uint8Array): Change {
  return put(kinds[kind].key(hash), bytes)
}

/** What execution ended for the lack of; undefined when it was something else. */
export function missingContent(error: unknown): Content | undefined {
  if (!isFault(error)) return undefined
  const { facts } = error as { readonly facts: Readonly<Record<string, unknown>> }
  const missing = isFault(error, 'EVM_HOST_FAULT') ? facts['missing'] : facts
  if (typeof missing !== 'object' || missing === null) return undefined
  const { code, kind, key } = missing as Readonly<Record<string, unknown>>
  const known = contentKinds.find((name) => name === kind)
  if (code !== 'STATE_MISSING_BYTES' || known === undefined) return undefined
  return typeof key === 'string' ? { kind: known, hash: unhex(key) } : undefined
}
