import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'

import { type Clock, fixed } from '#base'
import { malformed, type PushProtocol, type RequestProtocol } from '#network'

import { limits } from '../../network/limits.ts'
import { drained } from '../../network/streams/drain.ts'
import { frame } from '../../network/streams/frames.ts'
import { systemClock } from '../../node/clock.ts'
import { Inbox, quick, recordingLog, TestNode } from './nodes.ts'
import { Rogue } from './rogue.ts'

const dag = '/pars/dag/1'
const fetchBlocks = '/pars/dag/fetch/1'
const KiB = 1024
const MiB = 1024 * KiB

function never<Result = void>(): Promise<Result> {
  return new Promise(() => {})
}

function callMalformed(): never {
  throw malformed('not a block')
}

function pushes(overrides: Partial<PushProtocol> = {}): { pushes: readonly PushProtocol[] } {
  return { pushes: [{ id: dag, traffic: 'dag', receive() {}, ...overrides }] }
}

function requests(answer: RequestProtocol['answer'], admits?: RequestProtocol['admits']) {
  const admission = admits === undefined ? {} : { admits }
  return { requests: [{ id: fetchBlocks, traffic: 'sync', answer, ...admission } as const] }
}

describe('push streams', () => {
  it('carry frames of every size in order', async () => {
    const received = new Inbox<Uint8Array>()
    const receive = (one: Uint8Array): void => received.add(one.slice())
    await using listener = await TestNode.start(pushes({ receive }))
    await using sender = await TestNode.start(pushes())
    await sender.network.dial(listener.address)
    const sizes = [1, 2, 255, 65_536, 300_000, MiB, 1, MiB, 7]
    for (const [index, size] of sizes.entries()) {
      assert.ok(sender.network.push(listener.peer, dag, new Uint8Array(size).fill(index)))
    }
    await received.until((items) => items.length === sizes.length)
    assert.deepEqual(
      received.items.map((item) => item.length),
      sizes,
    )
    assert.ok(received.items.every((item, index) => item.every((byte) => byte === index)))
  })

  it('go both ways on one connection', async () => {
    const received = new Inbox<string>()
    const receive: PushProtocol['receive'] = (_, { peer }) => received.add(peer)
    await using listener = await TestNode.start(pushes({ receive }))
    await using dialler = await TestNode.start(pushes({ receive }))
    await dialler.network.dial(listener.address)
    await listener.until(() => listener.connected.length === 1)
    assert.ok(listener.network.push(dialler.peer, dag, Uint8Array.of(1)))
    assert.ok(dialler.network.push(listener.peer, dag, Uint8Array.of(2)))
    await received.until((items) => items.length === 2)
    assert.deepEqual(new Set(received.items), new Set([listener.peer, dialler.peer]))
    assert.equal(listener.network.peers().length, 1)
  })

  it('say no when the queue is full and tell when it is not; nothing accepted is lost', async () => {
    const received = new Inbox<number>()
    const emptied = new Inbox<string>()
    const held = Promise.withResolvers<void>()
    const receive = async (one: Uint8Array): Promise<void> => {
      await held.promise
      received.add(one[0] ?? 0)
    }
    await using listener = await TestNode.start(pushes({ receive }))
    await using sender = await TestNode.start(pushes({ drained: (peer) => emptied.add(peer) }))
    await sender.network.dial(listener.address)
    let accepted = 0
    const next = (): Uint8Array => new Uint8Array(128 * KiB).fill(accepted)
    // Full for good: not only until the connection has taken some.
    for (let refused = 0; refused < 500; refused++) {
      if (sender.network.push(listener.peer, dag, next())) {
        accepted++
        refused = 0
      }
      await setImmediate()
    }
    const { pushQueue, streamWindow } = limits
    assert.ok(accepted * 128 * KiB <= pushQueue.value + 2 * streamWindow.value)
    assert.equal(sender.network.peers().length, 1)
    held.resolve()
    await emptied.until((items) => items.length > 0)
    assert.deepEqual(emptied.items, [sender.network.peers()[0]?.peer])
    assert.ok(sender.network.push(listener.peer, dag, next()))
    accepted++
    await received.until((items) => items.length === accepted)
    assert.deepEqual(received.items, [...Array(accepted).keys()])
  })

  it('tell when they end with frames still queued', async () => {
    const interrupted = new Inbox<string>()
    const listener = await TestNode.start(pushes({ receive: never }))
    await using sender = await TestNode.start(
      pushes({ interrupted: (peer) => interrupted.add(peer) }),
    )
    await sender.network.dial(listener.address)
    while (sender.network.push(listener.peer, dag, new Uint8Array(MiB)));
    await listener.network.stop()
    await interrupted.until((items) => items.length === 1)
    assert.deepEqual(interrupted.items, [listener.peer])
    assert.equal(sender.network.push(listener.peer, dag, Uint8Array.of(1)), false)
  })

  it('refuse what no frame is, on the side of the sender', async () => {
    await using node = await TestNode.start(pushes())
    const push = (protocol: string, size: number) => () =>
      node.network.push(node.peer, protocol, new Uint8Array(size))
    assert.throws(push(dag, 0), { code: 'NETWORK_FRAME' })
    assert.throws(push(dag, MiB + 1), { code: 'NETWORK_FRAME' })
    assert.throws(push('/pars/other/1', 1), { code: 'NETWORK_PROTOCOL' })
    assert.equal(push(dag, 1)(), false)
  })
})

