import assert from 'node:assert/strict'

import { isFault } from '#base'

import {
  Air,
  type Conditions,
  SeededRandom,
  SimMedium,
  simPair,
  VirtualClock,
} from '../../../mesh/sim/index.ts'

interface Heard {
  readonly at: number
  readonly by: string
  readonly from: string | undefined
  readonly cell: number
}

/** Nodes of one medium, and what they hear; times count from the start. */
async function scene(conditions: Conditions, names: readonly string[], seed = 1) {
  const clock = new VirtualClock()
  const start = clock.now()
  const air = new Air(clock, new SeededRandom(seed), conditions)
  const heard: Heard[] = []
  const media = names.map((name) => new SimMedium(air, name))
  for (const medium of media) {
    await medium.start(({ 0: cell = 0 }, { neighbour }) => {
      heard.push({ at: clock.now() - start, by: medium.name, from: neighbour, cell })
    })
  }
  return { clock, start, air, heard, media: media as [SimMedium, SimMedium, SimMedium] }
}

async function run(seed: number): Promise<readonly Heard[]> {
  const conditions = { bitsPerSecond: 1e5, latency: 10, jitter: 50, loss: 0.2, isShared: true }
  const { clock, heard, media } = await scene(conditions, ['a', 'b', 'c'], seed)
  for (let name = 0; name < 40; name++) void media[name % 3]!.send(cell(name))
  await clock.run(1e6)
  return heard
}

const cell = (name: number, size = 125): Uint8Array => new Uint8Array(size).fill(name)
const isWithB = (from: string, to: string): boolean => from === 'b' || to === 'b'
const named = (one: Heard): string => `${one.by}${one.cell}`
const isRefused = (error: unknown): boolean => isFault(error, 'MESH_MEDIUM')
const slow = { bitsPerSecond: 1000, latency: 60_000 }
const local = { bitsPerSecond: 1000, latency: 1, isShared: true }

describe('mesh/sim clock', () => {
  it('runs tasks by time, then by the order in which they were planned', async () => {
    const clock = new VirtualClock(0)
    const done: string[] = []
    for (const [name, delay] of [
      ['c', 30],
      ['a', 10],
      ['b', 10],
      ['d', 31],
    ] as const) {
      clock.after(delay, () => done.push(`${name}${clock.now()}`))
    }
    clock.after(5, () => clock.after(0, () => done.push('inner')))
    assert.equal(await clock.run(30), false)
    assert.deepEqual(done, ['inner', 'a10', 'b10', 'c30'])
    assert.equal(clock.now(), 30)
  })

  it('leaves out what is cancelled, and stops when it is over', async () => {
    const clock = new VirtualClock(0)
    let count = 0
    const timer = clock.after(10, () => count++)
    clock.after(5, () => timer.cancel())
    clock.after(20, () => (count += 10))
    clock.after(30, () => (count += 100))
    assert.equal(await clock.run(1000, () => count === 10), true)
    assert.equal(clock.now(), 20)
  })

  it('waits for promises that follow a task before it goes on', async () => {
    const clock = new VirtualClock(0)
    const seen: number[] = []
    const later = async (depth: number): Promise<void> => {
      if (depth > 0) return later(depth - 1)
      clock.after(1, () => seen.push(clock.now()))
    }
    clock.after(10, () => void later(8))
    clock.after(1000, () => seen.push(clock.now()))
    await clock.run(2000)
    assert.deepEqual(seen, [11, 1000])
  })

  it('passes ten thousand seconds of a busy link at once', async () => {
    const { clock, heard, media } = await scene({ bitsPerSecond: 5000, latency: 100 }, ['a', 'b'])
    const talk = async (): Promise<void> => {
      for (;;) await media[0].send(cell(1, 500))
    }
    talk().catch(() => undefined)
    await clock.run(10_000_000)
    assert.equal(heard.length, 12_499)
    await media[0].stop()
  })
})

