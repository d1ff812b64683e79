import assert from 'node:assert/strict'

import { limits } from '../../node/limits.ts'
import { timeOfNextBlock } from '../../node/next-block.ts'

const lag = BigInt(limits.blockLag.value / 1_000)
const now = (): bigint => BigInt(Math.floor(Date.now() / 1_000))

describe('the time of the next block', () => {
  it('is after the last one, also where that is ahead of the clock', () => {
    const ahead = now() + 1_000n
    assert.equal(timeOfNextBlock(ahead), ahead + 1n)
    const head = now()
    assert.equal(timeOfNextBlock(head), head + 1n)
  })

  it('is a moment ago after a long silence, as what validators agree on is', () => {
    const from = now()
    const time = timeOfNextBlock(0n)
    assert.ok(time >= from - lag && time < now())
  })
})
