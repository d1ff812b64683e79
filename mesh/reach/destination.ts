import { concat, fixed, utf8 } from '#base'

import { labelBytes } from '../cell.ts'
import { malformed } from '../faults.ts'
import { meshHash } from '../hash.ts'
import { chainBytes, epochs } from './chain.ts'

export const addressBytes = 32
export const anchorBytes = 21
export const nameHashBytes = 16

/** Where a hash chain begins: `value16 | start4 | interval1`. */
export interface Anchor {
  /** 16 bytes: of epoch 0. */
  readonly value: Uint8Array
  /** Seconds since 1970, when epoch 1 begins. */
  readonly start: number
  /** Minutes, 1..255. */
  readonly interval: number
}

/** What an address commits to, and which destination of it is meant. */
export interface Destination {
  /** 32 bytes. */
  readonly address: Uint8Array
  /** 32 bytes: H("kem-key", 32, ML-KEM-768 public key). */
  readonly kemHash: Uint8Array
  /** 32 bytes: H("sig-key", 32, ML-DSA-65 public key). */
  readonly sigHash: Uint8Array
  /** 21 bytes: `encodeAnchor`. */
  readonly anchor: Uint8Array
  /** 16 bytes; absent for the address itself. */
  readonly nameHash?: Uint8Array | undefined
}

/** H("kem-key", 32, publicKey). @param publicKey Of ML-KEM-768, 1184 bytes. */
export function kemKeyHash(publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  return meshHash('kem-key', 32, publicKey)
}

/** H("sig-key", 32, publicKey). @param publicKey Of ML-DSA-65, 1952 bytes. */
export function sigKeyHash(publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  return meshHash('sig-key', 32, publicKey)
}

/** H("addr", 32, kemHash, sigHash, anchor), where the first two are those of `Destination`. */
export function addressOf(
  kemHash: Uint8Array,
  sigHash: Uint8Array,
  anchor: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return meshHash('addr', addressBytes, kemHash, sigHash, anchor)
}

/** H("name", 16, UTF-8 of the name): what tells the destinations of one address apart. */
export function nameHashOf(name: string): Uint8Array<ArrayBuffer> {
  return meshHash('name', nameHashBytes, utf8(name.normalize('NFC')))
}

/** 32 bytes: the address itself, or H("dest", 32, address, nameHash). */
export function destinationHash(address: Uint8Array, nameHash?: Uint8Array): Uint8Array {
  return nameHash === undefined ? address : meshHash('dest', addressBytes, address, nameHash)
}

/** 16 bytes: what cells carry. It routes and proves nothing; ends compare all 32 bytes. */
export function labelOf(destination: Uint8Array): Uint8Array {
  return destination.subarray(0, labelBytes)
}

export function encodeAnchor(anchor: Anchor): Uint8Array<ArrayBuffer> {
  return concat(anchor.value, fixed(anchor.start, 4), Uint8Array.of(anchor.interval))
}

/** @param bytes 21. The value is a view of them. Throws `MESH_MALFORMED`. */
export function decodeAnchor(bytes: Uint8Array): Anchor {
  if (bytes.length !== anchorBytes) throw malformed('anchor', 'it has another length')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const interval = view.getUint8(20)
  if (interval === 0) throw malformed('anchor', 'its interval is zero')
  return { value: bytes.subarray(0, chainBytes), start: view.getUint32(chainBytes), interval }
}

/**
 * That `now` falls in: 1 for the first, since the value of 0 is public; below 1 before the start and
 * above `epochs` after the end.
 *
 * @param now Milliseconds since 1970.
 */
export function epochAt(anchor: Anchor, now: number): number {
  return Math.floor((now - anchor.start * 1000) / (anchor.interval * 60_000)) + 1
}

/** Milliseconds since 1970, when the last value of the chain is used up. */
export function endOf(anchor: Anchor): number {
  return anchor.start * 1000 + epochs * anchor.interval * 60_000
}