describe('mesh/sim medium', () => {
  it('delivers after airtime and latency, at the pace of its bits', async () => {
    const { clock, start, heard, media } = await scene(slow, ['a', 'b'])
    const taken: number[] = []
    for (const name of [1, 2])
      void media[0].send(cell(name)).then(() => taken.push(clock.now() - start))
    await clock.run(1e6)
    assert.deepEqual(taken, [1000, 2000])
    assert.deepEqual(heard, [
      { at: 61_000, by: 'b', from: 'a', cell: 1 },
      { at: 62_000, by: 'b', from: 'a', cell: 2 },
    ])
  })

  it('carries both directions of a wire at once', async () => {
    const { clock, heard, media } = await scene({ bitsPerSecond: 1000, latency: 5 }, ['a', 'b'])
    void media[0].send(cell(1))
    void media[1].send(cell(2))
    await clock.run(1e6)
    assert.deepEqual(
      heard.map(({ at }) => at),
      [1005, 1005],
    )
  })

  it('sends to one neighbour, or to all', async () => {
    const { clock, heard, media } = await scene({ bitsPerSecond: 1e6, latency: 1 }, ['a', 'b', 'c'])
    void media[0].send(cell(1), 'c')
    void media[0].send(cell(2))
    await clock.run(1e6)
    assert.deepEqual(heard.map(named), ['c1', 'b2', 'c2'])
  })

  it('loses and doubles the shares that were asked for', async () => {
    const conditions = { bitsPerSecond: 1e6, latency: 1, loss: 0.3, duplication: 0.1 }
    const { clock, heard, media } = await scene(conditions, ['a', 'b'])
    for (let count = 0; count < 5000; count++) void media[0].send(cell(count, 10))
    await clock.run(1e6)
    assert.ok(Math.abs(heard.length / 5000 - 0.7 * 1.1) < 0.03, `${heard.length} of 5000`)
  })

  it('loses in bursts', async () => {
    const loss = { good: 0, bad: 1, worsens: 0.02, recovers: 0.1 }
    const { clock, heard, media } = await scene({ bitsPerSecond: 1e6, latency: 1, loss }, [
      'a',
      'b',
    ])
    for (let count = 0; count < 8000; count++) {
      const one = new Uint8Array(10)
      void media[0].send(one)
    }
    await clock.run(1e6)
    const gaps = heard.slice(1).map(({ at }, index) => Math.round((at - heard[index]!.at) / 0.08))
    const bursts = gaps.filter((gap) => gap > 1).map((gap) => gap - 1)
    const mean = bursts.reduce((sum, gap) => sum + gap, 0) / bursts.length
    assert.ok(Math.abs(heard.length / 8000 - 5 / 6) < 0.06, `${heard.length} of 8000`)
    assert.ok(mean > 7 && mean < 13, `bursts of ${mean}`)
  })

  it('lets cells overtake each other within the jitter', async () => {
    const conditions = { bitsPerSecond: 1e5, latency: 100, jitter: 500 }
    const { clock, heard, media } = await scene(conditions, ['a', 'b'])
    for (let name = 0; name < 100; name++) void media[0].send(cell(name))
    await clock.run(1e6)
    const order = heard.map(({ cell: name }) => name)
    assert.notDeepEqual(
      order,
      order.toSorted((a, b) => a - b),
    )
    for (const { at, cell: name } of heard) {
      const least = 10 * (name + 1) + 100
      assert.ok(at >= least && at <= least + 500)
    }
  })

  it('gives the same run for the same seed, and another for another', async () => {
    assert.deepEqual(await run(7), await run(7))
    assert.notDeepEqual(await run(7), await run(8))
  })

  it('refuses cells that are too large, and all before it starts and once it is stopped', async () => {
    const clock = new VirtualClock()
    const [a] = simPair(clock, new SeededRandom(1), { ...slow, mtu: 219 })
    await assert.rejects(a.send(cell(1)), isRefused)
    await a.start(() => undefined)
    await assert.rejects(a.send(cell(1, 220)), isRefused)
    const waiting = [a.send(cell(1, 219)), a.send(cell(2, 219))]
    await a.stop()
    for (const one of waiting) await assert.rejects(one, isRefused)
    await assert.rejects(a.send(cell(1)), isRefused)
    assert.equal(await clock.run(1e6), false)
  })

  it('lets nobody hear across a partition while it lasts', async () => {
    const from = new VirtualClock().now()
    const partitions = [{ from, until: from + 5000, groups: [['a', 'b'], ['c']] }]
    const conditions = { bitsPerSecond: 1e6, latency: 1, partitions }
    const { clock, heard, media } = await scene(conditions, ['a', 'b', 'c'])
    void media[0].send(cell(1))
    await clock.run(6000)
    void media[0].send(cell(2))
    await clock.run(6000)
    assert.deepEqual(heard.map(named), ['b1', 'b2', 'c2'])
  })

  it('keeps to the duty cycle', async () => {
    const { clock, heard, media } = await scene({ ...local, dutyCycle: 0.01 }, ['a', 'b'])
    for (const name of [1, 2, 3]) void media[0].send(cell(name))
    await clock.run(1e6)
    assert.deepEqual(
      heard.map(({ at }) => Math.floor(at / 100_000)),
      [0, 1, 2],
    )
  })
})

describe('mesh/sim shared air', () => {
  it('is waited for by those who hear that it is taken', async () => {
    const { clock, heard, media } = await scene(local, ['a', 'b', 'c'])
    void media[0].send(cell(1))
    await clock.run(500)
    void media[1].send(cell(2))
    await clock.run(1e6)
    assert.deepEqual(heard.map(named), ['b1', 'c1', 'a2', 'c2'])
    assert.ok(heard[2]!.at > 2000)
  })

  it('spoils cells of two who begin at once', async () => {
    const { clock, heard, media } = await scene(local, ['a', 'b', 'c'])
    void media[0].send(cell(1))
    void media[1].send(cell(2))
    await clock.run(1e6)
    assert.deepEqual(heard, [])
  })

  it('spoils cells of two who do not hear each other where both are heard', async () => {
    const { clock, heard, media } = await scene({ ...local, isInReach: isWithB }, ['a', 'b', 'c'])
    void media[0].send(cell(1))
    await clock.run(500)
    void media[2].send(cell(2))
    await clock.run(5000)
    assert.deepEqual(heard, [])
    void media[2].send(cell(3))
    await clock.run(5000)
    assert.deepEqual(heard.map(named), ['b3'])
  })

  it('brings cells of eight busy nodes through', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const { clock, heard, media } = await scene({ ...local, bitsPerSecond: 1e5 }, names)
    for (let count = 0; count < 80; count++) void media[count % 8]!.send(cell(count))
    await clock.run(1e6)
    const share = heard.length / (80 * 7)
    assert.ok(share > 0.3 && share < 1, `a share of ${share}`)
  })
})
