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

  it('cross in one message when they are made at once, and fail one by one', async () => {
    const { port1, port2 } = new MessageChannel()
    let sent = 0
    expose(port1, { twice: (value: number) => 2 * value })
    const connection = connect({
      postMessage(message) {
        sent++
        port2.postMessage(message, [])
      },
      on: (event, listener) => port2.on(event, listener),
    })
    const all = await Promise.all([1, 2, 3].map((value) => connection.call('twice', [value])))
    assert.deepEqual([all, sent], [[2, 4, 6], 1])
    const mixed = await Promise.allSettled([
      connection.call('twice', [4]),
      connection.call('twice', [() => 5]),
    ])
    assert.deepEqual(
      mixed.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    )
    port1.close()
  })

  it('of one line run one after the other, beside those of others', async () => {
    const { port1, port2 } = new MessageChannel()
    const begun: string[] = []
    const gates = new Map<string, () => void>()
    const begin = async (name: string): Promise<string> => {
      begun.push(name)
      await new Promise<void>((resolve) => gates.set(name, resolve))
      return name
    }
    const rests: (() => void)[] = []
    const pause = () => new Promise<void>((resolve) => rests.push(resolve))
    expose(port1, { begin }, pause)
    const connection = connect(port2)
    const ended = ['first', 'second'].map((name) => connection.call('begin', [name], 'one'))
    const other = connection.call('begin', ['other'], 'two')
    const free = connection.call('begin', ['free'])
    const has = async (count: number): Promise<void> => {
      while (begun.length < count) await new Promise((resolve) => setImmediate(resolve))
    }
    await has(3)
    assert.deepEqual(begun, ['first', 'other', 'free'])
    gates.get('first')?.()
    assert.equal(await ended[0], 'first')
    assert.equal(begun.length, 3, 'the line pauses, and its answer has crossed')
    rests[0]?.()
    await has(4)
    for (const open of gates.values()) open()
    assert.deepEqual(await Promise.all([free, other, ended[1]]), ['free', 'other', 'second'])
    port1.close()
  })
})
