import { Address } from '@ethereumjs/util'

import { empty, equal, padLeft } from '#base'
import type { Reader } from '#storage'

import { emptyCodeHash, headSource, type MaybePromise, type State } from '../state/index.ts'
import type { AccountFacts, RegisteredKey, StateView } from './view.ts'

/** The state with the changes of the block under way. */
export function stateView(state: State): StateView {
  return {
    account: (address) => facts(state.accountNow(new Address(address))),
    word: (address, slot) => padLeft(state.storageNow(new Address(address), slot) ?? empty, 32),
    publicKey: (keyHash) => key(state.keys.now(keyHash)),
  }
}

/** The state of head. */
export function headView(reader: Reader): StateView {
  const source = headSource(reader)
  return {
    account: (address) => facts(now(source.account(address))),
    word: (address, slot) => padLeft(now(source.storage(address, slot)), 32),
    publicKey: (keyHash) => key(now(source.key(keyHash))),
  }
}

function facts(
  account:
    | { readonly nonce: bigint; readonly balance: bigint; readonly codeHash: Uint8Array }
    | null
    | undefined,
): AccountFacts | undefined {
  if (account === undefined || account === null) return undefined
  const { nonce, balance, codeHash } = account
  return { nonce, balance, hasCode: !equal(codeHash, emptyCodeHash) }
}

function key(bytes: Uint8Array | null | undefined): RegisteredKey | undefined {
  if (bytes === undefined || bytes === null) return undefined
  return { algorithm: bytes[0] ?? 0, publicKey: bytes.subarray(1) }
}

function now<Value>(value: MaybePromise<Value>): Value {
  if (value instanceof Promise) throw new TypeError('the head source answers at once')
  return value
}
