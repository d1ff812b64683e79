import assert from 'node:assert/strict'

import { isFault, utf8 } from '#base'

import { Air, SimMedium } from '../../../mesh/sim/index.ts'
import { day, Village } from './village.ts'

describe('a node of the mesh', function () {
  this.timeout(60_000)
  for (const [name, hops, conditions] of [
    ['on a wire', 1, { bitsPerSecond: 1_000_000, latency: 1 }],
    ['over three hops at 1 kbit/s and a second each', 3, { bitsPerSecond: 1000, latency: 1000 }],
    ['over a minute of latency', 1, { bitsPerSecond: 1000, latency: 60_000 }],
    ['over two hops that lose a fifth', 2, { bitsPerSecond: 5000, latency: 100, loss: 0.2 }],
  ] as const) {
    it(`finds another ${name}, links and exchanges objects`, async () => {
      const village = new Village(name)
      await village.line(hops + 1, conditions)
      const identity = village.identity()
      village.nodes[hops]?.serve(identity)
      const [first] = village.nodes
      assert.ok(first)
      const link = await village.until(first.connect(identity.address, day))
      const answers: string[] = []
      link.receive = (object) => void answers.push(Buffer.from(object).toString())
      const long = 'all of it '.repeat(500)
      await village.until(Promise.all([link.send(utf8('hello')), link.send(utf8(long))]))
      assert.deepEqual(village.received[hops]?.toSorted(), [long, 'hello'])
      const [back] = village.links[hops] ?? []
      assert.ok(back)
      await village.until(back.send(utf8('and to you')))
      assert.deepEqual(answers, ['and to you'])
    })
  }

  it('gets through where a medium on the way carries no more than all must', async () => {
    const village = new Village('narrow')
    await village.line(3, { bitsPerSecond: 100_000, latency: 10, mtu: 219 })
    const wide = new Air(village.clock, village.random, { bitsPerSecond: 100_000, latency: 10 })
    const far = village.add()
    await far.attach(new SimMedium(wide, 'far'))
    await village.nodes[0]?.attach(new SimMedium(wide, 'near'))
    const identity = village.identity()
    village.nodes[2]?.serve(identity)
    const link = await village.until(far.connect(identity.address, day))
    await village.until(link.send(utf8('all of it '.repeat(100))))
    assert.equal(village.received[2]?.length, 1)
  })

  it('shows who made a link to the other side, if it wants to', async () => {
    const village = new Village('introduction')
    await village.line(2, { bitsPerSecond: 100_000, latency: 10 })
    const [identity, caller] = [village.identity(), village.identity()]
    village.nodes[1]?.serve(identity)
    const link = await village.until(
      village.nodes[0]?.connect(identity.address, day) ?? Promise.reject(new Error('no node')),
    )
    await village.until(link.send(utf8('guess')))
    const [heard] = village.links[1] ?? []
    assert.equal(heard?.peer, undefined)
    await village.until(link.introduce(caller))
    await village.until(link.send(utf8('me')))
    assert.deepEqual(heard?.peer, caller.address)
    await assert.rejects(village.until(heard.introduce(identity)), isLinkFault)
  })

  it('says that it finds nobody, and that a link was closed', async () => {
    const village = new Village('nobody')
    await village.line(2, { bitsPerSecond: 100_000, latency: 10 })
    const [first] = village.nodes
    assert.ok(first)
    const absent = village.identity()
    await assert.rejects(village.until(first.connect(absent.address, 60_000)), isLinkFault)
    const identity = village.identity()
    village.nodes[1]?.serve(identity)
    const link = await village.until(first.connect(identity.address, day))
    await village.until(link.send(utf8('hello')))
    village.links[1]?.[0]?.close()
    await village.clock.run(1000)
    assert.equal(link.isOpen, false)
    await assert.rejects(village.until(link.send(utf8('hello?'))), isLinkFault)
    assert.deepEqual([first.links.length, village.nodes[1]?.links.length], [0, 0])
    assert.deepEqual(
      village.nodes.map(({ router }) => router.circuits),
      [0, 0],
    )
  })
})

const isLinkFault = (error: unknown): boolean => isFault(error, 'MESH_LINK')
