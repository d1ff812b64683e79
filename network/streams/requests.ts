import type { Connection, Stream } from '@libp2p/interface'

import { Fault } from '#base'

import { Deadline } from '../deadline.ts'
import { malformed, reasonOf } from '../faults.ts'
import { limits } from '../limits.ts'
import type { Answer, RequestProtocol } from '../port.ts'
import { drained } from './drain.ts'
import { frame } from './frames.ts'
import { closeQuietly, type Guard } from './guard.ts'
import { readFrames } from './inbound.ts'

/** First byte of each frame of an answer. The last frame holds nothing else. */
const kinds = { item: 0, end: 1, more: 2, busy: 3 } as const

/**
 * Questions, each on a stream of its own: one frame there, the items of the answer back.
 *
 * @see PIP-0008 "Requests"
 */
export class Requests {
  readonly #guard: Guard
  readonly #protocols: ReadonlyMap<string, RequestProtocol>
  readonly #timeout: number
  readonly #underWay = new Map<string, number>()

  constructor(guard: Guard, protocols: readonly RequestProtocol[], timeout: number) {
    this.#guard = guard
    this.#protocols = new Map(protocols.map((protocol) => [protocol.id, protocol]))
    this.#timeout = timeout
  }

  /** Throws `NETWORK_REQUEST`, `NETWORK_PROTOCOL`. */
  async ask(peer: string, id: string, request: Uint8Array): Promise<Answer> {
    const protocol = this.#protocols.get(id)
    if (protocol === undefined) throw new Fault({ code: 'NETWORK_PROTOCOL', protocol: id })
    if (request.length === 0 || request.length > limits.requestBytes.value) {
      throw refused(id, `a request has 1..${limits.requestBytes.value} bytes`)
    }
    const connection = this.#guard.linksTo(peer).at(-1)?.connection
    if (connection === undefined) throw refused(id, 'not connected')
    using deadline = new Deadline(this.#guard.clock, this.#timeout)
    let stream: Stream
    try {
      stream = await connection.newStream(id, { signal: deadline.signal })
    } catch (error) {
      throw refused(id, reasonOf(error))
    }
    const abort = (): void => stream.abort(refused(id, 'timed out'))
    deadline.signal.addEventListener('abort', abort)
    try {
      const answer = this.#read(peer, protocol, stream)
      // A stream that closes before the question is sent fails both, and only one is waited for.
      answer.catch(() => undefined)
      stream.send(frame(request))
      this.#guard.sent(protocol.traffic, request.length)
      return await answer
    } catch (error) {
      this.#guard.fail(stream, peer, id, error)
      throw refused(id, reasonOf(error))
    } finally {
      deadline.signal.removeEventListener('abort', abort)
      closeQuietly(stream)
    }
  }

  #read(peer: string, protocol: RequestProtocol, stream: Stream): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const items: Uint8Array[] = []
    let bytes = 0
    readFrames(stream, {
      maximum: limits.frame.value + 1,
      arrived: (count) => this.#guard.arrived(peer, protocol.traffic, count),
      receive(one) {
        const kind = one[0]
        if (kind === kinds.item) {
          bytes += one.length
          if (bytes > limits.answerBytes.value) throw frameFault(bytes)
          items.push(one.slice(1))
        } else if (one.length === 1 && (kind === kinds.end || kind === kinds.more)) {
          resolve({ items, more: kind === kinds.more })
        } else if (one.length === 1 && kind === kinds.busy) {
          reject(refused(protocol.id, 'the peer is busy'))
        } else {
          throw malformed('kind of an answer')
        }
      },
      ended: (error) => reject(error ?? refused(protocol.id, 'the answer has no end')),
    })
    return promise
  }

  /** Takes an inbound stream of `protocol`. */
  async accept(protocol: RequestProtocol, stream: Stream, connection: Connection): Promise<void> {
    const { peer } = await this.#guard.linkOf(connection)
    if (protocol.admits?.(peer) === false) {
      throw new Fault({ code: 'NETWORK_PROTOCOL', protocol: protocol.id })
    }
    const deadline = new Deadline(this.#guard.clock, this.#timeout)
    const abort = (): void => stream.abort(refused(protocol.id, 'timed out'))
    deadline.signal.addEventListener('abort', abort)
    let isAsked = false
    readFrames(stream, {
      maximum: limits.requestBytes.value,
      receive: async (request) => {
        if (isAsked) throw malformed('a second request')
        isAsked = true
        await this.#serve(protocol, peer, stream, request, deadline.signal)
      },
      ended: (error, isThrown) => {
        deadline[Symbol.dispose]()
        if (error !== undefined) this.#guard.fail(stream, peer, protocol.id, error, isThrown)
      },
    })
  }

  async #serve(
    protocol: RequestProtocol,
    peer: string,
    stream: Stream,
    request: Uint8Array,
    signal: AbortSignal,
  ): Promise<void> {
    const key = `${peer} ${protocol.id}`
    const underWay = this.#underWay.get(key) ?? 0
    const wait =
      underWay >= limits.requests.value
        ? undefined
        : this.#guard.admit(peer, Math.max(protocol.cost ?? 0, limits.requestCost.value))
    if (wait === undefined) {
      stream.send(frame(Uint8Array.of(kinds.busy)))
      await stream.close({ signal })
      return
    }
    this.#underWay.set(key, underWay + 1)
    try {
      if (wait > 0) await this.#pause(wait)
      const last = await this.#sendItems(protocol, peer, stream, request, signal)
      stream.send(frame(Uint8Array.of(last)))
      await stream.close({ signal })
    } finally {
      const left = (this.#underWay.get(key) ?? 1) - 1
      if (left === 0) this.#underWay.delete(key)
      else this.#underWay.set(key, left)
    }
  }

  #pause(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#guard.clock.after(milliseconds, resolve)
    return promise
  }

  async #sendItems(
    protocol: RequestProtocol,
    peer: string,
    stream: Stream,
    request: Uint8Array,
    signal: AbortSignal,
  ): Promise<number> {
    let bytes = 0
    for await (const item of await protocol.answer(request, { peer })) {
      if (item.length === 0 || item.length > limits.frame.value) {
        throw new RangeError(`${protocol.id} answered with an item of ${item.length} bytes`)
      }
      bytes += item.length + 1
      if (bytes > limits.answerBytes.value || !this.#guard.mayServe(peer)) return kinds.more
      this.#guard.served(peer, item.length)
      this.#guard.sent(protocol.traffic, item.length)
      if (stream.send(frame(Uint8Array.of(kinds.item), item))) continue
      await drained(stream, signal)
    }
    return kinds.end
  }
}

function refused(
  protocol: string,
  reason: string,
): Fault<{ code: 'NETWORK_REQUEST'; protocol: string; reason: string }> {
  return new Fault({ code: 'NETWORK_REQUEST', protocol, reason })
}

function frameFault(
  bytes: number,
): Fault<{ code: 'NETWORK_FRAME'; bytes: number; maximum: number }> {
  return new Fault({ code: 'NETWORK_FRAME', bytes, maximum: limits.frame.value })
}
