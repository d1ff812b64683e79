import assert from 'node:assert/strict'

import { Account, Address } from '@ethereumjs/util'

import { keccak256 } from '#crypto'
import type { Store } from '#storage'

import { headState, type State } from '../../../chain/state/index.ts'
import type { Seeded } from '../../seeded.ts'
import { FaultStore } from '../../storage/fault-store.ts'

/** One account of the model: plain values, copied whole for every height. */
interface ModelAccount {
  nonce: bigint
  balance: bigint
  code: Uint8Array
  slots: Map<string, Uint8Array>
}
export type Model = Map<string, ModelAccount>

export const addresses = Array.from(
  { length: 12 },
  (_, index) => new Address(keccak256(Uint8Array.of(index)).slice(0, 20)),
)
export const slots = Array.from({ length: 9 }, (_, index) => {
  const slot = new Uint8Array(32)
  slot[31] = index
  if (index > 5) slot.fill(0xff, 0, 31)
  if (index === 8) slot.fill(0xff)
  return slot
})

export function copyModel(model: Model): Model {
  const copied = Array.from(model, ([address, account]): [string, ModelAccount] => [
    address,
    { ...account, slots: new Map(account.slots) },
  ])
  return new Map(copied)
}

/** One random change of both. */
export async function change(dice: Seeded, state: State, model: Model): Promise<void> {
  const address = dice.pick(addresses)
  const name = address.bytes.toHex()
  const account = model.get(name)
  if (account === undefined || dice.oneIn(4)) {
    const [nonce, balance] = [BigInt(dice.below(5)), BigInt(dice.below(1000))]
    const given = (await state.getAccount(address)) ?? new Account()
    given.nonce = nonce
    given.balance = balance
    await state.putAccount(address, given)
    model.set(name, { code: new Uint8Array(0), slots: new Map(), ...account, nonce, balance })
    return
  }
  const kind = dice.below(12)
  if (kind === 0) {
    await state.deleteAccount(address)
    model.delete(name)
  } else if (kind === 1) {
    await state.clearStorage(address)
    account.slots.clear()
  } else if (kind === 2) {
    account.code = dice.bytes(dice.below(40))
    await state.putCode(address, account.code)
  } else {
    const slot = dice.pick(slots)
    const value = dice.oneIn(3)
      ? new Uint8Array(0)
      : Uint8Array.of(1 + dice.below(255), dice.below(256))
    await state.putStorage(address, slot, value)
    if (value.length === 0) account.slots.delete(slot.toHex())
    else account.slots.set(slot.toHex(), value)
  }
}

/** Every account, slot and code of `state` is that of `model`. */
export async function compareState(state: State, model: Model): Promise<void> {
  for (const address of addresses) {
    const expected = model.get(address.bytes.toHex())
    const account = await state.getAccount(address)
    assert.equal(account?.nonce, expected?.nonce)
    assert.equal(account?.balance, expected?.balance)
    assert.deepEqual(await state.getCode(address), expected?.code ?? new Uint8Array(0))
    for (const slot of slots) {
      const value = expected?.slots.get(slot.toHex()) ?? new Uint8Array(0)
      assert.deepEqual(await state.getStorage(address, slot), value)
    }
  }
}

/** A state that holds `model` and nothing else, built from nothing. */
export async function buildState(model: Model): Promise<State> {
  const state = headState(new FaultStore())
  for (const [name, account] of model) {
    const address = new Address(Uint8Array.fromHex(name))
    await state.putAccount(address, new Account(account.nonce, account.balance))
    if (account.code.length > 0) await state.putCode(address, account.code)
    for (const [slot, value] of account.slots) {
      await state.putStorage(address, Uint8Array.fromHex(slot), value)
    }
  }
  return state
}

/** Writes a block and tells the state so. */
export async function seal(
  store: Store,
  state: State,
  height: bigint,
  options: { readonly history?: boolean; readonly sync?: boolean } = {},
): Promise<void> {
  const { history = true, sync = true } = options
  await store.write(state.changes({ height, history }), { sync })
  state.sealed()
}
