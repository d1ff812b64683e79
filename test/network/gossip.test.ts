import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'

import { type Topic, type Verdict } from '#network'

import { messageId, topicId } from '../../network/gossip/gossip.ts'
import { limits } from '../../network/limits.ts'
import { Inbox, quick, recordingLog, TestNode } from './nodes.ts'
import { Rogue } from './rogue.ts'

const name = 'transactions'
const impatient = { ...quick, gossipStall: 300 }

interface Listener {
  readonly received: Inbox<string>
  readonly topics: readonly Topic[]
}

function listener(
  verdict: (text: string) => Verdict | Promise<Verdict> = () => 'accept',
): Listener {
  const received = new Inbox<string>()
  const validate = (message: Uint8Array): Verdict | Promise<Verdict> => {
    const text = Buffer.from(message).toString()
    // Greetings only find out whether there is anybody.
    if (text.startsWith('hello')) return 'accept'
    received.add(text)
    return verdict(text)
  }
  return { received, topics: [{ name, validate }] }
}

/** Waits until each has the other in its mesh. */
async function meshedWith(node: TestNode, rogue: Rogue): Promise<void> {
  await meshed(node)
  const { gossip } = rogue.node.services
  while (gossip.getSubscribers(topicId(name)).length === 0) await setImmediate()
}

/** Publishes greetings until one goes to `count` peers. */
async function meshed(node: TestNode, count = 1): Promise<void> {
  let greeting = 0
  while ((await node.network.publish(name, Buffer.from(`hello ${greeting++}`))) < count) {
    await setImmediate()
  }
}

