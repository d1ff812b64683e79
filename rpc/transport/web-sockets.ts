/** JSON-RPC over WebSocket, on the port and the paths of HTTP. */
import { type WebSocket, WebSocketServer } from 'ws'

import type { Timer } from '#base'

import { RpcFault } from '../errors.ts'
import { failure } from '../request.ts'
import { local } from '../source.ts'
import { Connection, type ConnectionInit, type ConnectionShare, type Wire } from './connection.ts'

type Upgrade = Parameters<WebSocketServer['handleUpgrade']>
export type UpgradeRequest = Upgrade[0]
export type UpgradeSocket = Upgrade[1]

export type WebSocketsInit = ConnectionShare

/** Who asks for an upgrade, after it was let in. */
export interface Visitor {
  readonly client: string
  readonly isAuthorized: boolean
  readonly answer: ConnectionInit['answer']
}

interface Open {
  readonly socket: WebSocket
  readonly connection: Connection
  /** Whether it was heard of since the last ping. */
  isAlive: boolean
  /** Bytes that it had taken then. */
  taken: number
}

/** Close codes. @see RFC 6455 §7.4.1 */
const goingAway = 1001
const unsupportedData = 1003

export class WebSockets {
  readonly #init: WebSocketsInit
  readonly #server: WebSocketServer
  readonly #open = new Set<Open>()
  readonly #byClient = new Map<string, number>()
  #timer: Timer | undefined

  constructor(init: WebSocketsInit) {
    this.#init = init
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: init.limits.requestBytes,
      perMessageDeflate: false,
    })
  }

  get size(): number {
    return this.#open.size
  }

  /** How many more there may be. */
  get free(): number {
    return Math.max(0, this.#init.limits.sockets - this.#open.size)
  }

  /** Why `client` cannot have another one, if it cannot. */
  refusal(client: string): RpcFault | undefined {
    const { sockets, socketsPerClient } = this.#init.limits
    const own = client === local ? 0 : (this.#byClient.get(client) ?? 0)
    return this.#open.size >= sockets || own >= socketsPerClient ? full() : undefined
  }

  take(request: UpgradeRequest, socket: UpgradeSocket, head: Upgrade[2], visitor: Visitor): void {
    this.#server.handleUpgrade(request, socket, head, (opened) => this.#opened(opened, visitor))
  }

  end(): void {
    this.#timer?.cancel()
    for (const { connection } of this.#open) connection.end()
  }

  cut(): void {
    for (const { connection } of this.#open) connection.cut()
  }

  #opened(socket: WebSocket, { client, isAuthorized, answer }: Visitor): void {
    const caller = { transport: 'ws', client, isAuthorized } as const
    const connection = new Connection({ ...this.#init, wire: wireOf(socket), answer, caller })
    const open: Open = { socket, connection, isAlive: true, taken: 0 }
    this.#open.add(open)
    this.#byClient.set(client, (this.#byClient.get(client) ?? 0) + 1)
    socket.on('message', (data: Buffer, isBinary) => {
      open.isAlive = true
      if (isBinary) socket.close(unsupportedData, 'send requests as text')
      else connection.receive(data.toString())
    })
    socket.on('pong', () => (open.isAlive = true))
    // It closes by itself: what is too long, no UTF-8, or breaks the protocol.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#open.delete(open)
      this.#forget(client)
      connection.gone()
    })
    this.#timer ??= this.#schedule()
  }

  #forget(client: string): void {
    const left = (this.#byClient.get(client) ?? 1) - 1
    if (left === 0) this.#byClient.delete(client)
    else this.#byClient.set(client, left)
  }

  #schedule(): Timer {
    const { clock, limits } = this.#init
    return clock.after(limits.pingTime, () => {
      this.#timer = undefined
      for (const open of this.#open) {
        const { taken, isHeld } = open.connection
        if (open.isAlive || isHeld || taken > open.taken) open.socket.ping()
        else open.connection.cut()
        open.isAlive = false
        open.taken = taken
      }
      if (this.#open.size > 0) this.#timer = this.#schedule()
    })
  }
}

function wireOf(socket: WebSocket): Wire {
  return {
    send(piece, isLast, sent) {
      socket.send(piece, { fin: isLast }, (error) => error ?? sent())
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    end: () => socket.close(goingAway, 'the connection ends here'),
    cut: () => socket.terminate(),
  }
}

function full(): RpcFault {
  return new RpcFault(
    { code: 'RPC_CONNECTIONS_FULL' },
    'too many connections: close some, or come back later',
  )
}

/** Answers an upgrade that is not let in. */
export function refuseUpgrade(socket: UpgradeSocket, status: string, fault: RpcFault): void {
  const body = failure('null', fault)
  const lines = [
    `HTTP/1.1 ${status}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  socket.on('error', () => undefined)
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}
