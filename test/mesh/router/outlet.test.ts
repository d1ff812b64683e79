import assert from 'node:assert/strict'

import { isFault, utf8 } from '#base'

import { limits } from '../../../mesh/limits.ts'
import type { Medium, MediumFacts } from '../../../mesh/medium.ts'
import { Outlet, type Precedence } from '../../../mesh/router/outlet.ts'
import { VirtualClock } from '../../../mesh/sim/index.ts'

const isBusy = (error: unknown): boolean => isFault(error, 'MESH_BUSY')

/** An outlet to a medium that takes one cell a second, and what it took. */
function scene(facts: Partial<MediumFacts> = {}) {
  const clock = new VirtualClock(0)
  const taken: string[] = []
  const medium: Medium = {
    name: 'slow',
    kind: 'sim',
    facts: {
      mtu: 60_000,
      bitsPerSecond: 8000,
      latency: 0,
      isHalfDuplex: false,
      isBroadcast: false,
      mode: 'full',
      ...facts,
    },
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    send(cell) {
      taken.push(`${clock.now() / 1000} ${Buffer.from(cell).toString().slice(0, 3)}`)
      return new Promise((resolve) => void clock.after(1000, resolve))
    },
  }
  const outlet = new Outlet(medium, clock)
  const send = (cell: Uint8Array | string, precedence: Precedence, source = ''): Promise<void> => {
    const bytes = typeof cell === 'string' ? utf8(cell) : cell
    return outlet.send(bytes, { source, precedence })
  }
  return { clock, taken, outlet, send }
}

const names = (taken: readonly string[]): string =>
  taken.map((line) => line.split(' ')[1]).join(' ')

describe('an outlet', () => {
  it('gives each neighbour its turn', async () => {
    // The first goes at once, before anything waits.
    const { clock, taken, send } = scene()
    for (const cell of ['a1', 'a2', 'a3']) void send(cell, 'data', 'a')
    for (const cell of ['b1', 'b2']) void send(cell, 'data', 'b')
    await clock.run(10_000)
    assert.equal(names(taken), 'a1 a2 b1 a3 b2')
  })

  it('lets nothing wait for ever behind what goes before it', async () => {
    const { clock, taken, send } = scene()
    void send('ann', 'announce')
    void send('dat', 'data')
    for (let cell = 0; cell < 20; cell++) void send('con', 'control')
    void send('an2', 'announce')
    await clock.run(10_000)
    assert.ok(
      taken.some((line) => line.endsWith('dat')),
      names(taken),
    )
    assert.ok(
      taken.some((line) => line.endsWith('an2')),
      names(taken),
    )
    assert.ok(taken.filter((line) => line.endsWith('con')).length >= 6, names(taken))
  })

  it('refuses what is more than the share of one, and serves the others', async () => {
    const { outlet, send } = scene()
    const cell = new Uint8Array(60_000)
    const waiting: Promise<void>[] = []
    for (let bytes = 0; bytes + cell.length <= limits.outletShare.value; bytes += cell.length) {
      waiting.push(send(cell, 'data', 'a'))
    }
    await assert.rejects(send(cell, 'data', 'a'), isBusy)
    waiting.push(send(cell, 'data', 'b'), send(cell, 'control', 'a'))
    const ends = Promise.allSettled(waiting.slice(1))
    outlet.stop()
    assert.ok((await ends).every(({ status }) => status === 'rejected'))
    assert.equal(outlet.waiting, 0)
  })

  it('refuses what is more than all may wait, too large, or comes after the end', async () => {
    const { outlet, send } = scene()
    const cell = new Uint8Array(60_000)
    const waiting: Promise<void>[] = []
    let source = 0
    while (outlet.waiting + cell.length <= limits.outletBytes.value) {
      waiting.push(send(cell, 'data', `${source++}`))
    }
    await assert.rejects(send(cell, 'data', 'another'), isBusy)
    await assert.rejects(send(new Uint8Array(60_001), 'data'), isBusy)
    const ends = Promise.allSettled(waiting.slice(1))
    outlet.stop()
    await ends
    await assert.rejects(send('late', 'data'), isBusy)
  })

  it('keeps to the share of time that the law allows', async () => {
    const { clock, taken, send } = scene({ dutyCycle: 0.01, mtu: 10_000 })
    const cell = new Uint8Array(9000)
    // Nine seconds of airtime each; in an hour 36 seconds are allowed.
    for (let count = 0; count < 6; count++) void send(cell, 'data', `${count}`)
    await clock.run(600_000)
    assert.equal(taken.length, 4)
    await clock.run(1_000_000)
    assert.equal(taken.length, 5)
    await clock.run(1_000_000)
    assert.equal(taken.length, 6)
  })
})
