import assert from 'node:assert/strict'

import { createMPT } from '@ethereumjs/mpt'

import { isFault } from '#base'

import { emptyRoot } from '../../../chain/state/account.ts'
import { orderedRoot } from '../../../chain/state/index.ts'
import { Trie } from '../../../chain/state/trie.ts'
import { Seeded } from '../../seeded.ts'

const isMissing = (error: unknown) => isFault(error, 'STATE_MISSING_BYTES')

/** A trie, the nodes it stored, and the trie of ethereumjs beside it. */
class Twins {
  readonly nodes = new Map<string, Uint8Array>()
  readonly load = (path: Uint8Array, depth: number) =>
    this.nodes.get(path.subarray(0, depth).toHex())
  readonly other = createMPT({})
  trie = new Trie(this.load, emptyRoot)

  async put(key: Uint8Array, value: Uint8Array): Promise<void> {
    this.trie.put(key, value)
    await (await this.other).put(key, value)
  }

  async delete(key: Uint8Array): Promise<void> {
    this.trie.delete(key)
    await (await this.other).del(key)
  }

  async check(): Promise<void> {
    assert.equal(this.trie.root().toHex(), (await this.other).root().toHex())
  }

  store(): void {
    for (const { path, before, after } of this.trie.changes()) {
      const key = path.toHex()
      assert.deepEqual(this.nodes.get(key), before)
      if (after === undefined) this.nodes.delete(key)
      else this.nodes.set(key, after)
    }
  }
}

function clusteredKeys(dice: Seeded, length: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, () => {
    const key = new Uint8Array(length)
    if (dice.oneIn(2)) key.set(dice.bytes(length))
    else key[length - 1] = dice.below(256)
    if (dice.oneIn(3)) key[0] = dice.below(3)
    return key
  })
}

describe('The Merkle-Patricia trie', () => {
  for (const length of [1, 2, 3, 20, 32]) {
    it(`has the root of ethereumjs after random rounds with keys of ${length} bytes`, async () => {
      for (let seed = 0; seed < 6; seed++) {
        const dice = new Seeded(seed * 100 + length)
        const twins = new Twins()
        const keys = clusteredKeys(dice, length, 50)
        for (let round = 0; round < 25; round++) {
          for (let step = dice.below(20); step > 0; step--) {
            const key = dice.pick(keys)
            if (dice.oneIn(3)) await twins.delete(key)
            else await twins.put(key, dice.bytes(1 + dice.below(dice.oneIn(2) ? 3 : 60)))
            if (dice.oneIn(8)) await twins.check()
          }
          await twins.check()
          if (dice.oneIn(2)) continue
          twins.store()
          twins.trie.sealed(dice.below(5))
          if (dice.oneIn(3)) twins.trie = new Trie(twins.load, twins.trie.root())
        }
      }
    })
  }

  it('leaves in the store exactly the nodes that a trie built anew would store', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const dice = new Seeded(seed)
      const twins = new Twins()
      const keys = clusteredKeys(dice, 3, 60)
      const values = new Map<string, Uint8Array>()
      for (let round = 0; round < 20; round++) {
        for (let step = dice.below(25); step > 0; step--) {
          const key = dice.pick(keys)
          const value = dice.bytes(1 + dice.below(40))
          if (dice.oneIn(2)) {
            twins.trie.delete(key)
            values.delete(key.toHex())
          } else {
            twins.trie.put(key, value)
            values.set(key.toHex(), value)
          }
        }
        if (dice.oneIn(7)) {
          twins.trie.clear()
          values.clear()
        }
        twins.store()
        twins.trie.sealed(dice.below(4))
        const anew = new Trie(() => undefined, emptyRoot)
        for (const [key, value] of values) anew.put(Uint8Array.fromHex(key), value)
        const expected = anew.changes().map(({ path, after }) => [path.toHex(), after])
        assert.deepEqual(new Map(twins.nodes), new Map(expected as [string, Uint8Array][]))
      }
    }
  })

  it('forgets on discard everything since it was sealed', async () => {
    const dice = new Seeded(1)
    const twins = new Twins()
    for (let step = 0; step < 40; step++) await twins.put(dice.bytes(4), dice.bytes(40))
    twins.store()
    twins.trie.sealed(2)
    for (let step = 0; step < 40; step++) twins.trie.put(dice.bytes(4), dice.bytes(40))
    twins.trie.root()
    twins.trie.clear()
    twins.trie.discard()
    await twins.check()
    assert.deepEqual(twins.trie.changes(), [])
  })

  it('reports no change when every value returned to what it was', async () => {
    const dice = new Seeded(2)
    const twins = new Twins()
    const keys = Array.from({ length: 30 }, () => dice.bytes(4))
    for (const key of keys) await twins.put(key, key)
    twins.store()
    twins.trie.sealed(1)
    for (const key of keys) twins.trie.delete(key)
    assert.equal(twins.trie.root(), emptyRoot)
    for (const key of keys.toReversed()) twins.trie.put(key, key)
    assert.deepEqual(twins.trie.changes(), [])
  })

  it('says STATE_MISSING_BYTES for a node that is lost or damaged', async () => {
    const dice = new Seeded(3)
    const twins = new Twins()
    const keys = Array.from({ length: 30 }, () => dice.bytes(4))
    for (const key of keys) await twins.put(key, dice.bytes(40))
    twins.store()
    for (const [place, node] of Array.from(twins.nodes)) {
      for (const wrong of [undefined, node.toReversed()]) {
        if (wrong === undefined) twins.nodes.delete(place)
        else twins.nodes.set(place, wrong)
        const trie = new Trie(twins.load, twins.trie.root())
        assert.throws(() => {
          for (const key of keys) trie.put(key, Uint8Array.of(1))
        }, isMissing)
      }
      twins.nodes.set(place, node)
    }
  })
})

describe('The root over a list', () => {
  it('is the root of ethereumjs for lists of every length up to 300', async () => {
    const dice = new Seeded(4)
    const other = await createMPT({})
    const values: Uint8Array[] = []
    assert.equal(orderedRoot([]).toHex(), emptyRoot.toHex())
    for (let index = 0; index < 300; index++) {
      const value = dice.bytes(1 + dice.below(100))
      values.push(value)
      await other.put(rlpOf(index), value)
      assert.equal(orderedRoot(values).toHex(), other.root().toHex())
    }
  })
})

function rlpOf(index: number): Uint8Array {
  if (index === 0) return Uint8Array.of(0x80)
  if (index < 128) return Uint8Array.of(index)
  return index < 256 ? Uint8Array.of(0x81, index) : Uint8Array.of(0x82, index >> 8, index & 255)
}
