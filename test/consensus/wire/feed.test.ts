import assert from 'node:assert/strict'

import { Feed } from '../../../consensus/wire/feed.ts'

/** A network that takes so many frames to each peer. */
class Line {
  room = 100
  readonly sent: string[] = []

  push(peer: string, block: Uint8Array): boolean {
    if (this.room === 0) return false
    this.room--
    this.sent.push(`${peer}${block[0]}`)
    return true
  }

  take(): readonly string[] {
    return this.sent.splice(0)
  }
}

function feedOf(line: Line, rounds: readonly number[]): Feed {
  const feed = new Feed((peer, block) => line.push(peer, block))
  for (const round of rounds) feed.publish(round, Uint8Array.of(round))
  return feed
}

describe('the feed of own blocks', () => {
  it('begins after what the subscriber has heard, and goes on', () => {
    const line = new Line()
    const feed = feedOf(line, [1, 2, 3])
    feed.heartbeat('a', 1, true)
    assert.deepEqual(line.take(), ['a2', 'a3'])
    feed.publish(4, Uint8Array.of(4))
    assert.deepEqual(line.take(), ['a4'])
  })

  it('waits when the network takes no more, and leaves nothing out', () => {
    const line = new Line()
    const feed = feedOf(line, [1, 2, 3])
    line.room = 1
    feed.heartbeat('a', 0, true)
    feed.publish(4, Uint8Array.of(4))
    assert.deepEqual(line.take(), ['a1'])
    line.room = 100
    feed.drained('a')
    assert.deepEqual(line.take(), ['a2', 'a3', 'a4'])
  })

  it('repeats what was lost with a stream', () => {
    const line = new Line()
    const feed = feedOf(line, [1, 2, 3])
    feed.heartbeat('a', 0, true)
    feed.heartbeat('a', 1, true)
    line.take()
    feed.interrupted('a')
    feed.heartbeat('a', 1, true)
    assert.deepEqual(line.take(), ['a2', 'a3'])
  })

  it('repeats to a member what three heartbeats do not acknowledge', () => {
    const line = new Line()
    const feed = feedOf(line, [1, 2])
    feed.heartbeat('a', 0, true)
    line.take()
    feed.heartbeat('a', 0, true)
    feed.heartbeat('a', 0, true)
    assert.deepEqual(line.take(), [])
    feed.heartbeat('a', 0, true)
    assert.deepEqual(line.take(), ['a1', 'a2'])
  })

  it('repeats nothing to a stranger that claims to hear nothing', () => {
    const line = new Line()
    const feed = feedOf(line, [1, 2])
    for (let beat = 0; beat < 10; beat++) feed.heartbeat('a', 0, false)
    assert.deepEqual(line.take(), ['a1', 'a2'])
  })

  it('serves so many strangers, and every member', () => {
    const feed = feedOf(new Line(), [])
    for (let peer = 0; peer < 40; peer++) feed.heartbeat(`stranger${peer}`, 0, false)
    feed.heartbeat('member', 0, true)
    assert.equal(feed.subscribers, 33)
    feed.disconnected('stranger0')
    feed.heartbeat('stranger39', 0, false)
    assert.equal(feed.subscribers, 33)
  })

  it('lets go of garbage', () => {
    const line = new Line()
    const feed = feedOf(line, [1, 2, 3])
    feed.prune(2)
    feed.heartbeat('a', 0, true)
    assert.deepEqual(line.take(), ['a3'])
  })
})
