import assert from 'node:assert/strict'
import { MessageChannel } from 'node:worker_threads'

import { connect, expose } from '../../../chain/engine/calls.ts'

describe('calls between threads', () => {
  it('fail alone when their result cannot cross', async () => {
    const { port1, port2 } = new MessageChannel()
    const handlers = { bad: () => () => 1, good: () => 2 }
    expose(port1, handlers)
    const { remote } = connect<typeof handlers>(port2)
    await assert.rejects(remote.bad(), /could not be cloned/)
    assert.equal(await remote.good(), 2)
    port1.close()
  })
})
