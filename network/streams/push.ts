import type { Connection, Stream } from '@libp2p/interface'

import { Fault } from '#base'

import { reasonOf } from '../faults.ts'
import { limits } from '../limits.ts'
import type { PushProtocol } from '../port.ts'
import { frame } from './frames.ts'
import { asError, closeQuietly, type Guard } from './guard.ts'
import { readFrames } from './inbound.ts'

/** The long streams: one for each peer and protocol, each way. @see PIP-0008 "Streams" */
export class PushStreams {
  readonly #guard: Guard
  readonly #protocols: ReadonlyMap<string, PushProtocol>
  readonly #outboxes = new Map<string, Outbox>()

  constructor(guard: Guard, protocols: readonly PushProtocol[]) {
    this.#guard = guard
    this.#protocols = new Map(protocols.map((protocol) => [protocol.id, protocol]))
  }

  /** False when it is full or nobody is there. Throws `NETWORK_PROTOCOL`, `NETWORK_FRAME`. */
  push(peer: string, id: string, bytes: Uint8Array): boolean {
    const protocol = this.#protocols.get(id)
    if (protocol === undefined) throw new Fault({ code: 'NETWORK_PROTOCOL', protocol: id })
    const maximum = limits.frame.value
    if (bytes.length === 0 || bytes.length > maximum) {
      throw new Fault({ code: 'NETWORK_FRAME', bytes: bytes.length, maximum })
    }
    const key = `${peer} ${id}`
    const known = this.#outboxes.get(key)
    if (known !== undefined) return known.offer(bytes)
    const connection = this.#guard.linksTo(peer).at(-1)?.connection
    if (connection === undefined) return false
    const outbox = new Outbox(this.#guard, protocol, peer, () => this.#outboxes.delete(key))
    this.#outboxes.set(key, outbox)
    void outbox.open(connection)
    return outbox.offer(bytes)
  }

  /** Takes an inbound stream of `protocol`. */
  async accept(protocol: PushProtocol, stream: Stream, connection: Connection): Promise<void> {
    const { peer } = await this.#guard.linkOf(connection)
    if (protocol.admits?.(peer) === false) {
      throw new Fault({ code: 'NETWORK_PROTOCOL', protocol: protocol.id })
    }
    readFrames(stream, {
      maximum: limits.frame.value,
      arrived: (bytes) => this.#guard.arrived(peer, protocol.traffic, bytes),
      receive: (bytes) => protocol.receive(bytes, { peer }),
      ended: (error, isThrown) => {
        if (error !== undefined) this.#guard.fail(stream, peer, protocol.id, error, isThrown)
        else closeQuietly(stream)
      },
    })
  }

  /** Peers that have taken nothing of a queue for too long. */
  stalled(now: number, patience: number): readonly string[] {
    const late = [...this.#outboxes.values()].filter((outbox) => outbox.isStalled(now, patience))
    return late.map((outbox) => outbox.peer)
  }
}

class Outbox {
  readonly peer: string
  readonly #guard: Guard
  readonly #protocol: PushProtocol
  readonly #forget: () => void
  readonly #frames: Uint8Array[] = []
  #stream: Stream | undefined
  #bytes = 0
  #wasFull = false
  #isOver = false
  /** When the queue last moved, or last was empty. */
  #moved: number

  constructor(guard: Guard, protocol: PushProtocol, peer: string, forget: () => void) {
    this.#guard = guard
    this.#protocol = protocol
    this.peer = peer
    this.#forget = forget
    this.#moved = guard.clock.now()
  }

  /** Not yet given to the connection, and not yet taken from it. */
  get bytes(): number {
    return this.#bytes + (this.#stream?.writeBufferLength ?? 0)
  }

  async open(connection: Connection): Promise<void> {
    try {
      const stream = await connection.newStream(this.#protocol.id)
      this.#stream = stream
      stream.addEventListener('drain', () => {
        this.#moved = this.#guard.clock.now()
        // The stream first sends what it holds, in a microtask queued before this one.
        queueMicrotask(() => this.#pump())
      })
      stream.addEventListener('close', (event) => this.#end(event.error))
      if (stream.status === 'open') this.#pump()
      else this.#end()
    } catch (error) {
      this.#end(error)
    }
  }

  offer(bytes: Uint8Array): boolean {
    if (this.#isOver) return false
    if (this.bytes + bytes.length > limits.pushQueue.value) {
      this.#wasFull = true
      return false
    }
    if (this.bytes === 0) this.#moved = this.#guard.clock.now()
    const framed = frame(bytes)
    this.#frames.push(framed)
    this.#bytes += framed.length
    this.#pump()
    return true
  }

  isStalled(now: number, patience: number): boolean {
    return this.bytes > 0 && now - this.#moved > patience
  }

  #pump(): void {
    const stream = this.#stream
    if (stream === undefined || this.#isOver) return
    try {
      while (!stream.writableNeedsDrain && stream.writeBufferLength === 0) {
        const next = this.#frames.shift()
        if (next === undefined) break
        this.#bytes -= next.length
        this.#moved = this.#guard.clock.now()
        stream.send(next)
        this.#guard.sent(this.#protocol.traffic, next.length)
      }
    } catch (error) {
      stream.abort(asError(error))
      this.#end(error)
      return
    }
    if (this.#wasFull && this.#frames.length === 0) {
      this.#wasFull = false
      this.#tell(() => this.#protocol.drained?.(this.peer))
    }
  }

  #end(error?: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#forget()
    if (error !== undefined) {
      const facts = { peer: this.peer, protocol: this.#protocol.id, reason: reasonOf(error) }
      this.#guard.log.debug('push stream ended', facts)
    }
    if (this.bytes > 0 || this.#wasFull) this.#tell(() => this.#protocol.interrupted?.(this.peer))
  }

  #tell(task: () => void): void {
    try {
      task()
    } catch (error) {
      const facts = { protocol: this.#protocol.id, reason: reasonOf(error) }
      this.#guard.log.error('handler failed', facts)
    }
  }
}
