import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

import { Seeded } from '../../seeded.ts'

export interface Shape {
  readonly bitsPerSecond: number
  /** One way, milliseconds. */
  readonly latency: number
  /** The share of datagrams that get lost, 0..1. */
  readonly loss?: number
  readonly seed?: number | string
  /** Both directions share the bits, as over one radio channel. */
  readonly isHalfDuplex?: boolean
  /** That wait to be sent; what comes beyond is lost. */
  readonly queuedBytes?: number
}

export interface UdpAddress {
  readonly address: string
  readonly port: number
}

export interface Counts {
  taken: number
  forwarded: number
  lost: number
  overflowed: number
  bytes: number
}

interface Direction {
  readonly socket: Socket
  /** Where what arrives at `socket` leaves from, and where it goes. */
  readonly exit: Socket
  readonly to: UdpAddress
  readonly random: Seeded
  readonly counts: Counts
  readonly line: { freeAt: number }
}

const precision = 1_000_000

/**
 * A slow and lossy line between two UDP ports, in real time. `left` sends to `leftPort` and hears from it;
 * `right` likewise with `rightPort`.
 */
export class ShapingProxy {
  readonly leftPort: number
  readonly rightPort: number
  /** From left to right, and back. */
  readonly forth: Counts
  readonly back: Counts
  readonly #shape: Shape
  readonly #sockets: readonly Socket[]
  readonly #timers = new Set<NodeJS.Timeout>()

  private constructor(
    shape: Shape,
    [near, far]: readonly [Socket, Socket],
    left: UdpAddress,
    right: UdpAddress,
  ) {
    this.#shape = shape
    this.#sockets = [near, far]
    this.leftPort = near.address().port
    this.rightPort = far.address().port
    const { seed = 1, isHalfDuplex = false } = shape
    const line = { freeAt: 0 }
    const forth = direction(near, far, right, `${seed} forth`, line)
    const back = direction(far, near, left, `${seed} back`, isHalfDuplex ? line : { freeAt: 0 })
    this.forth = forth.counts
    this.back = back.counts
    for (const one of [forth, back]) {
      one.socket.on('message', (bytes) => this.#take(one, bytes))
    }
  }

  static async open(shape: Shape, left: UdpAddress, right: UdpAddress): Promise<ShapingProxy> {
    const sockets = [createSocket('udp4'), createSocket('udp4')] as const
    for (const socket of sockets) {
      socket.bind(0, '127.0.0.1')
      await once(socket, 'listening')
    }
    return new ShapingProxy(shape, sockets, left, right)
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    const closed = this.#sockets.map((socket) => once(socket, 'close'))
    for (const socket of this.#sockets) socket.close()
    await Promise.all(closed)
  }

  #take({ exit, to, random, counts, line }: Direction, bytes: Uint8Array): void {
    const { bitsPerSecond, latency, loss = 0, queuedBytes = 65_536 } = this.#shape
    counts.taken++
    const now = performance.now()
    const waiting = ((line.freeAt - now) * bitsPerSecond) / 8000
    if (waiting + bytes.length > queuedBytes) {
      counts.overflowed++
      return
    }
    line.freeAt = Math.max(now, line.freeAt) + (bytes.length * 8000) / bitsPerSecond
    counts.bytes += bytes.length
    // What gets lost on the air has taken its time there.
    if (random.below(precision) < loss * precision) {
      counts.lost++
      return
    }
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer)
        counts.forwarded++
        exit.send(bytes, to.port, to.address)
      },
      line.freeAt + latency - now,
    )
    this.#timers.add(timer)
  }
}

function direction(
  socket: Socket,
  exit: Socket,
  to: UdpAddress,
  seed: string,
  line: { freeAt: number },
): Direction {
  const counts = { taken: 0, forwarded: 0, lost: 0, overflowed: 0, bytes: 0 }
  return { socket, exit, to, random: new Seeded(seed), counts, line }
}
