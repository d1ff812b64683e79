import { equal, padLeft } from '#base'
import type { Reader } from '#storage'
import { Address } from '@ethereumjs/util'

import { emptyCodeHash, headSource, type State } from '../state/index.ts'
import type { AccountFacts, StateView } from './view.ts'

/** The state with the changes of the block under way. */
export function stateView(state: State): StateView {
  return {
    account(address) {
      const account = immediate(state.accountNow(new Address(address)))
      return account === null ? undefined : facts(account)
    },
    word: (address, slot) => padLeft(immediate(state.storageNow(new Address(address), slot)), 32),
    publicKey: (keyHash) => publicKey(immediate(state.keyNow(keyHash)) ?? undefined),
  }
}

/** The state of head. */
export function headView(reader: Reader): StateView {
  const source = headSource(reader)
  return {
    account(address) {
      const record = now(source.account(address))
      return record === undefined ? undefined : facts(record)
    },
    word: (address, slot) => padLeft(now(source.storage(address, slot)), 32),
    publicKey: (keyHash) => publicKey(now(source.key(keyHash))),
  }
}

function publicKey(entry: Uint8Array | undefined): ReturnType<StateView['publicKey']> {
  if (entry === undefined) return undefined
  return { algorithm: entry[0] ?? 0, publicKey: entry.subarray(1) }
}

function facts(account: {
  readonly nonce: bigint
  readonly balance: bigint
  readonly codeHash: Uint8Array
}): AccountFacts {
  const { nonce, balance, codeHash } = account
  return { nonce, balance, hasCode: !equal(codeHash, emptyCodeHash) }
}

function immediate<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new TypeError('the state of head answers at once')
  return value
}

function now<Value>(value: Value | Promise<Value>): Value {
  if (value instanceof Promise) throw new TypeError('the head source answers at once')
  return value
}

