import assert from 'node:assert/strict'
import { duplexPair } from 'node:stream'

import { isFault } from '#base'
import { hdlc } from '#mesh'

import { limits } from '../../../../node/mesh/media/limits.ts'
import { Neighbours } from '../../../../node/mesh/media/neighbours.ts'
import { Pacer } from '../../../../node/mesh/media/pacer.ts'
import { StreamMedium } from '../../../../node/mesh/media/stream-medium.ts'
import { ManualClock } from '../../../manual-clock.ts'
import { Events } from './station.ts'

const facts = {
  mtu: 500,
  bitsPerSecond: 8000,
  latency: 1000,
  isHalfDuplex: false,
  isBroadcast: false,
  mode: 'full',
} as const

const wire = { name: 'x', kind: 'tcp', facts, framing: hdlc, isPaced: true } as const

/** Lets promises that are settled go on. */
async function settle(): Promise<void> {
  await new Promise(setImmediate)
}

describe('the pace of a medium', () => {
  it('is that of its bits per second, whatever the system takes at once', async () => {
    const clock = new ManualClock(1_000)
    const pacer = new Pacer(clock, 8_000)
    let free = 0
    // A byte a millisecond.
    void pacer.taken(100).then(() => (free = 1))
    clock.advance(89)
    await settle()
    assert.equal(free, 0)
    clock.advance(1)
    await settle()
    assert.equal(free, 1)
    for (let index = 0; index < 5; index++) void pacer.taken(100).then(() => free++)
    clock.advance(499)
    await settle()
    assert.equal(free, 5)
    clock.advance(1)
    await settle()
    assert.equal(free, 6)
    assert.equal(clock.timers, 0)
  })

  it('keeps nobody waiting once it is stopped, and refuses what is too much', async () => {
    const clock = new ManualClock()
    const pacer = new Pacer(clock, 8)
    const waiting = pacer.taken(limits.queuedBytes.value + 11)
    assert.throws(
      () => pacer.check('radio'),
      (error) => isFault(error, 'MESH_BUSY'),
    )
    pacer.stop()
    await waiting
    pacer.check('radio')
    assert.equal(clock.timers, 0)
  })
})

describe('a neighbour who can’t be reached', () => {
  const random = { bytes: (size: number) => new Uint8Array(size).fill(255) }

  it('is tried again after twice the latency, then twice as long each time, up to a minute', async () => {
    const clock = new ManualClock()
    const tried: number[] = []
    const open = (): Promise<never> => {
      tried.push(clock.now())
      return Promise.reject(new Error('nobody answers'))
    }
    const options = { ...wire, dialled: [{ open }] }
    const medium = new StreamMedium(options, { clock, random, log: new Events().log })
    await medium.start(() => {})
    for (let second = 0; second < 250; second++) {
      await settle()
      clock.advance(1000)
    }
    const waits = tried.slice(1).map((at, index) => at - tried[index]!)
    assert.deepEqual(waits, [2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
    await medium.stop()
    assert.equal(clock.timers, 0)
  })

  it('is tried soon again once it was there for long', async () => {
    const clock = new ManualClock()
    const events = new Events()
    const ends: { destroy(): void }[] = []
    let isAway = true
    const open = (): Promise<ReturnType<typeof duplexPair>[0]> => {
      if (isAway) return Promise.reject(new Error('nobody answers'))
      const [near, far] = duplexPair()
      ends.push(near, far)
      return Promise.resolve(near)
    }
    const options = { ...wire, dialled: [{ open }] }
    const medium = new StreamMedium(options, { clock, random, log: events.log })
    await medium.start(() => {})
    for (let second = 0; second < 100; second++) {
      await settle()
      clock.advance(1000)
    }
    isAway = false
    for (let second = 0; second < 60; second++) {
      await settle()
      clock.advance(1000)
    }
    await events.logged('a neighbour is there')
    clock.advance(1_000_000)
    const seen = events.lines.length
    for (const end of ends) end.destroy()
    await events.logged('a neighbour is gone', seen)
    await settle()
    clock.advance(2000)
    await events.logged('a neighbour is there', seen)
    await medium.stop()
    assert.equal(clock.timers, 0)
  })
})

describe('neighbours of a medium of datagrams', () => {
  it('are few of one address, so that others have room', () => {
    const known = new Neighbours(new ManualClock(), 1000)
    for (let port = 1; port <= 5000; port++) known.hear('192.0.2.1', port)
    assert.equal(known.names().length, limits.neighboursOfAddress.value)
    assert.ok(known.hear('192.0.2.2', 1))
    assert.ok(known.has('192.0.2.2:1'))
  })

  it('are bounded, and make room when they are silent', () => {
    const clock = new ManualClock()
    const known = new Neighbours(clock, 1000)
    for (let index = 0; index < 5000; index++) known.hear(`10.0.${index >> 8}.${index & 255}`, 1)
    assert.equal(known.names().length, limits.neighbours.value)
    assert.ok(!known.hear('192.0.2.1', 1))
    clock.advance(1001)
    assert.ok(known.hear('192.0.2.1', 1))
    assert.deepEqual(known.names(), ['192.0.2.1:1'])
  })

  it('are new again after they started anew', () => {
    const known = new Neighbours(new ManualClock(), 1000)
    assert.ok(known.hear('::1', 1, 'a'))
    assert.ok(!known.hear('::1', 1, 'a'))
    assert.ok(known.hear('::1', 1, 'b'))
    assert.deepEqual(known.names(), ['[::1]:1'])
  })
})
