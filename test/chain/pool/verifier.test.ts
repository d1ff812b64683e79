import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { isFault } from '#base'

import { limits } from '../../../chain/pool/limits.ts'
import { type Turn, Turns } from '../../../chain/pool/turns.ts'
import { type Priority, Verifier } from '../../../chain/pool/verifier.ts'
import { turns } from './pooled.ts'

/** A verifier of one core whose jobs end when the test says so. */
class Bench {
  readonly verifier = new Verifier({ cores: 1 })
  readonly started: string[] = []
  readonly #gates = new Map<string, PromiseWithResolvers<void>>()

  run(priority: Priority, source: string, name: string, bytes = 100): Promise<string> {
    const gate = Promise.withResolvers<void>()
    this.#gates.set(name, gate)
    return this.verifier.run({ priority, source, bytes }, async () => {
      this.started.push(name)
      await gate.promise
      return name
    })
  }

  async end(...names: readonly string[]): Promise<void> {
    for (const name of names) this.#gates.get(name)?.resolve()
    await turns()
  }

  /** Ends whatever starts, until nothing is left. */
  async drain(): Promise<readonly string[]> {
    for (let at = 0; at < this.started.length; at++) await this.end(this.started[at]!)
    return this.started
  }
}

describe('the verification window', () => {
  it('runs two at once per core, and the others when one of them ends', async () => {
    const bench = new Bench()
    const all = ['a', 'b', 'c', 'd'].map((name) => bench.run('pool', 'one', name))
    await turns()
    assert.deepEqual(bench.started, ['a', 'b'])
    assert.equal(bench.verifier.running, bench.verifier.width)
    await bench.end('b')
    assert.deepEqual(bench.started, ['a', 'b', 'c'])
    await bench.drain()
    assert.deepEqual(await Promise.all(all), ['a', 'b', 'c', 'd'])
    assert.deepEqual([bench.verifier.running, bench.verifier.waiting('pool')], [0, 0])
  })

  it('goes on after a job that fails', async () => {
    const verifier = new Verifier({ cores: 1 })
    const asked = { priority: 'pool', source: 'one', bytes: 1 } as const
    const jobs = Array.from({ length: 6 }, (_, index) =>
      verifier.run(asked, async () => {
        if (index % 2 === 0) throw new TypeError('broken')
        return index
      }),
    )
    const outcomes = await Promise.allSettled(jobs)
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status === 'fulfilled' && outcome.value),
      [false, 1, false, 3, false, 5],
    )
    assert.equal(verifier.running, 0)
  })

  it('lets headers go before bodies, and both before the pool', async () => {
    const bench = new Bench()
    const names = [
      ['pool', 'p0'],
      ['pool', 'p1'],
      ['pool', 'p2'],
      ['body', 'b1'],
      ['header', 'h1'],
      ['body', 'b2'],
      ['header', 'h2'],
    ] as const
    for (const [priority, name] of names) void bench.run(priority, 'one', name)
    await turns()
    assert.deepEqual(await bench.drain(), ['p0', 'p1', 'h1', 'h2', 'b1', 'b2', 'p2'])
  })

  it('keeps room for headers when the pool has none', async () => {
    const bench = new Bench()
    const { value } = limits.verificationQueue
    const many = Array.from({ length: value + 2 }, (_, index) =>
      bench.run('pool', `source ${index}`, `p${index}`),
    )
    await assert.rejects(bench.run('pool', 'late', 'p'), {
      facts: { code: 'POOL_BUSY', waiting: value },
    })
    const header = bench.run('header', 'author', 'h')
    await bench.end('p0')
    await bench.end('h')
    assert.equal(await header, 'h')
    await bench.drain()
    await Promise.all(many)
  })

  it('gives every source its turn, however much one has waiting', async () => {
    const bench = new Bench()
    const asked = ['x', 'y', 'f1', 'f2', 'f3', 'f4', 'f5', 'a1', 'a2', 'b1']
    for (const name of asked) void bench.run('pool', name[0]!, name)
    await turns()
    assert.equal((await bench.drain()).join(' '), 'x y f1 a1 b1 f2 a2 f3 f4 f5')
  })

  it('counts what is large as several', async () => {
    const bench = new Bench()
    void bench.run('pool', 'one', 'a')
    void bench.run('pool', 'one', 'b')
    const slot = limits.verificationSlot.value
    const large = Array.from({ length: 32 }, (_, index) =>
      bench.run('pool', 'one', `l${index}`, 8 * slot),
    )
    assert.equal(bench.verifier.waiting('pool'), limits.verificationQueuePerSource.value)
    await assert.rejects(bench.run('pool', 'one', 'c'), { code: 'POOL_BUSY' })
    const other = bench.run('pool', 'other', 'd', slot + 1)
    assert.equal(bench.verifier.waiting('pool'), limits.verificationQueuePerSource.value + 2)
    await bench.drain()
    await Promise.all([...large, other])
  })

  it('refuses what waits for a source that is dropped, and nothing else', async () => {
    const bench = new Bench()
    void bench.run('pool', 'bad', 'a')
    void bench.run('pool', 'bad', 'b')
    const dropped = bench.run('pool', 'bad', 'c')
    const kept = bench.run('pool', 'good', 'd')
    bench.verifier.drop('pool', 'bad')
    bench.verifier.drop('pool', 'nobody')
    await assert.rejects(dropped, { facts: { code: 'POOL_SOURCE_DROPPED', source: 'bad' } })
    await bench.drain()
    assert.equal(await kept, 'd')
    assert.deepEqual(bench.started, ['a', 'b', 'd'])
  })
})

