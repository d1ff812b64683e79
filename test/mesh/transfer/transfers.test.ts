import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { isFault } from '#base'

import { limits } from '../../../mesh/limits.ts'
import { SeededRandom, VirtualClock } from '../../../mesh/sim/index.ts'
import { decodeFrame, encodeFrame } from '../../../mesh/transfer/frame.ts'
import { LinkModel, Transfers } from '../../../mesh/transfer/index.ts'
import { Seeded } from '../../seeded.ts'
import { Rig } from './rig.ts'

const upTo = (most: number) => fc.double({ min: 0, max: most, noNaN: true })
const sorted = (list: readonly Uint8Array[]): readonly string[] =>
  list.map((object) => Buffer.from(object).toString('hex')).toSorted()
const radio = { bitsPerSecond: 5000, latency: 100 } as const

function lastReason(error: unknown): unknown {
  return isFault(error, 'MESH_TRANSFER') ? (error.facts as { reason?: unknown }).reason : error
}

describe('mesh/transfer/transfers', () => {
  it('brings every object once and whole, both ways, whatever the link does', async function () {
    this.timeout(60_000)
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          loss: upTo(0.6),
          duplication: upTo(0.5),
          jitter: fc.integer({ min: 0, max: 5000 }),
          latency: fc.integer({ min: 0, max: 30_000 }),
          mtu: fc.integer({ min: 219, max: 1500 }),
          isShared: fc.boolean(),
        }),
        fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 6 }),
        fc.integer(),
        async (conditions, sizes, seed) => {
          const latency = conditions.isShared ? conditions.latency % 10 : conditions.latency
          const rig = new Rig({ ...conditions, latency, bitsPerSecond: 20_000 }, seed)
          const objects = sizes.map((size) => rig.random.bytes(size))
          const receipts = objects.map((object, at) =>
            (at % 2 === 0 ? rig.a : rig.b).transfers.send(object),
          )
          assert.ok(await rig.settles(Promise.all(receipts)), 'it never ended')
          await Promise.all(receipts)
          const even = objects.filter((_, at) => at % 2 === 0)
          const odd = objects.filter((_, at) => at % 2 === 1)
          assert.deepEqual(sorted(rig.b.delivered), sorted(even))
          assert.deepEqual(sorted(rig.a.delivered), sorted(odd))
          rig.a.transfers.stop()
          rig.b.transfers.stop()
        },
      ),
      { numRuns: 40, seed: 8 },
    )
  })

  it('sends an object that fits one frame in one frame, 6 bytes longer', async () => {
    const rig = new Rig(radio)
    const object = rig.random.bytes(41)
    assert.ok(await rig.settles(rig.a.transfers.send(object), 1000))
    assert.deepEqual(rig.b.delivered, [object])
    assert.deepEqual(rig.a.sent, [28 + 6 + 41])
    const largest = rig.random.bytes(500 - 28 - 6)
    assert.ok(await rig.settles(rig.a.transfers.send(largest), 3000))
    assert.deepEqual(rig.b.delivered, [object, largest])
    assert.deepEqual(rig.a.sent, [75, 500])
  })

  it('says nothing more once all is received', async () => {
    const rig = new Rig({ ...radio, loss: 0.2 }, 4)
    await rig.settles(rig.a.transfers.send(rig.random.bytes(5000)))
    await rig.clock.run(60_000)
    const [forth, back] = [rig.a.sent.length, rig.b.sent.length]
    await rig.clock.run(1e8)
    assert.deepEqual([rig.a.sent.length, rig.b.sent.length], [forth, back])
    assert.equal(rig.a.transfers.waiting, 0)
  })

  it('comes over a link that loses nothing without a frame too many, once it knows it', async () => {
    const rig = new Rig({ ...radio, bitsPerSecond: 1e6 })
    for (let round = 0; round < 20; round++) {
      await rig.settles(rig.a.transfers.send(rig.random.bytes(20_000)))
    }
    const before = rig.a.sent.length
    await rig.settles(rig.a.transfers.send(rig.random.bytes(20_000)))
    assert.ok(rig.a.sent.length - before <= 44, `${rig.a.sent.length - before} frames`)
  })

  it('streams an object of megabytes in blocks at the speed of the link', async function () {
    this.timeout(30_000)
    const rig = new Rig({ bitsPerSecond: 1e8, latency: 20, mtu: 8192, loss: 0.001 })
    const object = rig.random.bytes(6_000_000)
    const start = rig.clock.now()
    await rig.settles(rig.a.transfers.send(object))
    assert.deepEqual(rig.b.delivered[0], object)
    const share = (object.length * 8) / (1e5 * (rig.clock.now() - start))
    assert.ok(share > 0.8, `a share of ${share}`)
  })

  it('lets a message pass a file that was sent before', async () => {
    const rig = new Rig(radio)
    const file = rig.a.transfers.send(rig.random.bytes(200_000))
    await rig.clock.run(20_000)
    const message = rig.random.bytes(60)
    assert.ok(await rig.settles(rig.a.transfers.send(message), 3000))
    assert.deepEqual(rig.b.delivered, [message])
    assert.ok(await rig.settles(file))
  })

  it('shares the link among files', async () => {
    const rig = new Rig(radio)
    const start = rig.clock.now()
    const ends: number[] = []
    const files = [0, 1, 2].map(async () => {
      await rig.a.transfers.send(rig.random.bytes(20_000))
      ends.push(rig.clock.now() - start)
    })
    await rig.settles(Promise.all(files))
    const [first = 0, , last = 0] = ends
    assert.ok(first > 0.9 * last, ends.join())
  })

  it('takes messages also while as many files as can be are on their way', async () => {
    const rig = new Rig(radio)
    for (let file = 0; file < 40; file++) {
      rig.a.transfers.send(rig.random.bytes(50_000)).catch(() => undefined)
    }
    await rig.clock.run(10_000)
    assert.ok(await rig.settles(rig.a.transfers.send(rig.random.bytes(60)), 30_000))
    rig.a.transfers.stop()
  })

  it('goes on by itself when the link was cut for hours', async () => {
    const from = new VirtualClock().now()
    const partitions = [{ from: from + 10_000, until: from + 7_200_000, groups: [] }]
    const rig = new Rig({ ...radio, partitions })
    const object = rig.random.bytes(20_000)
    const receipt = rig.a.transfers.send(object)
    assert.equal(await rig.settles(receipt, 7_000_000), false)
    const during = rig.a.sent.length
    assert.ok(during < 100, `${during} frames into nothing`)
    assert.ok(await rig.settles(receipt, 3 * 7_200_000))
    assert.deepEqual(rig.b.delivered, [object])
  })

  it('gives the receipt when the object is taken, and brings it again when it was not', async () => {
    let refusals = 0
    const rig = new Rig({ ...radio, loss: 0.1 }, 1, () => {
      if (refusals-- > 0) throw new Error('the disk is full')
    })
    const objects = [10, 3000, 100_000].map((size) => rig.random.bytes(size))
    for (const object of objects) {
      refusals = 2
      assert.ok(await rig.settles(rig.a.transfers.send(object)))
    }
    assert.deepEqual(rig.b.delivered, objects)
  })

  it('waits for who takes objects slowly', async () => {
    const rig = new Rig(radio, 1, () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      rig.clock.after(100_000, resolve)
      return promise
    })
    const start = rig.clock.now()
    assert.ok(await rig.settles(rig.a.transfers.send(rig.random.bytes(500))))
    assert.ok(rig.clock.now() - start > 100_000)
    assert.equal(rig.b.delivered.length, 1)
  })

  it('refuses what is empty, too large or too much, and all once it is stopped', async () => {
    const { a } = new Rig(radio)
    const large = new Uint8Array(limits.transferObject.value)
    await assert.rejects(a.transfers.send(new Uint8Array(0)), (e) => lastReason(e) === 'empty')
    await assert.rejects(
      a.transfers.send(new Uint8Array(limits.transferObject.value + 1)),
      (e) => lastReason(e) === 'large',
    )
    const waiting = [1, 2, 3, 4].map(() => a.transfers.send(large))
    await assert.rejects(a.transfers.send(new Uint8Array(1)), (e) => lastReason(e) === 'busy')
    a.transfers.stop()
    for (const one of waiting) await assert.rejects(one, (e) => lastReason(e) === 'stopped')
    await assert.rejects(a.transfers.send(new Uint8Array(1)), (e) => lastReason(e) === 'stopped')
    assert.equal(a.transfers.waiting, 0)
  })

  it('does not believe a receipt of other bytes', async () => {
    const clock = new VirtualClock()
    const transfers: Transfers = new Transfers({
      clock,
      random: new SeededRandom(1),
      model: new LinkModel(radio),
      payload: 472,
      send: (bytes) => {
        const { kind, transfer } = decodeFrame(bytes)
        assert.equal(kind, 'symbol')
        const echo = { block: 0, index: 0 }
        const hash = new Uint8Array(16)
        const lie = encodeFrame({ kind: 'receipt', transfer, echo, held: 0, heard: 1, hash })
        clock.after(10, () => transfers.heard(lie))
        return Promise.resolve()
      },
      deliver: () => undefined,
    })
    const receipt = transfers.send(Uint8Array.of(1))
    receipt.catch(() => undefined)
    await clock.run(1000)
    await assert.rejects(receipt, (error) => lastReason(error) === 'differs')
  })

  it('sends again what the medium refused', async () => {
    let refusals = 3
    const clock = new VirtualClock()
    const ports = { clock, random: new SeededRandom(1), payload: 472 }
    const taken: Uint8Array[] = []
    const a: Transfers = new Transfers({
      ...ports,
      model: new LinkModel(radio),
      send: (frame) => {
        if (refusals-- > 0) return Promise.reject(new Error('no cable'))
        b.heard(frame)
        return Promise.resolve()
      },
      deliver: () => undefined,
    })
    const b: Transfers = new Transfers({
      ...ports,
      model: new LinkModel(radio),
      send: (frame) => {
        a.heard(frame)
        return Promise.resolve()
      },
      deliver: (object) => void taken.push(object),
    })
    let isDone = false
    void a.send(Uint8Array.of(7)).then(() => (isDone = true))
    assert.ok(await clock.run(1e6, () => isDone))
    assert.deepEqual(taken, [Uint8Array.of(7)])
  })

  it('keeps bounded memory for a neighbour who only begins objects', () => {
    const clock = new VirtualClock()
    const random = new Seeded(5)
    let [answers, delivered] = [0, 0]
    const transfers = new Transfers({
      clock,
      random,
      model: new LinkModel(radio),
      payload: 65_000,
      send: () => {
        answers++
        return Promise.resolve()
      },
      deliver: () => void delivered++,
    })
    const symbol = random.bytes(60_000)
    const before = process.memoryUsage().arrayBuffers
    for (let round = 0; round < 5000; round++) {
      const [transfer, block, index] = [random.below(200), random.below(4096), random.below(1024)]
      const place = { transfer, left: 7, block, sources: 64, index }
      transfers.heard(encodeFrame({ kind: 'symbol', ...place, symbol }))
    }
    const grown = process.memoryUsage().arrayBuffers - before
    // Of 300 MB, what may be held, and what is not collected yet.
    assert.ok(grown < 8 * limits.transferTakingBytes.value, `${grown} bytes`)
    assert.deepEqual([answers, delivered], [0, 0])
    transfers.stop()
  })

  it('holds no more of objects in parts than its node lets it', async () => {
    const clock = new VirtualClock()
    const random = new SeededRandom('taking')
    const end = (
      send: (frame: Uint8Array) => void,
      deliver: () => void,
      taking: number,
    ): Transfers =>
      new Transfers({
        clock,
        random,
        model: new LinkModel({ bitsPerSecond: 1e6, latency: 10 }),
        payload: 472,
        taking: () => taking,
        send: (frame) => {
          send(frame)
          return new Promise((resolve) => void clock.after(4, resolve))
        },
        deliver,
      })
    for (const [taking, expected] of [
      [10_000, 0],
      [60_000, 1],
    ] as const) {
      let delivered = 0
      const receiver = end(
        () => {},
        () => void delivered++,
        taking,
      )
      const sender = end(
        (frame) => receiver.heard(frame),
        () => {},
        taking,
      )
      sender.send(random.bytes(20_000)).catch(() => {})
      await clock.run(10_000)
      sender.stop()
      receiver.stop()
      assert.equal(delivered, expected, `${taking} bytes`)
    }
  })

  it('lives through frames of chance on both sides, and goes on', async function () {
    this.timeout(30_000)
    const rig = new Rig({ ...radio, bitsPerSecond: 1e6 }, 9)
    const random = new Seeded(9)
    const sources = [3, 500, 9000, 60_000].map((size) => rig.random.bytes(size))
    let mutated = 0
    rig.clock.after(0, function mutate() {
      const bytes = random.bytes(6 + random.below(300))
      try {
        ;(random.oneIn(2) ? rig.a : rig.b).transfers.heard(bytes)
      } catch (error) {
        if (!isFault(error, 'MESH_MALFORMED')) throw error
      }
      if (mutated++ < 5000) rig.clock.after(1, mutate)
    })
    await rig.clock.run(10_000)
    assert.ok(mutated > 5000)
    const start = rig.b.delivered.length
    // Whatever the other side has said: what is sent now comes through.
    await rig.settles(Promise.all(sources.map((object) => rig.a.transfers.send(object))))
    const got = rig.b.delivered.slice(start).map((object) => Buffer.from(object).toString('hex'))
    for (const object of sources) assert.ok(got.includes(Buffer.from(object).toString('hex')))
  })
})