describe('requests', () => {
  it('bring the items of an answer', async () => {
    await using server = await TestNode.start(
      requests(function* (request) {
        yield request
        yield new Uint8Array(MiB).fill(1)
        yield Uint8Array.of(2)
      }),
    )
    await using client = await TestNode.start(requests(() => []))
    await client.network.dial(server.address)
    const request = new Uint8Array(limits.requestBytes.value).fill(9)
    const { items, more } = await client.network.request(server.peer, fetchBlocks, request)
    assert.deepEqual(
      items.map((item) => [item.length, item[0]]),
      [
        [request.length, 9],
        [MiB, 1],
        [1, 2],
      ],
    )
    assert.equal(more, false)
  })

  it('cut an answer at its limit and say that there is more', async () => {
    let taken = 0
    await using server = await TestNode.start(
      requests(function* () {
        for (;;) {
          taken++
          yield new Uint8Array(MiB - 1)
        }
      }),
    )
    await using client = await TestNode.start(requests(() => []))
    await client.network.dial(server.address)
    const { items, more } = await client.network.request(server.peer, fetchBlocks, Uint8Array.of(1))
    assert.equal(more, true)
    assert.equal(items.length, 8)
    assert.equal(taken, 9)
  })

  it('serve one peer no more bytes than its budget, whatever it asks, and serve others', async () => {
    const blocks = Array.from({ length: 8 }, () => new Uint8Array(MiB - 1))
    await using server = await TestNode.start(requests(() => blocks))
    await using greedy = await TestNode.start(requests(() => []))
    await using modest = await TestNode.start(requests(() => []))
    await greedy.network.dial(server.address)
    await modest.network.dial(server.address)
    const ask = (node: TestNode) => node.network.request(server.peer, fetchBlocks, Uint8Array.of(1))
    const asked = Array.from({ length: 6 }, () => ask(greedy))
    const answers = await Promise.all(asked.map((one) => one.catch(() => undefined)))
    const served = answers.reduce((sum, answer) => sum + (answer?.items.length ?? 0), 0)
    // A burst of eight, what time refills meanwhile, and one item each that began in credit.
    assert.ok(served >= 8 && served < 30, `${served} of 48 served`)
    assert.ok(answers.some((answer) => answer === undefined || answer.more))
    assert.equal((await ask(modest)).items.length, 8)
    assert.deepEqual(server.bans, [])
  })

  it('fail without a connection, in time, and when the peer is not admitted', async () => {
    await using server = await TestNode.start(requests(() => never<Uint8Array[]>()))
    await using closed = await TestNode.start(
      requests(
        () => [],
        () => false,
      ),
    )
    const timings = { ...quick, requestTimeout: 200 }
    await using client = await TestNode.start({ ...requests(() => []), timings })
    const ask = (peer: string) => client.network.request(peer, fetchBlocks, Uint8Array.of(1))
    await assert.rejects(ask(server.peer), /NETWORK_REQUEST.*not connected/)
    await client.network.dial(server.address)
    await client.network.dial(closed.address)
    await assert.rejects(ask(server.peer), /NETWORK_REQUEST.*timed out/)
    await assert.rejects(ask(closed.peer), { code: 'NETWORK_REQUEST' })
    await assert.rejects(client.network.request(server.peer, '/pars/other/1', Uint8Array.of(1)), {
      code: 'NETWORK_PROTOCOL',
    })
  })
})

