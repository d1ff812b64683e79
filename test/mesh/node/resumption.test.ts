import assert from 'node:assert/strict'

import { utf8 } from '#base'

import { decodeCell } from '../../../mesh/cell.ts'
import { establishContexts as contexts } from '../../../mesh/establish/contexts.ts'
import type { MeshNode } from '../../../mesh/node/node.ts'
import { Air, SimMedium } from '../../../mesh/sim/index.ts'
import { day, Village } from './village.ts'

/** Two nodes on one air, and the cells that go through it, as `context: bytes`. */
async function scene(seed: string, loss = 0) {
  const village = new Village(seed)
  const air = new Air(village.clock, village.random, {
    bitsPerSecond: 10_000,
    latency: 10,
    isShared: true,
    ...(loss > 0 && { loss }),
  })
  const cells: (readonly [context: number, bytes: number])[] = []
  air.join({
    name: 'listener',
    hear(bytes) {
      const { kind, context } = decodeCell(bytes)
      if (kind === 'request' || kind === 'circuit') cells.push([context, bytes.length])
    },
  })
  const [first, second] = [village.add(), village.add()] as [MeshNode, MeshNode]
  await first.attach(new SimMedium(air, 'first'))
  await second.attach(new SimMedium(air, 'second'))
  const identity = village.identity()
  second.serve(identity)
  const connect = () => village.until(first.connect(identity.address, day))
  return { village, air, second, identity, cells, connect }
}

describe('a link that goes on from an earlier one', function () {
  this.timeout(60_000)
  it('is made by two cells, and has at both ends what the earlier one had', async () => {
    const { village, second, cells, connect } = await scene('two cells')
    const caller = village.identity()
    const link = await connect()
    await village.until(link.introduce(caller))
    await village.until(link.send(utf8('one')))
    link.close()
    await village.clock.run(10_000)
    assert.equal(second.links.length, 0)
    cells.length = 0
    const next = await connect()
    await village.until(next.introduce(caller))
    await village.until(next.send(utf8('two')))
    const establishing = cells.filter(([context]) => context >= 0x80)
    assert.deepEqual(establishing, [
      [contexts.resume, 67],
      [contexts.resumed, 34],
    ])
    assert.deepEqual(village.received[1], ['one', 'two'])
    assert.deepEqual(village.links[1]?.[1]?.peer, caller.address)
  })

  it('is made again and again, from either of the last two, over an air that loses', async () => {
    const { village, connect, cells } = await scene('again', 0.15)
    for (let time = 0; time < 12; time++) {
      const link = await connect()
      await village.until(link.send(utf8(`${time}`)))
      link.close()
      await village.clock.run(60_000)
    }
    assert.deepEqual(
      village.received[1],
      Array.from({ length: 12 }, (_, time) => `${time}`),
    )
    const requests = cells.filter(([context]) => context === contexts.link).length
    const resumed = cells.filter(([context]) => context === contexts.resumed).length
    assert.ok(resumed >= 8 && requests < 20, `${resumed} resumed, ${requests} parts of requests`)
  })

  it('is a new one where the other side has forgotten', async () => {
    const { village, air, second, identity, cells, connect } = await scene('forgotten')
    const link = await connect()
    await village.until(link.send(utf8('one')))
    link.close()
    await village.clock.run(10_000)
    await second.stop()
    const again = village.add()
    await again.attach(new SimMedium(air, 'second'))
    again.serve(identity)
    cells.length = 0
    const next = await connect()
    await village.until(next.send(utf8('two')))
    assert.deepEqual(village.received[2], ['two'])
    assert.deepEqual(
      cells.find(([context]) => context === contexts.resumed),
      [contexts.resumed, 10],
    )
    assert.ok(cells.some(([context]) => context === contexts.link))
  })
})
