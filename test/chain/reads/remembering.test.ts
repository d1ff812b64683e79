import assert from 'node:assert/strict'

import { limits } from '../../../chain/reads/limits.ts'
import { remembering } from '../../../chain/reads/remembering.ts'
import type { StateSource } from '../../../chain/state/index.ts'

const address = new Uint8Array(20).fill(1)

function slot(index: number): Uint8Array {
  const bytes = new Uint8Array(32)
  new DataView(bytes.buffer).setUint32(28, index)
  return bytes
}

describe('a source that remembers', () => {
  it('looks once for each of the first slots, every time for the rest, and answers alike', () => {
    let looks = 0
    const source: StateSource = {
      isImmediate: true,
      account: () => undefined,
      storage: (_, key) => {
        looks++
        return key.slice(28)
      },
      slots: () => Promise.resolve([]),
      code: () => new Uint8Array(0),
      key: () => undefined,
      blob: () => undefined,
    }
    const most = limits.rememberedSlots.value
    const remembered = remembering(source)
    for (const round of [1, 2]) {
      for (let index = 0; index <= most; index++) {
        assert.deepEqual(remembered.storage(address, slot(index)), slot(index).slice(28))
      }
      assert.equal(looks, most + round)
    }
    assert.deepEqual(remembered.storage(new Uint8Array(20), slot(0)), new Uint8Array(4))
    assert.equal(looks, most + 3)
  })
})
