import assert from 'node:assert/strict'

import { createMPT } from '@ethereumjs/mpt'
import { MerkleStateManager } from '@ethereumjs/statemanager'
import { Account } from '@ethereumjs/util'
import * as fc from 'fast-check'

import { openMemory, type Store } from '#storage'

import { headState } from '../../../chain/state/index.ts'
import { Seeded } from '../../seeded.ts'
import {
  addresses,
  buildState,
  change,
  compareState,
  copyModel,
  type Model,
  seal,
  slots,
} from './blocks.ts'

/** Every flat entry and node: without old values and lists. */
async function flat(store: Store): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for await (const [key, value] of store.entries({
    gte: Uint8Array.of(0),
    lt: Uint8Array.of(0xff),
  })) {
    if (!'uvc'.includes(String.fromCharCode(key[0] ?? 0))) found.set(key.toHex(), value.toHex())
  }
  return found
}

const often = (step: string, times: number) => Array.from({ length: times }, () => step)
const rare = ['commit', 'commit', 'revert', 'revert', 'seal', 'seal', 'discard']

describe('The state under random changes', () => {
  it('is at every step what a plain model is, through checkpoints, roots, seals and discards', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.constantFrom(
            ...often('change', 8),
            ...often('checkpoint', 3),
            ...often('root', 2),
            ...rare,
          ),
          { minLength: 20, maxLength: 120 },
        ),
        fc.nat(),
        async (steps, seed) => {
          const dice = new Seeded(seed)
          const store = openMemory()
          const state = headState(store)
          let model: Model = new Map()
          let sealed: Model = new Map()
          let saved: Model[] = []
          let height = 0n
          for (const step of steps) {
            if (step === 'change') {
              for (let count = dice.below(6); count >= 0; count--) await change(dice, state, model)
            } else if (step === 'checkpoint') {
              await state.checkpoint()
              saved.push(copyModel(model))
            } else if (step === 'commit' && saved.length > 0) {
              await state.commit()
              saved.pop()
            } else if (step === 'revert' && saved.length > 0) {
              await state.revert()
              model = saved.pop() ?? model
            } else if (step === 'root') {
              const anew = await buildState(model)
              assert.equal(state.root().toHex(), anew.root().toHex())
            } else if (step === 'seal' && saved.length === 0) {
              await seal(store, state, height++)
              sealed = copyModel(model)
            } else if (step === 'discard') {
              state.discard()
              model = copyModel(sealed)
              saved = []
            }
          }
          await compareState(state, model)
          while (saved.length > 0) {
            await state.revert()
            model = saved.pop() ?? model
          }
          await compareState(state, model)
          await seal(store, state, height)
          const anew = await buildState(model)
          const fresh = openMemory()
          await seal(fresh, anew, 0n)
          assert.deepEqual(await flat(store), await flat(fresh))
          await compareState(headState(store), model)
        },
      ),
      { numRuns: 200 },
    )).timeout(60_000)

  it('has after every block the root of ethereumjs', async () => {
    for (let seed = 0; seed < 3; seed++) {
      const dice = new Seeded(seed)
      const store = openMemory()
      let state = headState(store)
      const other = new MerkleStateManager({ trie: await createMPT({ useKeyHashing: true }) })
      for (let height = 0n; height < 25n; height++) {
        for (let step = dice.below(30); step >= 0; step--) {
          const address = dice.pick(addresses)
          const kind = dice.below(10)
          const exists = (await other.getAccount(address)) !== undefined
          const slot = dice.pick(slots)
          const bytes = dice.bytes(dice.below(33))
          for (const each of [state, other]) {
            if (!exists || kind === 0) {
              const account = (await each.getAccount(address)) ?? new Account()
              account.balance += BigInt(bytes.length + 1)
              await each.putAccount(address, account)
            } else if (kind === 1) {
              // ethereumjs gives a deleted account its old storage back when it is created again.
              if (each === other) await each.clearStorage(address)
              await each.deleteAccount(address)
            } else if (kind === 2) await each.putCode(address, bytes)
            else if (kind === 3) await each.clearStorage(address)
            else await each.putStorage(address, slot, bytes)
          }
        }
        assert.equal(state.root().toHex(), (await other.getStateRoot()).toHex())
        await seal(store, state, height)
        if (dice.oneIn(4)) state = headState(store)
      }
    }
  }).timeout(30_000)
})
