import assert from 'node:assert/strict'

import { isFault, utf8 } from '#base'

import { encodeCell } from '../../../mesh/cell.ts'
import { limits } from '../../../mesh/limits.ts'
import type { Link } from '../../../mesh/node/link.ts'
import type { MeshNode } from '../../../mesh/node/node.ts'
import { Air, type Conditions, SimMedium } from '../../../mesh/sim/index.ts'
import { day, Village } from './village.ts'

const fast = { bitsPerSecond: 1_000_000, latency: 20 }
const isLost = (error: unknown): boolean => isFault(error, 'MESH_LINK', 'MESH_TRANSFER')

/** Two nodes, and a link from the first to the second. */
async function pair(seed: string, conditions: Conditions = fast) {
  const village = new Village(seed)
  await village.line(2, conditions)
  const [first, second] = village.nodes as [MeshNode, MeshNode]
  const identity = village.identity()
  second.serve(identity)
  const link = await village.until(first.connect(identity.address, day))
  return { village, first, second, identity, link }
}

async function settled(promises: readonly Promise<unknown>[]): Promise<readonly boolean[]> {
  const outcomes = await Promise.allSettled(promises)
  return outcomes.map(({ status }) => status === 'fulfilled')
}

describe('a link in adversity', function () {
  this.timeout(60_000)
  it('hands each message over once, and none that was not delivered has a receipt', async () => {
    const { village, link } = await pair('lossy', { ...fast, loss: 0.2, jitter: 100 })
    const texts = Array.from({ length: 600 }, (_, index) => `message ${index}`)
    for (let from = 0; from < texts.length; from += 200) {
      const some = texts.slice(from, from + 200).map((text) => link.send(utf8(text)))
      await village.until(Promise.all(some))
    }
    assert.deepEqual(village.received[1]?.toSorted(), texts.toSorted())
  })

  it('is given up when the other side is gone, with what has no receipt', async () => {
    const { village, first, second, link } = await pair('gone')
    await village.until(link.send(utf8('hello')))
    for (const { name } of second.router.media) await second.detach(name)
    const waiting = [link.send(utf8('hello?')), link.send(new Uint8Array(50_000))]
    assert.deepEqual(await village.until(settled(waiting)), [false, false])
    assert.equal(link.isOpen, false)
    assert.deepEqual([first.links.length, first.router.circuits], [0, 0])
  })

  it('ends with the medium under a transfer', async () => {
    const { village, first, link } = await pair('cut', { ...fast, bitsPerSecond: 10_000 })
    const sending = link.send(new Uint8Array(50_000))
    sending.catch(() => {})
    await village.clock.run(5000)
    await village.until(first.detach('0 right'))
    await assert.rejects(village.until(sending), isLost)
    assert.equal(first.links.length, 0)
  })

  it('lasts through hours without a word', async () => {
    const { village, link } = await pair('quiet')
    await village.until(link.send(utf8('one')))
    await village.clock.run(5 * limits.circuitAnswer.value)
    await village.until(link.send(utf8('two')))
    assert.deepEqual(village.received[1], ['one', 'two'])
  })

  it('is forgotten by both sides after a day without a word', async () => {
    const { village, first, second, link } = await pair('forgotten')
    await village.until(link.send(utf8('one')))
    await village.clock.run(2 * limits.circuitSilence.value)
    assert.equal(link.isOpen, false)
    assert.deepEqual([first.links.length, second.links.length], [0, 0])
    assert.deepEqual([first.router.circuits, second.router.circuits], [0, 0])
  })

  it('lets the other side speak first, though the first cell is lost', async () => {
    const village = new Village('first cell')
    const partitions = [{ from: 0, until: 0, groups: [] as string[][] }]
    await village.line(2, { ...fast, partitions })
    const [first, second] = village.nodes as [MeshNode, MeshNode]
    const identity = village.identity()
    second.serve(identity)
    const heard: string[] = []
    const link = await village.until(first.connect(identity.address, day))
    link.receive = (object) => void heard.push(Buffer.from(object).toString())
    const now = village.clock.now()
    partitions[0] = { from: now, until: now + 100, groups: [] }
    const [back] = village.links[1] as [Link]
    await village.until(back.send(utf8('welcome')))
    assert.deepEqual(heard, ['welcome'])
  })
})

describe('a node in adversity', function () {
  this.timeout(60_000)
  it('has room for the circuits of others, whatever one neighbour asks for', async () => {
    const village = new Village('greedy')
    await village.line(3, fast)
    const [victim, relay, owner] = village.nodes as [MeshNode, MeshNode, MeshNode]
    const air = new Air(village.clock, village.random, fast)
    await relay.attach(new SimMedium(air, 'side'))
    const identity = village.identity()
    owner.serve(identity)
    await village.clock.run(60_000)
    const distance = 200
    for (let hop = 0; hop < 2 * limits.circuitsUnanswered.value; hop++) {
      const name = new Uint8Array(8).fill(hop)
      const body = utf8('nothing')
      const cell = { kind: 'request', distance, label: identity.label, context: 0x82 } as const
      air.carry('thief', encodeCell({ ...cell, hop: name, body }), 'side')
    }
    await village.clock.run(60_000)
    assert.equal(relay.router.circuits, limits.circuitsUnanswered.value)
    const link = await village.until(victim.connect(identity.address, day))
    await village.until(link.send(utf8('through')))
    assert.deepEqual(village.received[2], ['through'])
  })

  it('sends what is its own while a neighbour asks and asks', async () => {
    const slow = { bitsPerSecond: 5000, latency: 100 }
    const { village, second, identity, link } = await pair('asking', slow)
    const air = new Air(village.clock, village.random, { bitsPerSecond: 1e6, latency: 1 })
    await second.attach(new SimMedium(air, 'side'))
    for (let asked = 0; asked < 600; asked++) {
      village.clock.after(asked * 1000, () => {
        const hop = new Uint8Array(8).fill(1 + (asked % 40))
        const cell = {
          kind: 'request',
          distance: 200,
          label: identity.label,
          context: 0x80,
        } as const
        const body = Uint8Array.of(1, 244, 0, asked % 200, 255)
        air.carry('thief', encodeCell({ ...cell, hop, body }), 'side')
      })
    }
    await village.until(link.send(new Uint8Array(2000)), 60_000)
  })

  it('stops at once whatever it waits for', async () => {
    const { village, first, second, link } = await pair('stop', { ...fast, bitsPerSecond: 1000 })
    const waiting = [
      link.send(new Uint8Array(10_000)),
      first.connect(village.identity().address, day),
      second.connect(village.identity().address, day),
    ]
    const outcomes = settled(waiting)
    await village.until(Promise.all([first.stop(), second.stop()]), 1000)
    assert.deepEqual(await village.until(outcomes, 1000), [false, false, false])
  })
})
