import assert from 'node:assert/strict'

import type { AsyncReads } from '#chain'

import { limits } from '../../rpc/limits.ts'
import { pacedReads } from '../../rpc/paced-reads.ts'
import { Turns } from '../../rpc/turns.ts'
import { ManualClock } from './manual.ts'

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Reads that all end at once with `result`, and how many of them were handed on. */
function ended(count: number, result: unknown) {
  const clock = new ManualClock()
  const all = { rules: () => Promise.resolve(result) } as unknown as AsyncReads
  const reads = pacedReads(all, new Turns(clock))
  const seen = { ended: 0 }
  for (let read = 0; read < count; read++) void reads.rules().then(() => seen.ended++)
  return { clock, seen }
}

describe('reads for strangers', () => {
  it('hand on large results in turns of the event loop, wherever their bytes are', async () => {
    const bytes = limits.renderCharacters.value
    for (const result of [
      new Uint8Array(bytes),
      'x'.repeat(bytes),
      [{ calls: [{ output: new Uint8Array(bytes / 2), logs: ['x'.repeat(bytes / 2)] }] }],
      Array.from({ length: bytes / 8 }, () => 1n),
    ]) {
      const { clock, seen } = ended(3, result)
      for (const expected of [1, 2, 3]) {
        await settled()
        assert.equal(seen.ended, expected)
        clock.turn()
      }
    }
  })

  it('hand on small results at once', async () => {
    const { seen } = ended(1000, { output: new Uint8Array(1024) })
    await settled()
    assert.equal(seen.ended, 1000)
  })

  it('fail as they do', async () => {
    const failing = { rules: () => Promise.reject(new TypeError('no')) } as unknown as AsyncReads
    const reads = pacedReads(failing, new Turns(new ManualClock()))
    await assert.rejects(reads.rules(), { message: 'no' })
  })
})
