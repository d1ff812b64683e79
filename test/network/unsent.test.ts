import assert from 'node:assert/strict'

import type { Connection, Stream } from '@libp2p/interface'

import { isFault } from '#base'

import { StatusExchange } from '../../network/status/exchange.ts'
import type { Status } from '../../network/status/status.ts'
import type { Guard } from '../../network/streams/guard.ts'
import { Requests } from '../../network/streams/requests.ts'
import { ManualClock } from '../manual-clock.ts'

/** A stream that closed between its opening and the first send, as one of a lost connection does. */
class LostStream extends EventTarget {
  status = 'open'
  readonly readStatus = 'readable'
  readonly readBufferLength = 0

  send(): never {
    throw new Error('Cannot write to a stream that is closed')
  }

  abort(error: Error): void {
    this.status = 'aborted'
    this.dispatchEvent(Object.assign(new Event('close'), { error }))
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

function lost(): { readonly stream: LostStream; readonly connection: Connection } {
  const stream = new LostStream()
  const newStream = () => Promise.resolve(stream as unknown as Stream)
  return { stream, connection: { newStream } as unknown as Connection }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('what cannot be sent', () => {
  const unhandled: unknown[] = []
  const note = (error: unknown): void => void unhandled.push(error)
  // The listener of the test runner would end the run, as the process's own would a node.
  let others: NodeJS.UnhandledRejectionListener[]

  beforeEach(() => {
    unhandled.length = 0
    others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', note)
  })
  afterEach(() => {
    process.removeAllListeners('unhandledRejection')
    for (const listener of others) process.on('unhandledRejection', listener)
  })

  it('fails its question, and nothing beside it', async () => {
    const { connection } = lost()
    const guard = {
      clock: new ManualClock(),
      linksTo: () => [{ connection }],
      sent() {},
      arrived() {},
      fail: (stream: LostStream, _peer: string, _id: string, error: Error) => stream.abort(error),
    } as unknown as Guard
    const protocol = { id: '/pars/test/1', traffic: 'sync', answer: () => [] } as const
    const requests = new Requests(guard, [protocol], 1000)
    await assert.rejects(requests.ask('Qm', protocol.id, Uint8Array.of(1)), (error) =>
      isFault(error, 'NETWORK_REQUEST'),
    )
    await settled()
    assert.deepEqual(unhandled, [])
  })

  it('fails the exchange of status, and nothing beside it', async () => {
    const { stream, connection } = lost()
    const own = {
      networkId: new Uint8Array(32),
      chainId: 1,
      head: { height: 0, hash: new Uint8Array(32) },
      epoch: 0,
      client: 'test',
      protocols: [],
    } as unknown as Status
    const exchange = new StatusExchange({ clock: new ManualClock(), own: () => own, timeout: 1000 })
    await assert.rejects(exchange.ask(connection), /Cannot write/)
    stream.abort(new Error('lost'))
    await settled()
    assert.deepEqual(unhandled, [])
  })
})
