import assert from 'node:assert/strict'

import { limits } from '../../../consensus/limits.ts'
import { Feed } from '../../../consensus/wire/feed.ts'
import { limits as network } from '../../../network/limits.ts'
import { TokenBucket } from '../../../network/token-bucket.ts'
import { ManualClock } from '../../manual-clock.ts'

/** A network that takes so many frames to each peer. */
class Line {
  room = 100
  now = 0
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
  const feed = new Feed(
    (peer, block) => line.push(peer, block),
    () => line.now,
  )
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

  it('lets another stranger have the place of the oldest, after its turn, and never a member’s', () => {
    const line = new Line()
    const feed = feedOf(line, [1])
    feed.heartbeat('member', 0, true)
    for (let peer = 0; peer < limits.followers.value; peer++) {
      line.now++
      feed.heartbeat(`stranger${peer}`, 0, false)
    }
    line.take()
    feed.heartbeat('late', 0, false)
    assert.deepEqual(line.take(), [])
    line.now = limits.followerTurn.value + 1
    feed.heartbeat('late', 0, false)
    assert.deepEqual(line.take(), ['late1'])
    assert.equal(feed.subscribers, limits.followers.value + 1)
    feed.publish(2, Uint8Array.of(2))
    const sent = line.take()
    assert.ok(sent.includes('member2') && sent.includes('late2') && !sent.includes('stranger02'))
  })

  it('gives those from one place a share, in which they take turns among themselves', () => {
    const line = new Line()
    const feed = new Feed(
      (peer, block) => line.push(peer, block),
      () => line.now,
      (peer) => peer.slice(0, 1),
    )
    const share = limits.followersPerOrigin.value
    for (let peer = 0; peer < 3 * share; peer++) feed.heartbeat(`a${peer}`, 0, false)
    assert.equal(feed.subscribers, share)
    feed.heartbeat('b', 0, false)
    line.now = limits.followerTurn.value
    for (let peer = share; peer < 3 * share; peer++) feed.heartbeat(`a${peer}`, 0, false)
    assert.equal(feed.subscribers, share + 1)
    feed.publish(1, Uint8Array.of(1))
    const sent = line.take()
    assert.ok(sent.includes('b1') && sent.includes(`a${share}1`) && !sent.includes('a01'))
  })

  it('gives a stranger a few rounds, whatever it says that it has heard', () => {
    const line = new Line()
    const rounds = Array.from({ length: 60 }, (_, at) => at + 1)
    const feed = feedOf(line, rounds)
    feed.heartbeat('a', 0, false)
    assert.equal(line.take().length, limits.followerBacklog.value)
    feed.heartbeat('b', 0, true)
    assert.equal(line.take().length, 60)
  })

  it('is never faster than the other side takes, however much is to be caught up, or repeated', () => {
    const line = new Line()
    const clock = new ManualClock(1_000_000)
    const bucket = new TokenBucket(
      clock,
      network.dagRate.value,
      network.dagRate.value * network.burst.value,
    )
    const size = limits.bodyBytes.value + 10_000
    let isOver = false
    let sent = 0
    const feed = new Feed(
      (_, { length }) => {
        isOver ||= !bucket.charge(length)
        sent += length
        return true
      },
      () => clock.now(),
    )
    for (let round = 1; round <= 60; round++) feed.publish(round, new Uint8Array(size))
    clock.advance(60_000)
    for (let second = 0; second < 60; second++) {
      if (second < 20) feed.disconnected('a')
      for (let beat = 0; beat < 4; beat++) feed.heartbeat('a', 0, true)
      clock.advance(1_000)
    }
    assert.equal(isOver, false)
    assert.ok(sent > 60 * size, 'and all of it goes')
    line.take()
  })

  it('lets go of garbage', () => {
    const line = new Line()
    const feed = feedOf(line, [1, 2, 3])
    feed.prune(2)
    feed.heartbeat('a', 0, true)
    assert.deepEqual(line.take(), ['a3'])
  })
})
