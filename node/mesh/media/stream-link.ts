import type { Duplex } from 'node:stream'

import type { Arrival, Framing } from '#mesh'

import { busy, mediumFault } from './faults.ts'
import { limits } from './limits.ts'

export interface StreamLinkOptions {
  /** Of the medium. */
  readonly name: string
  readonly stream: Duplex
  readonly framing: Framing
  readonly mtu: number
  readonly receive: (cell: Uint8Array, arrival: Arrival) => void
}

/** Cells over one stream of bytes, until it ends. */
export class StreamLink {
  /** Resolved when the stream is closed, with what went wrong if anything did. */
  readonly closed: Promise<unknown>
  readonly #name: string
  readonly #stream: Duplex

  constructor({ name, stream, framing, mtu, receive }: StreamLinkOptions) {
    this.#name = name
    this.#stream = stream
    const { promise, resolve } = Promise.withResolvers<unknown>()
    this.closed = promise
    let reason: unknown
    const reader = framing.reader(mtu, receive)
    stream.on('data', (chunk: Uint8Array) => reader.push(chunk))
    stream.on('error', (error) => (reason = error))
    // Who has said all is not waited for: half a connection is none.
    stream.once('end', () => stream.destroy())
    stream.once('close', () => resolve(reason))
    if (stream.destroyed) resolve(undefined)
  }

  /** Resolved when the system has taken the frame. Throws `MESH_BUSY` and `MESH_MEDIUM`. */
  async send(frame: Uint8Array): Promise<void> {
    const waits = this.#stream.writableLength
    if (waits > 0 && waits + frame.length > limits.queuedBytes.value) throw busy(this.#name)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#stream.write(frame, (error) => {
      if (error === null || error === undefined) resolve()
      else reject(mediumFault(this.#name, error.message, 'send again when somebody is there'))
    })
    return promise
  }

  /** Resolved when it is closed. */
  async close(): Promise<void> {
    await closeStream(this.#stream)
  }
}

/** Resolved when it is closed, whatever goes wrong meanwhile. */
export async function closeStream(stream: Duplex): Promise<void> {
  if (stream.closed) return
  const { promise, resolve } = Promise.withResolvers<void>()
  stream.on('error', () => {})
  stream.once('close', resolve)
  stream.destroy()
  await promise
}
