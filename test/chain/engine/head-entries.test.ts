import assert from 'node:assert/strict'

import { fixed } from '#base'

import { headEntries } from '../../../chain/engine/head-entries.ts'
import { limits } from '../../../chain/engine/limits.ts'
import type { StateSource } from '../../../chain/state/index.ts'

const address = (index: number): Uint8Array => fixed(index, 20)

describe('entries of the head', () => {
  const asked: string[] = []
  const source = {
    account(of: Uint8Array) {
      asked.push(of.toHex())
      return of[19] === 0 ? undefined : { balance: BigInt(of[19] ?? 0), nonce: 7n }
    },
  } as unknown as StateSource
  beforeEach(() => void (asked.length = 0))

  it('are looked up once, absent ones too', () => {
    const entries = headEntries(source)
    for (let time = 0; time < 3; time++) {
      assert.deepEqual([entries.balance(address(5)), entries.nonce(address(5))], [5n, 7n])
      assert.deepEqual([entries.balance(address(0)), entries.nonce(address(0))], [0n, 0n])
    }
    assert.deepEqual(asked, [address(5).toHex(), address(0).toHex()])
  })

  it('are remembered up to a number, and found beyond it', () => {
    const entries = headEntries(source)
    const most = limits.headAccounts.value
    for (let index = 0; index < most; index++) entries.balance(address(index))
    const other = address(most + 9)
    assert.equal(entries.balance(other), entries.balance(other))
    assert.equal(asked.length, most + 2)
  })
})
