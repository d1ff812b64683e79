/**
 * State as running code sees it, between two instructions: at once, or by throwing Suspend with the
 * promise that brings it.
 */
import type { Account, Address } from '@ethereumjs/util'

import { emptyCodeHash, missing, type State } from '../state/index.ts'
import { Suspend } from './suspend.ts'

/** Undefined when there is no such account. */
export function accountNow(state: State, address: Address): Account | undefined {
  const account = state.accountNow(address)
  if (account === undefined) throw new Suspend(state.getAccount(address))
  return account ?? undefined
}

/** Without leading zeros. */
export function slotNow(state: State, address: Address, slot: Uint8Array): Uint8Array {
  const value = state.storageNow(address, slot)
  if (value === undefined) throw new Suspend(state.getStorage(address, slot))
  return value
}

/** The value at the start of the transaction. */
export function originalNow(state: State, address: Address, slot: Uint8Array): Uint8Array {
  const value = state.originalNow(address, slot)
  if (value === undefined) throw new Suspend(state.getStorage(address, slot))
  return value
}

export function codeNow(state: State, address: Address): Uint8Array {
  const code = state.codeNow(address)
  if (code === undefined) throw new Suspend(state.getCode(address))
  return code
}

export function codeHashNow(state: State, address: Address): Uint8Array {
  return accountNow(state, address)?.codeHash ?? emptyCodeHash
}

/** Undefined when nobody registered it. */
export function keyNow(
  state: State,
  keyHash: Uint8Array,
): { readonly algorithm: number; readonly publicKey: Uint8Array } | undefined {
  const key = state.keys.now(keyHash)
  if (key === undefined) throw new Suspend(state.keys.get(keyHash))
  return key === null ? undefined : { algorithm: key[0] ?? 0, publicKey: key.slice(1) }
}

/** Throws `STATE_MISSING_BYTES`: whoever names a blob has found its hash in the state. */
export function blobNow(state: State, hash: Uint8Array): Uint8Array {
  const blob = state.blobs.now(hash)
  if (blob === undefined) throw new Suspend(state.blobs.get(hash))
  if (blob === null) throw missing('blob', hash)
  return blob.slice()
}

/** @see EIP-161 */
export function isEmpty(account: Account | undefined): boolean {
  return account === undefined || account.isEmpty()
}
