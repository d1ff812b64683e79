import type { Connection, Stream } from '@libp2p/interface'

import { type Clock, equal, Fault } from '#base'

import { Deadline } from '../deadline.ts'
import { malformed } from '../faults.ts'
import { limits } from '../limits.ts'
import type { Link } from '../peers/links.ts'
import { frame } from '../streams/frames.ts'
import { readFrames } from '../streams/inbound.ts'
import { decodeStatus, encodeStatus, type Status } from './status.ts'

export const statusProtocol = '/pars/status/1'

/**
 * T3: the first thing that two nodes say to each other, and then the heartbeat. Who dialled asks:
 * sends its status and reads the other's from the same stream. Nothing else is parsed before.
 *
 * @see PIP-0008 "Status"
 */
export class StatusExchange {
  readonly #clock: Clock
  readonly #own: () => Status
  readonly #timeout: number

  constructor(init: { clock: Clock; own: () => Status; timeout: number }) {
    this.#clock = init.clock
    this.#own = init.own
    this.#timeout = init.timeout
  }

  /** Throws `NETWORK_STATUS`, `NETWORK_MALFORMED`, or what ended the stream. */
  async ask(connection: Connection): Promise<Status> {
    using deadline = new Deadline(this.#clock, this.#timeout)
    const stream = await connection.newStream(statusProtocol, { signal: deadline.signal })
    const theirs = this.#read(stream, deadline.signal)
    // Where the own one can't be sent, nobody waits for theirs.
    theirs.catch(() => undefined)
    stream.send(frame(encodeStatus(this.#own())))
    const status = await theirs
    await stream.close({ signal: deadline.signal })
    return this.#checked(status)
  }

  /** Takes an inbound stream: hears first, answers whatever it heard, then judges. */
  async answer(stream: Stream, link: Link, heard: (status: Status) => void): Promise<void> {
    using deadline = new Deadline(this.#clock, this.#timeout)
    const status = await this.#read(stream, deadline.signal)
    let wrong: unknown
    try {
      // Before the answer leaves: what the peer opens once it has it must find itself welcome.
      heard(this.#checked(status))
    } catch (error) {
      wrong = error
    }
    if (link.isOpen) {
      stream.send(frame(encodeStatus(this.#own())))
      await stream.close({ signal: deadline.signal })
    }
    if (wrong !== undefined) throw wrong
  }

  #checked(status: Status): Status {
    const own = this.#own()
    if (equal(status.networkId, own.networkId) && status.chainId === own.chainId) return status
    throw new Fault({ code: 'NETWORK_STATUS', reason: 'another network' })
  }

  #read(stream: Stream, signal: AbortSignal): Promise<Status> {
    const { promise, resolve, reject } = Promise.withResolvers<Status>()
    const late = new Fault({ code: 'NETWORK_STATUS', reason: 'timed out' })
    signal.addEventListener('abort', () => {
      reject(late)
      stream.abort(late)
    })
    readFrames(stream, {
      maximum: limits.statusBytes.value,
      receive(bytes) {
        try {
          resolve(decodeStatus(bytes))
        } catch (error) {
          throw malformed(error instanceof Fault ? error.message : 'status')
        }
      },
      ended(error) {
        if (error !== undefined) stream.abort(late)
        reject(error ?? new Fault({ code: 'NETWORK_STATUS', reason: 'stream ended' }))
      },
    })
    return promise
  }
}
