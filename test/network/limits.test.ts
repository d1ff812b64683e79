import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'

import type { Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'

import { type Clock, concat, fixed, silent, utf8 } from '#base'
import { NodeKey, type Topic, type Verdict } from '#network'

import { createRouter, Gossip, topicId } from '../../network/gossip/gossip.ts'
import { limits } from '../../network/limits.ts'
import { parseAddress } from '../../network/peers/address.ts'
import { type Link, Links } from '../../network/peers/links.ts'
import { drained } from '../../network/streams/drain.ts'
import { frame } from '../../network/streams/frames.ts'
import { Guard } from '../../network/streams/guard.ts'
import { excess } from '../../network/streams/unread.ts'
import { createNode } from '../../network/transport/libp2p.ts'
import { systemClock } from '../../node/clock.ts'
import { systemRandom } from '../../node/random.ts'
import { ManualClock } from '../manual-clock.ts'
import { Inbox, TestNode } from './nodes.ts'
import { Rogue } from './rogue.ts'

const dag = '/pars/dag/1'
const fetchBlocks = '/pars/dag/fetch/1'
const MiB = 1024 * 1024
/** Timers run, but no bucket refills. */
const stillClock: Clock = { ...systemClock, now: () => 1_000 }

/** Whose connections end, by place, where each has so many bytes unread. */
function dropped(...bytes: readonly number[]): readonly string[] {
  const links = bytes.map((size, at) => {
    const connection = { streams: [{ readBufferLength: size }, { readBufferLength: 1 }] }
    return { peer: `${at}`, connection } as unknown as Link
  })
  return excess(links).map(({ peer }) => peer)
}

describe('what a peer may bring', () => {
  it('is answers of so many bytes, whatever it was asked', async () => {
    await using node = await TestNode.start({
      clock: stillClock,
      requests: [{ id: fetchBlocks, traffic: 'sync', answer: () => [] }],
    })
    await using rogue = await Rogue.silent(node.address)
    await rogue.node.handle(fetchBlocks, async (stream) => {
      for (let item = 0; item < 7; item++) {
        stream.send(frame(Uint8Array.of(0), new Uint8Array(MiB)))
        await drained(stream, new AbortController().signal)
      }
      stream.send(frame(Uint8Array.of(1)))
      await stream.close()
    })
    await rogue.greet()
    const ask = () => node.network.request(rogue.peer, fetchBlocks, Uint8Array.of(1))
    const whole = limits.syncRate.value * limits.burst.value
    for (let brought = 7 * MiB; brought < whole; brought += 7 * MiB) {
      assert.equal((await ask()).items.length, 7)
    }
    await assert.rejects(ask(), /NETWORK_BUDGET/)
  })

  it('is streams that wait for its status, so many', async () => {
    const received = new Inbox<string>()
    const ids = Array.from({ length: limits.waitingStreams.value + 3 }, (_, at) => `/pars/${at}`)
    const pushes = ids.map((id) => {
      return { id, traffic: 'dag', receive: () => received.add(id) } as const
    })
    await using node = await TestNode.start({ pushes })
    await using rogue = await Rogue.silent(node.address)
    const streams: Stream[] = []
    for (const id of ids) streams.push(await rogue.open(id))
    const refused = streams.slice(limits.waitingStreams.value)
    await Promise.all(refused.map(closed))
    for (const stream of streams) {
      if (stream.writeStatus === 'writable') stream.send(frame(Uint8Array.of(1)))
    }
    await rogue.greet()
    const first = ids.slice(0, limits.waitingStreams.value)
    await received.until((items) => items.length === first.length)
    assert.deepEqual(received.items.toSorted(), first.toSorted())
  })

  it('is a second stream of a protocol before the first has ended, and no third', async () => {
    await using node = await TestNode.start({
      pushes: [{ id: dag, traffic: 'dag', receive() {} }],
    })
    await using rogue = await Rogue.greeted(node.address)
    const { value } = limits.longStreams
    const streams: Stream[] = []
    for (let at = 0; at <= value; at++) streams.push(await rogue.open(dag))
    const [last] = streams.splice(value)
    assert.ok(last !== undefined)
    await closed(last)
    assert.ok(streams.every(({ status }) => status === 'open'))
  })

  it('is addresses of so many characters', () => {
    const tail = `/tcp/1/p2p/${NodeKey.generate(systemRandom).peerId.toString()}`
    const host = (length: number) => 'a'.repeat(length - '/dns4/'.length - tail.length)
    const { value } = limits.addressBytes
    assert.equal(parseAddress(`/dns4/${host(value)}${tail}`).text.length, value)
    assert.throws(() => parseAddress(`/dns4/${host(value + 1)}${tail}`), {
      code: 'NETWORK_ADDRESS',
    })
  })
})

describe('what all peers may make a node hold', () => {
  it('is so many unread bytes: who has most of them goes first, and no more than need to', () => {
    const all = limits.unreadTotal.value
    assert.deepEqual(dropped(all / 2 - 1, all / 4 - 1, all / 4 - 1), [])
    assert.deepEqual(dropped(all / 4 - 1, all / 2 - 1, all / 4), ['1'])
    assert.deepEqual(dropped(all, 2 * all, all / 2), ['1', '0'])
    assert.deepEqual(dropped(all), ['0'])
  })

  it('is the rates of so many: then the oldest begins anew', () => {
    const clock = new ManualClock(1_000_000)
    const guard = new Guard({
      clock,
      log: silent,
      links: new Links(),
      isReserved: () => true,
      charge() {},
    })
    guard.served('greedy', 2 * limits.answerBytes.value)
    for (let other = 1; other < limits.budgets.value; other++) {
      assert.ok(guard.mayServe(`peer ${other}`))
    }
    assert.equal(guard.mayServe('greedy'), false)
    assert.ok(guard.mayServe('one more'))
    assert.ok(guard.mayServe('greedy'))
  })

  it('is so many messages of gossip with the validator', async () => {
    const held = Promise.withResolvers<Verdict>()
    let validating = 0
    const topic: Topic = {
      name: 'transactions',
      validate() {
        validating++
        return held.promise
      },
    }
    const node = await createNode({
      key: NodeKey.generate(systemRandom),
      clock: systemClock,
      listen: [],
      announce: [],
      mdns: undefined,
      gater: {},
      handshakeTimeout: 5_000,
      streamTimeout: 5_000,
      received() {},
      router: createRouter([topic]),
    })
    const router = node.services.gossip
    const gossip = new Gossip({ router, topics: [topic], log: silent, charge() {}, drop() {} })
    assert.equal(gossip.isSpokenBy(undefined), false)
    const validate = router.topicValidators.get(topicId(topic.name))
    assert.ok(validate !== undefined)
    const peer = peerIdFromString(node.peerId.toString())
    const message = { type: 'unsigned', data: Uint8Array.of(1), topic: topic.name } as const
    const many = Array.from({ length: limits.validations.value + 3 }, () => validate(peer, message))
    assert.equal(validating, limits.validations.value)
    assert.equal(await many.at(-1), 'ignore')
    held.resolve('accept')
    assert.equal(await many[0], 'accept')
    await validate(peer, message)
    assert.equal(validating, limits.validations.value + 1)
  })
})

/** One gossip RPC, written by hand: the library would not send what its own limits refuse. */
const field = {
  bytes: (number: number, ...parts: readonly Uint8Array[]): Uint8Array => {
    const content = concat(...parts)
    return concat(Uint8Array.of((number << 3) | 2), varint(content.length), content)
  },
  flag: (number: number): Uint8Array => Uint8Array.of(number << 3, 1),
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Uint8Array.from([...bytes, rest])
    bytes.push((rest & 0x7f) | 0x80)
  }
}