describe('a peer that misbehaves', () => {
  it('loses the stream at a frame that is too long, and its connection at the second', async () => {
    await using node = await TestNode.start(pushes())
    await using rogue = await Rogue.greeted(node.address)
    await rogue.throwAt(dag, fixed(MiB + 1, 4))
    assert.ok(rogue.isConnected)
    assert.deepEqual(node.bans, [])
    await rogue.throwAt(dag, fixed(0, 4))
    await rogue.closed
    assert.deepEqual(
      node.bans.map(({ peer }) => peer),
      [rogue.peer],
    )
    await assert.rejects(rogue.node.dial(rogue.connection.remoteAddr))
  })

  it('is banned for bytes that a handler calls malformed', async () => {
    await using node = await TestNode.start(pushes({ receive: callMalformed }))
    await using rogue = await Rogue.greeted(node.address)
    await rogue.throwAt(dag, frame(Uint8Array.of(1)))
    await rogue.closed
    assert.equal(node.bans.length, 1)
    assert.match(node.bans[0]?.reason ?? '', /not a block/)
  })

  for (const [how, receive] of [
    ['throws', () => JSON.parse('{') as undefined],
    ['rejects', () => Promise.reject(new TypeError('own fault'))],
  ] as const) {
    it(`loses one stream and nothing else when the handler ${how}`, async () => {
      const log = recordingLog()
      await using node = await TestNode.start({ ...pushes({ receive }), log })
      await using rogue = await Rogue.greeted(node.address)
      await rogue.throwAt(dag, frame(Uint8Array.of(1)))
      await rogue.throwAt(dag, frame(Uint8Array.of(1)))
      assert.ok(rogue.isConnected)
      assert.equal(log.lines.items.filter((line) => line.startsWith('handler failed')).length, 2)
      assert.deepEqual(node.bans, [])
    })
  }

  it('finds no stream open to it where it is not admitted', async () => {
    const received = new Inbox<Uint8Array>()
    const receive = (one: Uint8Array): void => received.add(one)
    await using node = await TestNode.start(pushes({ receive, admits: () => false }))
    await using rogue = await Rogue.greeted(node.address)
    await rogue.throwAt(dag, frame(Uint8Array.of(1)))
    assert.deepEqual(received.items, [])
    assert.ok(rogue.isConnected)
  })

  it('is dropped when it brings more bytes than its class may', async () => {
    const { dagRate, burst } = limits
    const clock: Clock = { ...systemClock, now: () => 1_000 }
    await using node = await TestNode.start({ ...pushes(), clock })
    await using rogue = await Rogue.greeted(node.address)
    const sendAll = async (): Promise<void> => {
      const stream = await rogue.open(dag)
      const ended = new Promise((resolve) => stream.addEventListener('close', resolve))
      try {
        for (let sent = 0; sent < 2 * dagRate.value * burst.value; sent += MiB) {
          stream.send(frame(new Uint8Array(MiB - 4)))
          await drained(stream, new AbortController().signal)
        }
      } catch (error) {
        // What is left finds the stream that the node has ended.
        assert.match(String(error), /stream closed|StreamStateError|StreamResetError/)
      }
      await ended
    }
    await sendAll()
    assert.ok(rogue.isConnected)
    await sendAll()
    await rogue.closed
    assert.match(node.bans[0]?.reason ?? '', /NETWORK_BUDGET/)
  })

  it('is dropped when it leaves more unread than it may', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `/pars/dag/${index}`)
    const held = ids.map((id) => ({ id, traffic: 'dag', receive: never }) as const)
    await using node = await TestNode.start({ pushes: held })
    await using rogue = await Rogue.greeted(node.address)
    const { unread } = limits
    for (const id of [...ids, ...ids]) {
      if (!rogue.isConnected) break
      const stream = await rogue.open(id).catch(() => undefined)
      if (stream?.status !== 'open') break
      stream.send(frame(new Uint8Array(100)))
      stream.send(frame(new Uint8Array(300 * KiB)))
    }
    await rogue.closed
    assert.ok(ids.length * 2 * 256 * KiB > unread.value)
    assert.deepEqual(node.network.peers(), [])
  })

  it('is not heard before its status, and not kept without one', async () => {
    const received = new Inbox<Uint8Array>()
    const receive = (one: Uint8Array): void => received.add(one)
    const timings = { ...quick, statusTimeout: 300 }
    await using node = await TestNode.start({ ...pushes({ receive }), timings })
    await using rogue = await Rogue.silent(node.address)
    const stream = await rogue.open(dag)
    stream.send(frame(Uint8Array.of(1)))
    await rogue.closed
    assert.deepEqual(received.items, [])
    assert.deepEqual(node.connected, [])
  })

  it('is heard after its status, with what it sent before', async () => {
    const received = new Inbox<Uint8Array>()
    const receive = (one: Uint8Array): void => received.add(one)
    await using node = await TestNode.start(pushes({ receive }))
    await using rogue = await Rogue.silent(node.address)
    const stream = await rogue.open(dag)
    stream.send(frame(Uint8Array.of(1)))
    assert.deepEqual(received.items, [])
    await rogue.greet()
    await received.until((items) => items.length === 1)
  })

  it('is banned for a status that is too long or none', async () => {
    await using node = await TestNode.start()
    for (const bytes of [fixed(limits.statusBytes.value + 1, 4), frame(Uint8Array.of(0xc0))]) {
      await using rogue = await Rogue.silent(node.address)
      await rogue.throwAt('/pars/status/1', bytes)
      await rogue.closed
      assert.equal(node.bans.at(-1)?.peer, rogue.peer)
    }
    assert.equal(node.bans.length, 2)
  })
})
