import assert from 'node:assert/strict'

import { fixed } from '#base'

import { RecentHashes } from '../../../chain/block/recent-hashes.ts'

describe('recent block hashes', () => {
  it('are read from the store once, and forgotten beyond what BLOCKHASH reaches', () => {
    let reads = 0
    const hashes = new RecentHashes((number) => {
      reads++
      return number < 1_000n ? fixed(number, 32) : undefined
    })
    for (let round = 0; round < 3; round++) {
      for (let number = 0n; number < 257n; number++) {
        assert.deepEqual(hashes.of(number), fixed(number, 32))
      }
    }
    assert.equal(reads, 257)
    assert.equal(hashes.of(1_000n), undefined)
    hashes.add(999n, fixed(7, 32))
    assert.deepEqual(hashes.of(999n), fixed(7, 32))
    assert.equal(hashes.of(0n)?.length, 32)
    assert.equal(reads, 259)
  })
})
