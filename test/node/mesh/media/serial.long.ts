import assert from 'node:assert/strict'
import path from 'node:path'

import { openMedium } from '../../../../node/mesh/media/index.ts'
import { lacking } from '../../../lacking.ts'
import { Seeded } from '../../../seeded.ts'
import { conforms, type Rig } from './conformance.ts'
import { makeFolder } from './folder.ts'
import { Air, SimulatedRnode } from './radio.ts'
import { Events, Station } from './station.ts'
import { Terminal, terminalsMissing } from './terminals.ts'

/** Two terminals, what is written to one being read from the other. */
async function cable(events: Events, line: (device: string) => string): Promise<Rig> {
  const folder = await makeFolder()
  const [left, right] = [path.join(folder.path, 'left'), path.join(folder.path, 'right')]
  const [near, far] = [await Terminal.plug(left), await Terminal.plug(right)]
  near.written.pipe(far.read)
  far.written.pipe(near.read)
  let isOver = false
  return {
    a: openMedium(line(left), events.ports),
    b: openMedium(line(right), events.ports),
    async garbage(bytes) {
      far.read.write(bytes)
    },
    async end() {
      if (isOver) return
      isOver = true
      await Promise.all([near.unplug(), far.unplug()])
      await folder.remove()
    },
  }
}

conforms({
  name: 'serial',
  missing: terminalsMissing,
  rig: (events) => cable(events, (device) => `serial:${device}?baud=115200&latency=5&bps=1000000`),
})

conforms({
  name: 'kiss',
  missing: terminalsMissing,
  rig: (events) => cable(events, (device) => `kiss:${device}?latency=5&bps=1000000`),
})

conforms({
  name: 'kiss of short frames',
  missing: terminalsMissing,
  rig: (events) => cable(events, (device) => `kiss:${device}?frame=255&latency=5&bps=1000000`),
})

const settings = 'frequency=868100000&spreadingFactor=9&transmitPower=10&latency=5&bps=1000000'

conforms({
  name: 'rnode',
  missing: terminalsMissing,
  async rig({ ports }) {
    const folder = await makeFolder()
    const [left, right] = [path.join(folder.path, 'left'), path.join(folder.path, 'right')]
    const [near, far] = [await Terminal.plug(left), await Terminal.plug(right)]
    const air = new Air()
    const radios = [new SimulatedRnode(near, air), new SimulatedRnode(far, air)]
    let isOver = false
    return {
      a: openMedium(`rnode:${left}?${settings}`, ports),
      b: openMedium(`rnode:${right}?${settings}`, ports),
      async garbage(bytes) {
        far.read.write(bytes)
        air.send(bytes.subarray(0, 255), undefined)
      },
      async end() {
        if (isOver) return
        isOver = true
        for (const radio of radios) radio.leave()
        await Promise.all([near.unplug(), far.unplug()])
        await folder.remove()
      },
    }
  },
})

describe('rnode medium and its device', function () {
  this.timeout(20_000)

  before(async function () {
    lacking(this, await terminalsMissing())
  })

  it('sets the radio as configured, tells how strong cells came, and turns it off', async () => {
    const folder = await makeFolder()
    const device = path.join(folder.path, 'radio')
    const terminal = await Terminal.plug(device)
    const air = new Air()
    const radio = new SimulatedRnode(terminal, air)
    const events = new Events()
    const station = new Station(openMedium(`rnode:${device}?${settings}`, events.ports), events)
    await station.start()
    await events.logged('a neighbour is there')
    assert.equal(radio.setting(0x01)?.toHex(), '33be27a0')
    assert.equal(radio.setting(0x04)?.toHex(), '09')
    air.send(Uint8Array.of(0x10, 1, 2, 3), undefined)
    assert.deepEqual(await station.hears(Uint8Array.of(1, 2, 3)), { signal: -100 })
    terminal.written.on('data', () => events.tell())
    await station.medium.stop()
    await events.until(() => (radio.isOn ? undefined : true))
    await terminal.unplug()
    await folder.remove()
  })

  it('says which settings the radio did not take, and who is no RNode', async () => {
    const folder = await makeFolder()
    const device = path.join(folder.path, 'radio')
    const terminal = await Terminal.plug(device)
    const radio = new SimulatedRnode(terminal, new Air(), 250_000)
    const events = new Events()
    const medium = openMedium(`rnode:${device}?${settings}`, events.ports)
    await medium.start(() => {})
    const { facts } = await events.logged('a neighbour can’t be reached')
    assert.match(String(facts['reason']), /does not take bandwidth/)
    await medium.stop()
    radio.leave()
    await terminal.unplug()
    await folder.remove()
  })

  it('takes a radio that was unplugged and comes back elsewhere', async () => {
    const folder = await makeFolder()
    const device = path.join(folder.path, 'radio')
    const air = new Air()
    const events = new Events()
    const station = new Station(openMedium(`rnode:${device}?${settings}`, events.ports), events)
    await station.start()
    await events.logged('a neighbour can’t be reached')
    const random = new Seeded('unplugged')
    for (let round = 0; round < 2; round++) {
      const seen = events.lines.length
      const terminal = await Terminal.plug(device)
      const radio = new SimulatedRnode(terminal, air)
      await events.logged('a neighbour is there', seen)
      const cell = random.bytes(30)
      air.send(Uint8Array.of(0x20, ...cell), undefined)
      await station.hears(cell)
      radio.leave()
      await terminal.unplug()
      await events.logged('a neighbour is gone', seen)
    }
    await station.medium.stop()
    await folder.remove()
  })
})
