import type { Duplex } from 'node:stream'

import { isFault, type Timer } from '#base'
import type { Arrival, Framing, Medium, MediumFacts, MediumKind } from '#mesh'

import { nobody, tooLarge } from './faults.ts'
import { limits } from './limits.ts'
import { Pacer } from './pacer.ts'
import type { MediaPorts } from './ports.ts'
import { closeStream, StreamLink } from './stream-link.ts'

/** A stream that this side opens, again whenever it ends. */
export interface Dialled {
  /** Absent where there is nobody else, or where all are one. */
  readonly neighbour?: string | undefined
  open(signal: AbortSignal): Promise<Duplex>
}

/** Takes the streams that others open. Resolved when it does; the result ends it. */
export type Listen = (
  take: (stream: Duplex, neighbour: string, address: string) => void,
) => Promise<() => Promise<void>>

export interface StreamMediumOptions {
  readonly name: string
  readonly kind: MediumKind
  readonly facts: MediumFacts
  readonly framing: Framing
  /** Whether the wire is slower than the system takes bytes for it; else what it takes is the pace. */
  readonly isPaced: boolean
  readonly dialled?: readonly Dialled[]
  readonly listen?: Listen
}

/** A medium of streams of bytes, each with its neighbour. */
export class StreamMedium implements Medium {
  readonly name: string
  readonly kind: MediumKind
  readonly facts: MediumFacts
  readonly #options: StreamMediumOptions
  readonly #ports: MediaPorts
  readonly #pacer: Pacer
  /** And whose they are, '' for one without a name. Who dials each other has two. */
  readonly #links = new Map<StreamLink, string>()
  readonly #addresses = new Map<string, number>()
  /** What goes on until the medium is stopped. */
  readonly #running = new Set<Promise<void>>()
  #stopping = new AbortController()
  #unlisten: (() => Promise<void>) | undefined
  #receive: ((cell: Uint8Array, arrival: Arrival) => void) | undefined

  constructor(options: StreamMediumOptions, ports: MediaPorts) {
    this.name = options.name
    this.kind = options.kind
    this.facts = options.facts
    this.#options = options
    this.#ports = ports
    const { facts, isPaced } = options
    this.#pacer = new Pacer(ports.clock, isPaced ? facts.bitsPerSecond : Infinity)
  }

  async start(receive: (cell: Uint8Array, arrival: Arrival) => void): Promise<void> {
    this.#receive = receive
    this.#stopping = new AbortController()
    const { dialled = [], listen } = this.#options
    this.#unlisten = await listen?.((stream, neighbour, address) => {
      this.#accept(stream, neighbour, address)
    })
    for (const one of dialled) this.#run(this.#keep(one))
  }

  async send(cell: Uint8Array, neighbour?: string): Promise<void> {
    if (cell.length > this.facts.mtu) throw tooLarge(this.name, cell.length, this.facts.mtu)
    this.#pacer.check(this.name)
    const links = this.#to(neighbour)
    if (links.length === 0) throw nobody(this.name, neighbour)
    const frame = this.#options.framing.encode(cell)
    const sent = Promise.any(links.map((link) => link.send(frame)))
    const paced = this.#pacer.taken(cell.length)
    await sent.catch((error: AggregateError) => {
      throw error.errors[0]
    })
    await paced
  }

  async stop(): Promise<void> {
    this.#receive = undefined
    this.#stopping.abort()
    const unlisten = this.#unlisten
    this.#unlisten = undefined
    const closing = [...this.#links.keys()].map((link) => link.close())
    await Promise.all([unlisten?.(), ...closing, ...this.#running])
    this.#pacer.stop()
  }

  /** The newest link of each neighbour, or of one. */
  #to(neighbour?: string): readonly StreamLink[] {
    const newest = new Map([...this.#links].map(([link, whose]) => [whose, link]))
    if (neighbour === undefined) return [...newest.values()]
    const link = newest.get(neighbour)
    return link === undefined ? [] : [link]
  }

  #run(task: Promise<void>): void {
    const running = task.finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  #accept(stream: Duplex, neighbour: string, address: string): void {
    const ofAddress = this.#addresses.get(address) ?? 0
    const isTooMany =
      this.#links.size >= limits.streams.value || ofAddress >= limits.streamsOfAddress.value
    if (isTooMany || this.#stopping.signal.aborted) {
      this.#run(closeStream(stream))
      return
    }
    this.#addresses.set(address, ofAddress + 1)
    const link = this.#live(stream, neighbour).finally(() => {
      const left = (this.#addresses.get(address) ?? 0) - 1
      if (left > 0) this.#addresses.set(address, left)
      else this.#addresses.delete(address)
    })
    this.#run(link)
  }

  /** From the first cell until the stream is closed. */
  async #live(stream: Duplex, neighbour?: string): Promise<void> {
    const arrival = neighbour === undefined ? {} : { neighbour }
    const facts = { medium: this.name, ...arrival }
    const link = new StreamLink({
      name: this.name,
      stream,
      framing: this.#options.framing,
      mtu: this.facts.mtu,
      receive: (cell, { signal }) => {
        this.#receive?.(cell, signal === undefined ? arrival : { ...arrival, signal })
      },
    })
    this.#links.set(link, neighbour ?? '')
    this.#ports.log.info('a neighbour is there', facts)
    const reason = await link.closed
    this.#links.delete(link)
    this.#ports.log.info('a neighbour is gone', { ...facts, reason: said(reason) })
  }

  /** Opens it again and again, with longer and longer waits between. */
  async #keep(dialled: Dialled): Promise<void> {
    const { signal } = this.#stopping
    const first = Math.max(limits.retryFirst.value, 2 * this.facts.latency)
    const most = Math.max(limits.retryMost.value, first)
    let wait = first
    while (!signal.aborted) {
      const since = this.#ports.clock.now()
      const { neighbour } = dialled
      try {
        const stream = await dialled.open(signal)
        await (signal.aborted ? closeStream(stream) : this.#live(stream, neighbour))
      } catch (error) {
        const known = neighbour === undefined ? {} : { neighbour }
        const facts = { medium: this.name, ...known, reason: said(error) }
        if (!signal.aborted) this.#ports.log.info('a neighbour can’t be reached', facts)
      }
      if (this.#ports.clock.now() - since > 2 * wait) wait = first
      await this.#pause(wait * this.#spread(), signal)
      wait = Math.min(most, 2 * wait)
    }
  }

  /** 0.5..1, so that those who lost each other don't all come back at once. */
  #spread(): number {
    return 0.5 + (this.#ports.random.bytes(1)[0] ?? 0) / 510
  }

  async #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer: Timer = this.#ports.clock.after(milliseconds, resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
    await promise
    timer.cancel()
  }
}

function said(error: unknown): string {
  if (isFault(error)) return error.message
  return error instanceof Error ? error.message : 'it ended'
}
