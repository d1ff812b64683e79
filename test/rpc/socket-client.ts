/** Clients of long connections as a test sees them: every message they get, in order. */
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'

import { WebSocket } from 'ws'

import type { JsonRpcAnswer } from './fixture-server.ts'

interface Notification {
  readonly method: 'eth_subscription'
  readonly params: { readonly subscription: string; readonly result: unknown }
}

type Message = JsonRpcAnswer | Notification

/** What any of them can do. */
abstract class Client {
  readonly messages: Message[] = []
  readonly #watchers = new Set<() => void>()
  #last = 0

  abstract send(text: string): void

  protected received(text: string): void {
    this.messages.push(JSON.parse(text) as Message)
    this.wake()
  }

  protected wake(): void {
    for (const watcher of this.#watchers) watcher()
  }

  /** Resolves once `find` finds something. */
  async until<Found>(find: () => Found | undefined): Promise<Found> {
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      await new Promise<void>((resolve) => {
        const watcher = (): void => {
          this.#watchers.delete(watcher)
          resolve()
        }
        this.#watchers.add(watcher)
      })
    }
  }

  async answer(method: string, ...params: unknown[]): Promise<JsonRpcAnswer> {
    const id = ++this.#last
    this.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    return this.until(() =>
      this.messages.find((one): one is JsonRpcAnswer => 'id' in one && one.id === id),
    )
  }

  /** The result; an error fails the test. */
  async ask<Result>(method: string, ...params: unknown[]): Promise<Result> {
    const { result, error } = await this.answer(method, ...params)
    assert.equal(error, undefined, JSON.stringify(error))
    return result as Result
  }

  /** Results of notifications so far, of one subscription unless all are wanted. */
  told<Result>(subscription?: string): Result[] {
    return this.messages
      .filter((one): one is Notification => 'method' in one)
      .filter(({ params }) => subscription === undefined || params.subscription === subscription)
      .map(({ params }) => params.result as Result)
  }

  async toldAtLeast<Result>(count: number, subscription?: string): Promise<Result[]> {
    return this.until(() => {
      const told = this.told<Result>(subscription)
      return told.length >= count ? told : undefined
    })
  }
}

export class WebSocketClient extends Client {
  readonly socket: WebSocket
  /** The code and the reason it was closed with. */
  closed: { readonly code: number; readonly reason: string } | undefined

  private constructor(socket: WebSocket) {
    super()
    this.socket = socket
    socket.on('message', (data: Buffer) => this.received(data.toString()))
    socket.on('error', () => undefined)
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() }
      this.wake()
    })
  }

  static open(
    url: string,
    options: ConstructorParameters<typeof WebSocket>[2] = {},
  ): Promise<WebSocketClient> {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), options)
    const client = new WebSocketClient(socket)
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(client))
      socket.once('error', reject)
    })
  }

  send(text: string): void {
    this.socket.send(text)
  }

  close(): Promise<unknown> {
    this.socket.close()
    return this.until(() => this.closed)
  }
}

/** Of a stream of JSON, one value a line. */
export class StreamClient extends Client {
  readonly socket: Socket
  isClosed = false
  #rest = ''

  private constructor(socket: Socket) {
    super()
    this.socket = socket
    socket.setEncoding('utf8')
    socket.on('data', (chunk) => this.#read(String(chunk)))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.isClosed = true
      this.wake()
    })
  }

  static open(path: string): Promise<StreamClient> {
    const socket = connect(path)
    return new Promise((resolve, reject) => {
      socket.once('connect', () => resolve(new StreamClient(socket)))
      socket.once('error', reject)
    })
  }

  send(text: string): void {
    this.socket.write(text)
  }

  close(): Promise<unknown> {
    this.socket.end()
    return this.until(() => this.isClosed || undefined)
  }

  #read(chunk: string): void {
    const lines = `${this.#rest}${chunk}`.split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.received(line)
  }
}
