import assert from 'node:assert/strict'

import { concat, empty, equal, isFault } from '#base'
import { decodeTransaction, encodeTransaction } from '#protocol'

import { keyHash, transfer } from './sample.ts'

const rounds = 120_000

/** xorshift32: the same mutations in every run. */
function sequence(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

const address = new Uint8Array(20).fill(0x66)
const seeds = [
  transfer({ algorithm: 0x44, key: keyHash }),
  transfer({ algorithm: 0x44, key: keyHash, to: new Uint8Array(0), data: new Uint8Array(60) }),
  transfer({
    algorithm: 0x44,
    key: keyHash,
    accessList: [
      [address, [keyHash, keyHash]],
      [address, []],
    ],
  }),
].map(encodeTransaction)

const telling = [0x00, 0x7f, 0x80, 0x81, 0xb7, 0xb8, 0xbf, 0xc0, 0xf7, 0xf8, 0xff]

/** Most changes fall where structure is: the first 300 bytes, all but keys and signatures. */
function mutate(wire: Uint8Array, next: (below: number) => number): Uint8Array {
  const at = next(next(8) === 0 ? wire.length : 300)
  const splice = (removed: number, inserted: Uint8Array) =>
    concat(wire.subarray(0, at), inserted, wire.subarray(at + removed))
  switch (next(6)) {
    case 0:
      return splice(1, Uint8Array.of(next(256)))
    case 1:
      return splice(1, Uint8Array.of((wire[at] ?? 0) ^ (1 << next(8))))
    case 2:
      return splice(1, empty)
    case 3:
      return splice(0, Uint8Array.of(next(256)))
    case 4:
      return splice(next(8), wire.subarray(next(300), next(300)))
    default:
      return splice(1, Uint8Array.of(telling[next(telling.length)] ?? 0))
  }
}

describe('the codec under mutation', () => {
  it(`accepts only canonical encodings and throws only faults, ${rounds} times`, function () {
    this.timeout(60_000)
    const next = sequence(0x50505050)
    let accepted = 0
    for (let round = 0; round < rounds; round++) {
      let wire: Uint8Array = seeds[round % seeds.length] ?? new Uint8Array(0)
      for (let count = 1 + next(3); count > 0; count--) wire = mutate(wire, next)
      try {
        const decoded = decodeTransaction(wire)
        assert.ok(equal(encodeTransaction(decoded), wire), wire.toHex())
        accepted++
      } catch (error) {
        if (!isFault(error) || !error.code.startsWith('TX_')) throw error
      }
    }
    assert.ok(accepted > rounds / 20, `only ${accepted} mutations were accepted`)
    assert.ok(accepted < rounds, 'no mutation was refused')
  })
})
