/** Who may do what: direct calls, proofs of possession, signatures under an account's key. */
import { equal, Fault, hex } from '#base'
import { keccak256, keyHash, mlDsa } from '#crypto'
import {
  type Algorithm,
  algorithms,
  contexts,
  foreignMessage,
  isAlgorithm,
  keyHashAddress,
  rotatePreimage,
} from '#protocol'

import { type KeyTable, PrecompileRevert, type PrecompileView } from '../plugin.ts'
import { AccountRecord, field } from './record.ts'

export interface PublicKey {
  readonly algorithm: Algorithm
  readonly publicKey: Uint8Array
}

/** The caller's record, in a call that the transaction itself makes. */
export function ownRecord(view: PrecompileView): AccountRecord {
  const direct = view.depth === 0 && !view.isStatic && equal(view.caller, view.origin)
  if (!direct) throw new PrecompileRevert('accounts: not a direct call')
  return new AccountRecord(view, view.caller)
}

/** The key named by two arguments. */
export function keyArgument(algorithm: bigint, publicKey: Uint8Array): PublicKey {
  const number = Number(algorithm)
  if (!isAlgorithm(number)) throw new PrecompileRevert('accounts: unknown algorithm')
  if (publicKey.length !== algorithms[number].publicKeyBytes) {
    throw new PrecompileRevert('accounts: wrong key length')
  }
  return { algorithm: number, publicKey }
}

/** The keyHash of a new key whose holder signed that it shall be the account's. */
export function provenKeyHash(
  view: PrecompileView,
  { account }: AccountRecord,
  changes: bigint,
  key: PublicKey,
  proof: Uint8Array,
): Uint8Array {
  const newKeyHash = keyHash(key.algorithm, key.publicKey)
  const change = { networkId: view.networkId, account, changes, newKeyHash }
  const message = keccak256(rotatePreimage(change))
  if (!mlDsa(key.algorithm).verify(key.publicKey, message, proof, contexts.key)) {
    throw new PrecompileRevert('accounts: proof of possession fails')
  }
  return newKeyHash
}

/** Whether `key` speaks for the account of `record` now: rule S3. */
export function isKeyOf(record: AccountRecord, hash: Uint8Array): boolean {
  const registered = record.word(field.keyHash)
  return isUnset(registered) ? equal(keyHashAddress(hash), record.account) : equal(hash, registered)
}

export function signedForeign(
  view: PrecompileView,
  { algorithm, publicKey }: PublicKey,
  hash: Uint8Array,
  signature: Uint8Array,
): boolean {
  const message = foreignMessage(view.networkId, hash)
  return mlDsa(algorithm).verify(publicKey, message, signature, contexts.foreign)
}

/** The key of a record, which is in the key table of every node that has the record. */
export function registeredKey(view: PrecompileView, registered: Uint8Array): PublicKey {
  const key = keyTable(view).get(registered)
  if (key === undefined || !isAlgorithm(key.algorithm)) {
    throw new Fault(
      { code: 'STATE_MISSING_BYTES', kind: 'key', key: hex(registered) },
      'fetch the key by its hash: a record never stands without it',
    )
  }
  return { algorithm: key.algorithm, publicKey: key.publicKey }
}

export function keyTable(view: PrecompileView): KeyTable {
  if (view.keys === undefined) {
    throw new Fault({ code: 'PRECOMPILE_NO_KEY_TABLE' }, 'give the account registry the key table')
  }
  return view.keys
}

/** Whether a stored hash stands for nothing. */
export function isUnset(word: Uint8Array): boolean {
  return word.every((byte) => byte === 0)
}