function slotsOf(all: Iterable<Turn>): number {
  return [...all].reduce((sum, { slots }) => sum + slots, 0)
}

function turn(source: string, slots: number, refused: string[] = []): Turn {
  return { source, slots, start() {}, refuse: ({ code }) => refused.push(`${source} ${code}`) }
}

describe('a queue of turns', () => {
  it('takes the last turn of the longest line for a source that has less', () => {
    const queue = new Turns({ all: 6, perSource: 5 })
    const refused: string[] = []
    for (let count = 0; count < 5; count++) queue.add(turn('long', 1, refused))
    queue.add(turn('short', 1, refused))
    queue.add(turn('new', 1, refused))
    queue.add(turn('short', 1, refused))
    assert.deepEqual(refused, ['long POOL_BUSY', 'long POOL_BUSY'])
    assert.throws(() => queue.add(turn('new', 2, refused)), { code: 'POOL_BUSY' })
    assert.throws(() => queue.add(turn('long', 1, refused)), { code: 'POOL_BUSY' })
    assert.equal(queue.slots, 6)
    assert.equal(refused.length, 2)
  })

  it('stays within its bounds, loses nothing silently, and never starves a source', () => {
    const arrival = fc.record({
      source: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      slots: fc.integer({ min: 1, max: 8 }),
    })
    const step = fc.oneof(
      { weight: 4, arbitrary: arrival },
      fc.constant('next' as const),
      fc.record({ drop: fc.constantFrom('a', 'b') }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const queue = new Turns({ all: 24, perSource: 12 })
        const waiting = new Set<Turn>()
        for (const one of steps) {
          if (one === 'next') {
            const next = queue.next()
            assert.equal(next === undefined, waiting.size === 0)
            if (next !== undefined) assert(waiting.delete(next))
          } else if ('drop' in one) {
            for (const dropped of queue.drop(one.drop)) assert(waiting.delete(dropped))
            assert([...waiting].every(({ source }) => source !== one.drop))
          } else {
            const added: Turn = {
              ...one,
              start() {},
              refuse: () => assert(waiting.delete(added)),
            }
            try {
              queue.add(added)
              waiting.add(added)
            } catch (error) {
              assert(isFault(error, 'POOL_BUSY'))
            }
          }
          const taken = slotsOf(waiting)
          assert.equal(queue.slots, taken)
          assert(taken < 24 + 8)
          for (const source of 'abcdef') {
            assert(slotsOf([...waiting].filter((each) => each.source === source)) <= 12)
          }
        }
        const sources = new Set([...waiting].map(({ source }) => source))
        const first = Array.from({ length: sources.size }, () => queue.next()?.source)
        assert.equal(new Set(first).size, sources.size)
      }),
    )
  })
})