const name = 'transactions'

function publishing(data: Uint8Array): Uint8Array {
  return field.bytes(2, field.bytes(2, data), field.bytes(4, utf8(topicId(name))))
}

/** An RPC of just under `size` bytes. */
function sixteenMessages(size: number, word: string): Uint8Array {
  const message = (at: number) => publishing(concat(utf8(`${word} ${at}`), new Uint8Array(65_000)))
  const fifteen = times(15, message)
  const rest = size - fifteen.length - publishing(utf8(word)).length - 4
  return concat(fifteen, publishing(concat(utf8(word), new Uint8Array(rest))))
}

function control(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return field.bytes(3, field.bytes(number, ...parts))
}

function times(count: number, make: (at: number) => Uint8Array): Uint8Array {
  return concat(...Array.from({ length: count }, (_, at) => make(at)))
}

const ids = (count: number, number: number) =>
  times(count, (at) => field.bytes(number, fixed(at, 4)))

const lists: readonly (readonly [string, { value: number }, (count: number) => Uint8Array])[] = [
  [
    'messages',
    // One is in every RPC of this test.
    { value: limits.gossipMessages.value - 1 },
    (count) => times(count, (at) => publishing(utf8(`message ${at} of ${count}`))),
  ],
  [
    'subscriptions',
    limits.gossipSubscriptions,
    (count) => times(count, (at) => field.bytes(1, field.flag(1), field.bytes(2, utf8(`${at}`)))),
  ],
  ['offered messages', limits.gossipIds, (count) => control(1, ids(count, 2))],
  ['wanted messages', limits.gossipIds, (count) => control(2, ids(count, 1))],
  ['unwanted messages', limits.gossipMessages, (count) => control(5, ids(count, 1))],
  [
    'grafts',
    limits.gossipMessages,
    (count) =>
      field.bytes(
        3,
        times(count, () => field.bytes(3, field.bytes(1, utf8('x')))),
      ),
  ],
]

