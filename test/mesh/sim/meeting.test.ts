import assert from 'node:assert/strict'

import { meet } from '../../../mesh/sim/index.ts'

describe('two nodes that meet', function () {
  this.timeout(60_000)
  for (const [name, hops, bitsPerSecond, latency, most] of [
    ['three hops of 1 kbit/s and a second', 3, 1000, 1000, 8600],
    ['four hops of 5 kbit/s and a tenth', 4, 5000, 100, 3250],
    ['one hop of a minute', 1, 1000, 60_000, 62_000],
  ] as const) {
    it(`know a path over ${name} within ${most} ms of the announce, and get through`, async () => {
      const meeting = await meet({
        hops,
        conditions: { bitsPerSecond, latency },
        seed: name,
        bytes: 2000,
      })
      assert.ok(meeting)
      assert.ok(meeting.path < most, `${meeting.path}`)
      assert.ok(meeting.goodput > 0)
    })
  }

  it('do so again from the same seed, and otherwise from another', async () => {
    const conditions = { bitsPerSecond: 5000, latency: 100, loss: 0.2, jitter: 300 }
    const run = (seed: string) => meet({ hops: 2, conditions, seed, bytes: 5000 })
    const [one, again, other] = [await run('a'), await run('a'), await run('b')]
    assert.deepEqual(again, one)
    assert.notDeepEqual(other, one)
  })

  it('never do over a medium that carries nothing', async () => {
    const conditions = { bitsPerSecond: 1000, latency: 1, loss: 1 }
    assert.equal(await meet({ hops: 1, conditions, seed: 'c', bytes: 10 }), undefined)
  })
})