describe('gossip', () => {
  it('reaches nodes that are not connected, once each', async () => {
    const ends = [listener(), listener(), listener()] as const
    await using first = await TestNode.start({ topics: ends[0].topics })
    await using middle = await TestNode.start({ topics: ends[1].topics })
    await using last = await TestNode.start({ topics: ends[2].topics })
    await first.network.dial(middle.address)
    await last.network.dial(middle.address)
    await meshed(first)
    await meshed(middle, 2)
    const texts = Array.from({ length: 20 }, (_, index) => `message ${index}`)
    for (const text of texts) assert.equal(await first.network.publish(name, Buffer.from(text)), 1)
    await ends[2].received.until((items) => items.length === texts.length)
    assert.deepEqual(ends[2].received.items.toSorted(), texts.toSorted())
    assert.deepEqual(ends[1].received.items.toSorted(), texts.toSorted())
    assert.deepEqual(ends[0].received.items, [])
  })

  it('stops at a node that ignores, and bans nobody for it', async () => {
    const middleEnd = listener((text) => (text === 'late' ? 'ignore' : 'accept'))
    const lastEnd = listener()
    await using first = await TestNode.start({ topics: listener().topics })
    await using middle = await TestNode.start({ topics: middleEnd.topics })
    await using last = await TestNode.start({ topics: lastEnd.topics })
    await first.network.dial(middle.address)
    await last.network.dial(middle.address)
    await meshed(first)
    await meshed(middle, 2)
    await first.network.publish(name, Buffer.from('late'))
    await first.network.publish(name, Buffer.from('good'))
    await lastEnd.received.until((items) => items.length > 0)
    assert.deepEqual(lastEnd.received.items, ['good'])
    assert.deepEqual(middle.bans, [])
  })

  it('costs a peer its connection for a message that is rejected', async () => {
    const { topics } = listener((text) => (text === 'forged' ? 'reject' : 'accept'))
    await using node = await TestNode.start({ topics })
    await using rogue = await Rogue.greeted(node.address, [name])
    await meshedWith(node, rogue)
    await rogue.publish(name, Buffer.from('forged'))
    await rogue.closed
    assert.deepEqual(
      node.bans.map(({ peer }) => peer),
      [rogue.peer],
    )
    await assert.rejects(rogue.node.dial(rogue.connection.remoteAddr))
  })

  it('costs a peer its connection for a message above the one size', async () => {
    const { topics, received } = listener()
    await using node = await TestNode.start({ topics })
    await using rogue = await Rogue.greeted(node.address, [name])
    await meshedWith(node, rogue)
    const oversize = new Uint8Array(limits.gossipMessage.value + 1)
    await rogue.publish(name, oversize)
    await rogue.closed
    assert.equal(node.bans.length, 1)
    assert.deepEqual(received.items, [])
  })

  it('survives a validator that throws, and says so', async () => {
    const log = recordingLog()
    const { topics, received } = listener((text) => {
      if (text === 'trap') throw new TypeError('own fault')
      return 'accept'
    })
    await using node = await TestNode.start({ topics, log })
    await using sender = await TestNode.start({ topics: listener().topics })
    await sender.network.dial(node.address)
    await meshed(sender)
    await sender.network.publish(name, Buffer.from('trap'))
    await sender.network.publish(name, Buffer.from('good'))
    await received.until((items) => items.includes('good'))
    assert.ok(log.lines.items.some((line) => line.includes('own fault')))
    assert.deepEqual(node.bans, [])
  })

  it('takes nothing too large, and nothing for a topic it does not know', async () => {
    await using node = await TestNode.start({ topics: listener().topics })
    const publish = (topic: string, size: number): Promise<number> =>
      node.network.publish(topic, new Uint8Array(size))
    await assert.rejects(publish(name, limits.gossipMessage.value + 1), {
      code: 'NETWORK_GOSSIP_SIZE',
    })
    await assert.rejects(publish(name, 0), { code: 'NETWORK_GOSSIP_SIZE' })
    await assert.rejects(publish('other', 1), { code: 'NETWORK_PROTOCOL' })
    assert.equal(await publish(name, limits.gossipMessage.value), 0)
  })

  it('counts a message that is published twice as one', async () => {
    const { topics, received } = listener()
    await using node = await TestNode.start({ topics })
    await using sender = await TestNode.start({ topics: listener().topics })
    await sender.network.dial(node.address)
    await meshed(sender)
    assert.equal(await sender.network.publish(name, Buffer.from('same')), 1)
    assert.equal(await sender.network.publish(name, Buffer.from('same')), 0)
    await sender.network.publish(name, Buffer.from('other'))
    await received.until((items) => items.includes('other'))
    assert.deepEqual(received.items.toSorted(), ['other', 'same'])
    assert.equal(sender.network.peers().length, 1, 'a duplicate accuses nobody')
  })

  it('drops a peer whose gossip stream is gone while its connection is not', async () => {
    await using node = await TestNode.start({ topics: listener().topics, timings: impatient })
    await using rogue = await Rogue.greeted(node.address, [name])
    await meshed(node)
    for (const stream of rogue.connection.streams) {
      const isGossip = stream.protocol.startsWith('/meshsub/')
      if (isGossip && stream.direction === 'inbound') stream.abort(new Error('wedged'))
    }
    await rogue.closed
    assert.deepEqual(node.disconnected, [rogue.peer])
    assert.deepEqual(node.bans, [])
  })

  it('turns away a peer that floods with gossip beyond its budget', async () => {
    await using node = await TestNode.start({ topics: listener().topics, timings: impatient })
    await using rogue = await Rogue.greeted(node.address, [name])
    await meshedWith(node, rogue)
    const { transactionRate, burst, gossipMessage } = limits
    const whole = 4 * transactionRate.value * burst.value
    const message = new Uint8Array(gossipMessage.value)
    const flood = async (): Promise<void> => {
      for (let sent = 0; sent < whole && rogue.isConnected; sent += message.length) {
        message.set(Buffer.from(String(sent)))
        await rogue.publish(name, message.slice())
        await setImmediate()
      }
    }
    await flood()
    await rogue.closed
    assert.deepEqual(node.disconnected, [rogue.peer])
  })
})

describe('message ids', () => {
  it('separate topic from data', () => {
    const ids = [
      messageId('ab', Buffer.from('c')),
      messageId('a', Buffer.from('bc')),
      messageId('a', Buffer.from('b')),
    ].map((id) => Buffer.from(id).toString('hex'))
    assert.equal(new Set(ids).size, 3)
  })
})