describe('one gossip RPC', () => {
  /** A node, and a stream of gossip to it. */
  async function gossiping(use: (listener: Listener) => Promise<void>): Promise<void> {
    const received = new Inbox<string>()
    const validate = (message: Uint8Array): Verdict => {
      received.add(Buffer.from(message).toString().slice(0, 40))
      return 'accept'
    }
    await using node = await TestNode.start({ topics: [{ name, validate }] })
    await using rogue = await Rogue.greeted(node.address, [name])
    const stream = await rogue.open('/meshsub/1.2.0')
    const send = (rpc: Uint8Array): void => void stream.send(concat(varint(rpc.length), rpc))
    await use({ node, stream, send, received })
  }

  interface Listener {
    readonly node: TestNode
    readonly stream: Stream
    readonly send: (rpc: Uint8Array) => void
    readonly received: Inbox<string>
  }

  for (const [what, { value }, list] of lists) {
    it(`holds ${value} ${what}, or it is none`, () =>
      gossiping(async ({ send, received }) => {
        send(concat(publishing(utf8('at the limit')), list(value)))
        await received.until((items) => items.includes('at the limit'))
        send(concat(publishing(utf8('beyond')), list(value + 1)))
        send(publishing(utf8('after')))
        await received.until((items) => items.includes('after'))
        assert.ok(!received.items.includes('beyond'))
      }))
  }

  it('has so many bytes: at more, nothing is heard of that stream any more', () =>
    gossiping(async ({ node, send, received }) => {
      const largest = sixteenMessages(limits.gossipFrame.value, 'whole')
      assert.ok(largest.length <= limits.gossipFrame.value)
      send(largest)
      await received.until(
        (items) => items.filter((item) => item.startsWith('whole')).length === 16,
      )
      send(sixteenMessages(limits.gossipFrame.value + 100, 'large'))
      while ((await node.network.publish(name, systemRandom.bytes(8))) > 0) await setImmediate()
      assert.ok(!received.items.some((item) => item.startsWith('large')))
    }))
})

describe('the topics of one peer', () => {
  it('are counted in bytes', async () => {
    const names = Array.from({ length: 16 }, (_, at) => `${at}`.padStart(1_000, 'x'))
    const topics = names.map((one) => ({ name: one, validate: (): Verdict => 'accept' }))
    await using node = await TestNode.start({ topics })
    await using rogue = await Rogue.greeted(node.address, names)
    const reached = async (): Promise<number> => {
      let count = 0
      for (const one of names) count += await node.network.publish(one, systemRandom.bytes(8))
      return count
    }
    while ((await reached()) === 0) await setImmediate()
    // Gossipsub counts 1 KiB beside each name.
    const each = topicId(names[0] ?? '').length + 1_024
    assert.equal(await reached(), Math.floor(limits.gossipTopicBytes.value / each))
    assert.ok(rogue.isConnected)
  })
})

function closed(stream: Stream): Promise<unknown> {
  return new Promise((resolve) => {
    if (stream.status !== 'open') resolve(undefined)
    stream.addEventListener('close', resolve)
  })
}
