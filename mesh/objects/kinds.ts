import { meshHash } from '../hash.ts'

/** The most important first: where there is no room for all, the last goes first. */
export const priorities = ['emergency', 'high', 'normal'] as const
export type Priority = (typeof priorities)[number]

/** What a node does with the objects of one kind that others give it. */
export interface KindFacts {
  readonly name: string
  /** Bytes of the largest body. */
  readonly size: number
  /** Seconds that one is kept, at most. */
  readonly lifetime: number
  /** Never what the bringer says: a flood would be an emergency. */
  readonly priority: Priority
  /** Of the store's bytes and count, 0..1. */
  readonly share: number
}

export const kindNumbers = {
  transaction: 1,
  receipt: 2,
  certificate: 3,
  proof: 4,
  mail: 5,
  tile: 6,
  pip: 7,
  file: 8,
  /** Of spaces; kept as an unknown kind until they come. */
  vertex: 9,
  /** A mail item that its reader has: `id32 | opener16`. */
  collected: 10,
} as const

const day = 86_400

/** Kinds by their number. More may be added; what stands here never changes its meaning. */
export const kinds: ReadonlyMap<number, KindFacts> = new Map([
  [
    kindNumbers.transaction,
    { name: 'transaction', size: 131_072, lifetime: 90 * day, priority: 'high', share: 0.5 },
  ],
  [
    kindNumbers.receipt,
    { name: 'receipt', size: 65_536, lifetime: 90 * day, priority: 'high', share: 0.25 },
  ],
  [
    kindNumbers.certificate,
    { name: 'certificate', size: 524_288, lifetime: 90 * day, priority: 'high', share: 0.25 },
  ],
  [
    kindNumbers.proof,
    { name: 'proof', size: 65_536, lifetime: 30 * day, priority: 'normal', share: 0.25 },
  ],
  [
    kindNumbers.mail,
    { name: 'mail', size: 65_536, lifetime: 30 * day, priority: 'normal', share: 0.5 },
  ],
  [
    kindNumbers.tile,
    { name: 'tile', size: 1_048_576, lifetime: 365 * day, priority: 'normal', share: 0.5 },
  ],
  [
    kindNumbers.pip,
    { name: 'pip', size: 131_072, lifetime: 365 * day, priority: 'normal', share: 0.25 },
  ],
  [
    kindNumbers.file,
    { name: 'file', size: 1_048_576, lifetime: 90 * day, priority: 'normal', share: 0.5 },
  ],
  [
    kindNumbers.collected,
    { name: 'collected', size: 48, lifetime: 31 * day, priority: 'normal', share: 0.25 },
  ],
])

/** A kind that this release does not know is carried on, in little room. */
export const unknownKind: KindFacts = {
  name: 'unknown',
  size: 65_536,
  lifetime: 7 * day,
  priority: 'normal',
  share: 1 / 32,
}

/** 32 bytes: H("object", 32, kind1 | body). */
export function objectId(kind: number, body: Uint8Array): Uint8Array<ArrayBuffer> {
  return meshHash('object', 32, Uint8Array.of(kind), body)
}

/** 8 bytes: the set of all objects of one kind that nobody keeps apart. */
export function scopeOfKind(kind: number): Uint8Array<ArrayBuffer> {
  return meshHash('kind-scope', 8, Uint8Array.of(kind))
}
