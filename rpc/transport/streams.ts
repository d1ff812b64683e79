/** JSON-RPC over byte streams: values one after the other, as clients of a node's IPC socket send them. */
import { RpcFault } from '../errors.ts'
import { limits } from '../limits.ts'
import { failure } from '../request.ts'
import { local } from '../source.ts'
import { Connection, type ConnectionInit, type ConnectionShare, type Wire } from './connection.ts'
import { JsonValues } from './json-values.ts'

/** What is used of a connected socket. */
export interface ByteStream {
  write(text: string, sent: () => void): boolean
  end(): unknown
  destroy(): unknown
  pause(): unknown
  resume(): unknown
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  on(event: 'end' | 'close' | 'error', listener: () => void): unknown
}

interface StreamsInit extends ConnectionShare {
  readonly answer: ConnectionInit['answer']
}

/** Who gets here has the rights of the node's own user: the socket's mode says so. */
export class Streams {
  readonly #init: StreamsInit
  readonly #connections = new Set<Connection>()
  #isEnding = false
  #emptied: (() => void) | undefined

  constructor(init: StreamsInit) {
    this.#init = init
  }

  get size(): number {
    return this.#connections.size
  }

  take(stream: ByteStream): void {
    if (this.#isEnding) {
      stream.on('error', () => undefined)
      stream.destroy()
      return
    }
    if (this.#connections.size >= limits.streams.value) {
      stream.on('error', () => undefined)
      stream.write(`${failure('null', full())}\n`, () => stream.destroy())
      return
    }
    const caller = { transport: 'ipc', client: local, isAuthorized: true } as const
    const connection = new Connection({ ...this.#init, wire: wireOf(stream), caller })
    this.#connections.add(connection)
    read(stream, connection, this.#init.limits.requestBytes)
    stream.on('error', () => undefined)
    stream.on('close', () => {
      this.#connections.delete(connection)
      connection.gone()
      if (this.#connections.size === 0) this.#emptied?.()
    })
  }

  /** Resolves when the last one is gone. */
  end(): Promise<void> {
    this.#isEnding = true
    for (const connection of this.#connections) connection.end()
    return this.#connections.size === 0
      ? Promise.resolve()
      : new Promise((resolve) => (this.#emptied = resolve))
  }

  cut(): void {
    for (const connection of this.#connections) connection.cut()
  }
}

function read(stream: ByteStream, connection: Connection, most: number): void {
  const values = new JsonValues(most)
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  let isLost = false
  stream.on('data', (chunk) => {
    if (isLost) return
    try {
      for (const value of values.read(decoded(utf8, chunk))) connection.receive(value)
    } catch (error) {
      // Where the next value begins, nobody knows.
      isLost = true
      connection.refuse(failure('null', error))
    }
  })
  stream.on('end', () => connection.finish())
}

function decoded(utf8: TextDecoder, chunk: Uint8Array): string {
  try {
    return utf8.decode(chunk, { stream: true })
  } catch {
    throw new RpcFault({ code: 'RPC_PARSE' }, 'parse error: the stream is not UTF-8')
  }
}

function wireOf(stream: ByteStream): Wire {
  return {
    send: (piece, isLast, sent) => stream.write(isLast ? `${piece}\n` : piece, sent),
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    end: () => stream.end(),
    cut: () => stream.destroy(),
  }
}

function full(): RpcFault {
  return new RpcFault(
    { code: 'RPC_CONNECTIONS_FULL', most: limits.streams.value },
    'too many connections: close some',
  )
}
