import assert from 'node:assert/strict'

import { isFault } from '#base'
import { formatGenesis, genesisHash, parseGenesis } from '#genesis'

import { sample } from './sample.ts'

const rounds = 4_000

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

const pieces = [
  '0',
  '1',
  '-',
  '.5',
  'e9',
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  'null',
  'true',
  '0x',
  '__proto__',
]

function mutate(text: string, next: (below: number) => number): string {
  const at = next(text.length)
  const removed = next(3) === 0 ? 0 : next(4)
  const inserted = next(2) === 0 ? '' : (pieces[next(pieces.length)] ?? '')
  return text.slice(0, at) + inserted + text.slice(at + removed)
}

describe('parseGenesis under mutation', () => {
  it(`throws only its faults, and reads back what it accepts, ${rounds} times`, function () {
    this.timeout(60_000)
    const text = JSON.stringify(sample({ validators: [] }), (name, value: unknown) =>
      name === 'key' ? undefined : value,
    )
    const next = sequence(0x9e3779b9)
    let accepted = 0
    for (let round = 0; round < rounds; round++) {
      try {
        const genesis = parseGenesis(mutate(text, next))
        accepted++
        const again = parseGenesis(formatGenesis(genesis))
        assert.deepEqual(genesisHash(again), genesisHash(genesis))
      } catch (error) {
        if (!isFault(error, 'GENESIS_INVALID', 'GENESIS_NOT_JSON')) throw error
      }
    }
    assert.ok(accepted > 10, `only ${accepted} mutations were accepted`)
    assert.ok(accepted < rounds, 'no mutation was refused')
  })
})
