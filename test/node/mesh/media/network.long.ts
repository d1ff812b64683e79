import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { duplexPair } from 'node:stream'

import { openMedium } from '../../../../node/mesh/media/index.ts'
import type { PeerStreams } from '../../../../node/mesh/media/index.ts'
import { conforms } from './conformance.ts'
import { multicastMissing } from './multicast.ts'

/** A port that nobody has just now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function sendTcp(port: number, bytes: Uint8Array): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.end(bytes)
  socket.resume()
  await once(socket, 'close')
}

async function sendUdp(port: number, address: string, bytes: Uint8Array): Promise<void> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  socket.setMulticastInterface('127.0.0.1')
  // Larger ones than the system carries say so.
  socket.send(bytes.subarray(0, 60_000), port, address)
  socket.close()
  await once(socket, 'close')
}

conforms({
  name: 'tcp',
  async rig({ ports }) {
    const port = await freePort()
    return {
      a: openMedium(`tcp://127.0.0.1:${port}?latency=5&bps=1000000000`, ports),
      b: openMedium(`tcp-listen://127.0.0.1:${port}?latency=5&bps=1000000000`, ports),
      garbage: (bytes) => sendTcp(port, bytes),
      async end() {},
    }
  },
})

conforms({
  name: 'udp',
  async rig({ ports }) {
    const [left, right] = [await freePort(), await freePort()]
    return {
      a: openMedium(`udp://127.0.0.1:${right}?listen=127.0.0.1:${left}`, ports),
      b: openMedium({ kind: 'udp', listen: `127.0.0.1:${right}` }, ports),
      garbage: (bytes) => sendUdp(right, '127.0.0.1', bytes),
      async end() {},
    }
  },
})

const group = '239.192.80.1'

conforms({
  name: 'lan',
  missing: multicastMissing,
  async rig({ ports }) {
    const port = await freePort()
    return {
      a: openMedium(`lan://lo?port=${port}`, ports),
      b: openMedium(`lan://lo?port=${port}`, ports),
      garbage: (bytes) => sendUdp(port, group, bytes),
      async end() {},
    }
  },
})

conforms({
  name: 'libp2p',
  async rig({ ports }) {
    let take: Parameters<PeerStreams['handle']>[1] | undefined
    const streams: PeerStreams = {
      async open() {
        if (take === undefined) throw new Error('nobody handles it')
        const [near, far] = duplexPair()
        near.once('close', () => far.destroy())
        far.once('close', () => near.destroy())
        take(far, `peer ${++opened}`)
        return near
      },
      handle(_protocol, handler) {
        take = handler
        return () => (take = undefined)
      },
    }
    let opened = 0
    const nobody: PeerStreams = { ...streams, handle: () => () => {} }
    return {
      a: openMedium('libp2p://peer', { ...ports, streams: nobody }),
      b: openMedium('libp2p://', { ...ports, streams }),
      async garbage(bytes) {
        const stream = await streams.open('peer', '')
        stream.end(bytes)
        stream.resume()
        await once(stream, 'close')
      },
      async end() {},
    }
  },
})
