import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

import { depthReached } from './deep.ts'

describe('a plugin at the greatest call depth', function () {
  this.timeout(60_000)

  it('runs at depth 1024, and nothing runs below', async () => {
    assert.equal(await depthReached(1023), 1024)
    assert.equal(await depthReached(1024), 0)
  })

  it('has the same result in a thread with a quarter of the usual stack', async () => {
    const worker = new Worker(new URL('./deep.ts', import.meta.url), {
      resourceLimits: { stackSizeMb: 1 },
    })
    const [depths] = (await once(worker, 'message')) as [number[]]
    await worker.terminate()
    assert.deepEqual(depths, [1, 1024, 0])
  })
})
