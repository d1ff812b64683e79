/**
 * State as running code sees it, between two instructions: at once, or by throwing Suspend with the
 * promise that brings it.
 */
import type { Account, Address } from '@ethereumjs/util'

import { emptyCodeHash, type State } from '../state/index.ts'
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
  const key = state.keyNow(keyHash)
  if (key === undefined) throw new Suspend(state.key(keyHash))
  return key === null ? undefined : { algorithm: key[0] ?? 0, publicKey: key.slice(1) }
}

/** @see EIP-161 */
export function isEmpty(account: Account | undefined): boolean {
  return account === undefined || account.isEmpty()
}
