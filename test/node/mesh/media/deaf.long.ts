import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import path from 'node:path'

import { isFault } from '#base'
import type { Medium } from '#mesh'

import { openMedium } from '../../../../node/mesh/media/index.ts'
import { limits } from '../../../../node/mesh/media/limits.ts'
import { lacking } from '../../../lacking.ts'
import { makeFolder } from './folder.ts'
import { Events } from './station.ts'
import { Terminal, terminalsMissing } from './terminals.ts'

/** Sends until no more is taken; @returns the bytes that are still held then. */
async function fill(medium: Medium): Promise<number> {
  const cell = new Uint8Array(medium.facts.mtu).fill(1)
  let held = 0
  const busy: unknown[] = []
  while (busy.length === 0) {
    held += cell.length
    const sent = medium.send(cell).then(
      () => (held -= cell.length),
      (error: unknown) => {
        held -= cell.length
        if (isFault(error, 'MESH_BUSY')) busy.push(error)
      },
    )
    // Those that nobody takes are not waited for, all others are.
    await Promise.race([sent, new Promise(setImmediate)])
  }
  return held
}

describe('media to somebody who reads nothing', function () {
  this.timeout(30_000)
  const fast = 'latency=5&bps=1000000000000'

  it('hold a bounded amount over tcp, and say that they are busy', async () => {
    const server = createServer((socket) => void socket.pause().on('error', () => {}))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const events = new Events()
    const medium = openMedium(`tcp://127.0.0.1:${port}?${fast}`, events.ports)
    await medium.start(() => {})
    await events.logged('a neighbour is there')
    assert.ok((await fill(medium)) <= limits.queuedBytes.value)
    await medium.stop()
    server.close()
  })

  it('hold a bounded amount for a command', async () => {
    const events = new Events()
    const command = 'exec sleep 600'
    const medium = openMedium({ kind: 'pipe', command, bps: 1e12 }, events.ports)
    await medium.start(() => {})
    await events.logged('a neighbour is there')
    assert.ok((await fill(medium)) <= limits.queuedBytes.value)
    await medium.stop()
  })

  it('hold a bounded amount for a device', async function () {
    lacking(this, await terminalsMissing())
    const folder = await makeFolder()
    const device = path.join(folder.path, 'device')
    const terminal = await Terminal.plug(device)
    terminal.written.pause()
    const events = new Events()
    const medium = openMedium(`serial:${device}?${fast}`, events.ports)
    await medium.start(() => {})
    await events.logged('a neighbour is there')
    assert.ok((await fill(medium)) <= limits.queuedBytes.value)
    await medium.stop()
    await terminal.unplug()
    await folder.remove()
  })

  it('leave the others of a listener served', async () => {
    const events = new Events()
    const medium = openMedium(`tcp-listen://127.0.0.1:0?${fast}`, events.ports)
    await medium.start(() => {})
    const { facts } = await events.logged('a medium listens')
    const port = Number(facts['port'])
    const deaf = connect(port, '127.0.0.1')
    deaf.pause().on('error', () => {})
    await events.logged('a neighbour is there')
    const seen = events.lines.length
    const other = connect(port, '127.0.0.1')
    other.on('error', () => {})
    await events.logged('a neighbour is there', seen)
    let read = 0
    other.on('data', (chunk) => (read += chunk.length))
    const cell = new Uint8Array(60_000)
    for (let sent = 0; sent < 400; sent++) {
      const before = read
      await Promise.race([medium.send(cell), once(other, 'data')])
      while (read - before < cell.length) await once(other, 'data')
    }
    await medium.stop()
    deaf.destroy()
    other.destroy()
  })

  it('take eight connections of one address, and drop the ninth', async () => {
    const events = new Events()
    const medium = openMedium(`tcp-listen://127.0.0.1:0?${fast}`, events.ports)
    await medium.start(() => {})
    const { facts } = await events.logged('a medium listens')
    const sockets = Array.from({ length: 9 }, () => connect(Number(facts['port']), '127.0.0.1'))
    const closed = sockets.map(async (socket) => {
      socket.on('error', () => {}).resume()
      await once(socket, 'close')
    })
    await Promise.race(closed)
    await events.until(() => {
      const there = events.lines.filter(({ message }) => message === 'a neighbour is there')
      return there.length === 8 ? true : undefined
    })
    assert.equal(sockets.filter((socket) => !socket.destroyed).length, 8)
    await medium.stop()
    await Promise.all(closed)
  })
})
