import assert from 'node:assert/strict'
import { MessageChannel } from 'node:worker_threads'

import { Fault, isFault } from '#base'

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

  it('fail with the fault of the other side: its code, facts, cure and message', async () => {
    const { port1, port2 } = new MessageChannel()
    const fault = new Fault({ code: 'EVM_DEPTH', bytes: Uint8Array.of(1), limit: 2n }, 'go back')
    const handlers = { bad: () => Promise.reject(fault) }
    expose(port1, handlers)
    const { remote } = connect<typeof handlers>(port2)
    await assert.rejects(remote.bad(), (error) => {
      assert.ok(isFault(error))
      assert.deepEqual(error.facts, fault.facts)
      assert.deepEqual([error.cure, error.message], ['go back', fault.message])
      return true
    })
    port1.close()
  })
})
