/**
 * What account keys hash and sign. Every function gives a preimage: the caller hashes it with
 * keccak256, since no algorithm lives on this floor.
 *
 * @see PIP-0002
 */
import { concat, Fault, fixed, padLeft, utf8 } from '#base'

import { type Algorithm, algorithms } from './algorithms.ts'

/** `algorithm || publicKey`, whose keccak256 is the keyHash. */
export function keyHashPreimage(
  algorithm: Algorithm,
  publicKey: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const expected = algorithms[algorithm].publicKeyBytes
  if (publicKey.length !== expected) {
    throw new Fault(
      { code: 'KEY_LENGTH', bytes: publicKey.length, expected },
      `give a public key of ${algorithms[algorithm].name}`,
    )
  }
  return concat(Uint8Array.of(algorithm), publicKey)
}

/** The address of an account without a record: the last 20 bytes of its keyHash. */
export function keyHashAddress(keyHash: Uint8Array): Uint8Array {
  return checked(keyHash, 32).subarray(12)
}

/** The slots of an account's record in the storage of `systemAddresses.accounts`, by index. */
export const recordSlots = {
  /** R: the keyHash, zero without a record. */
  keyHash: 0n,
  /** c: how often the key has changed. */
  changes: 1n,
} as const

/**
 * `account, left-padded to 32 bytes || index, big-endian in 32 bytes`, whose keccak256 is the slot of
 * a record in `systemAddresses.accounts`, and with a nonceKey for index that of the lane's next nonce in
 * `systemAddresses.nonces`.
 *
 * @see EIP-8250
 */
export function slotPreimage(account: Uint8Array, index: bigint): Uint8Array<ArrayBuffer> {
  return concat(padLeft(checked(account, 20), 32), fixed(index, 32))
}

/** A change of an account's key. */
export interface KeyChange {
  /** G, 32 bytes. */
  readonly networkId: Uint8Array
  /** 20 bytes. */
  readonly account: Uint8Array
  /** c before this change. */
  readonly changes: bigint
  /** 32 bytes. */
  readonly newKeyHash: Uint8Array
}

/** Signed by the new key, under `contexts.key`, hashed: it is held by who installs it. */
export function rotatePreimage(change: KeyChange): Uint8Array<ArrayBuffer> {
  return changePreimage('rotate', change)
}

/** Signed by the recovery key, under `contexts.key`, hashed. */
export function recoverPreimage(change: KeyChange): Uint8Array<ArrayBuffer> {
  return changePreimage('recover', change)
}

/** `action in ASCII || G (32) || account (20) || c (32, big-endian) || newKeyHash (32)`. */
function changePreimage(
  action: 'rotate' | 'recover',
  { networkId, account, changes, newKeyHash }: KeyChange,
): Uint8Array<ArrayBuffer> {
  return concat(
    utf8(action),
    checked(networkId, 32),
    checked(account, 20),
    fixed(changes, 32),
    checked(newKeyHash, 32),
  )
}

function checked(bytes: Uint8Array, expected: number): Uint8Array {
  if (bytes.length === expected) return bytes
  throw new Fault({ code: 'KEY_LENGTH', bytes: bytes.length, expected }, `give ${expected} bytes`)
}
