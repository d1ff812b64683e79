import { type Clock, Fault, type Random } from '#base'

import {
  type CircuitCell,
  decodeCell,
  encodeCell,
  hopBytes,
  type RequestCell,
  type RoutedCell,
} from '../cell.ts'
import { limits } from '../limits.ts'
import type { Arrival, Medium } from '../medium.ts'
import { Circuits, type Side, sourceOf, type Way } from './circuits.ts'
import { Outlet, type Precedence } from './outlet.ts'

/** Where a destination is, as far as announces told. */
export interface Direction {
  readonly medium: string
  readonly neighbour?: string | undefined
  readonly distance: number
}

/** What tells where destinations are, and hears who says so. */
interface Paths {
  heard(cell: RoutedCell, medium: string, arrival: Arrival): void
  pathTo(label: Uint8Array): Direction | undefined
}

/** What a relay can see of whether the one who was asked has answered: a hash, and what it is of. */
export interface Locks {
  /** Of a cell towards who is asked, where it has one. */
  lockIn(context: number, body: Uint8Array): Uint8Array | undefined
  /** Whether a cell on its way back opens `lock`. */
  opens(lock: Uint8Array, context: number, body: Uint8Array): boolean
}

/** One end of a circuit, here. */
export interface Circuit {
  /** The first medium. */
  readonly medium: string
  /** The neighbour, as far as its medium tells: what is bounded for each is counted by it. */
  readonly source: string
  /** Bytes of a cell that fits the first medium, and most others. */
  readonly mtu: number
  /** Takes what comes along it. */
  receive: (context: number, body: Uint8Array) => void
  /** Called once, when there is no way along it any more; not where it is closed here. */
  closed: () => void
  /** The other end is who it should be: it no longer counts among those that may be an invention. */
  confirm(): void
  /** Resolved when the first medium has taken it. Rejected with `MESH_BUSY`, `MESH_MEDIUM`, `MESH_GONE`. */
  send(context: number, body: Uint8Array, precedence?: Precedence): Promise<void>
  close(): void
}

export interface RouterOptions {
  readonly clock: Clock
  readonly random: Random
  readonly paths: Paths
  readonly locks: Locks
  /** Whether it hands on what is for others. */
  readonly relays?: boolean
  /** Whether `label` is a destination of this node. */
  owns(label: Uint8Array): boolean
  /** Somebody asks a destination of this node; what follows comes to `circuit.receive`. */
  asked(circuit: Circuit, label: Uint8Array, context: number, body: Uint8Array): void
}

/** Hands cells on by what paths and circuits say, and never looks into them. */
export class Router {
  readonly #options: RouterOptions
  readonly #outlets = new Map<string, Outlet>()
  readonly #circuits: Circuits
  readonly #ends = new Map<Way, Circuit>()
  readonly #locks = new Map<Way, Uint8Array>()
  /** Cells that were handed on, and that were dropped. */
  readonly counts = { handedOn: 0, dropped: 0 }

  constructor(options: RouterOptions) {
    this.#options = options
    this.#circuits = new Circuits(options.clock, (way) => {
      const end = this.#ends.get(way)
      this.#ends.delete(way)
      this.#locks.delete(way)
      end?.closed()
    })
  }

  get media(): readonly Medium[] {
    return [...this.#outlets.values()].map(({ medium }) => medium)
  }

  get circuits(): number {
    return this.#circuits.size
  }

  /** Throws `MESH_MEDIUM`, also where there is one of that name. */
  async attach(medium: Medium): Promise<void> {
    if (this.#outlets.has(medium.name)) {
      const facts = { code: 'MESH_MEDIUM', medium: medium.name, reason: 'twice' } as const
      throw new Fault(facts, `there is a medium ${medium.name} already`)
    }
    this.#outlets.set(medium.name, new Outlet(medium, this.#options.clock))
    try {
      await medium.start((cell, arrival) => {
        this.#heard(medium, cell, arrival)
      })
    } catch (error) {
      this.#outlets.delete(medium.name)
      throw error
    }
  }

  async detach(name: string): Promise<void> {
    const outlet = this.#outlets.get(name)
    if (outlet === undefined) return
    this.#outlets.delete(name)
    outlet.stop()
    this.#circuits.removeMedium(name)
    await outlet.medium.stop()
  }

  /** An announce or a path request. Rejected with `MESH_BUSY`, `MESH_GONE`, `MESH_MEDIUM`. */
  spread(medium: string, cell: Uint8Array, neighbour?: string): Promise<void> {
    const precedence = decodeCell(cell).kind === 'announce' ? 'announce' : 'control'
    return this.#put({ medium, neighbour }, cell, { source: '', precedence })
  }

  /** A circuit towards who owns `label`; undefined where no path is known. */
  open(label: Uint8Array): Circuit | undefined {
    const direction = this.#options.paths.pathTo(label)
    if (direction === undefined || !this.#outlets.has(direction.medium)) return undefined
    const asked = this.#side(direction)
    const way = this.#circuits.add(undefined, asked)
    const { distance } = direction
    return this.#end(way, asked, (context, body) =>
      way.isAnswered
        ? encodeCell({ kind: 'circuit', isReturn: false, hop: asked.hop, context, body })
        : encodeCell({ kind: 'request', distance, label, context, hop: asked.hop, body }),
    )
  }

  #side({ medium, neighbour }: Direction): Side {
    return { medium, neighbour, hop: this.#options.random.bytes(hopBytes) }
  }

  #end(way: Way, side: Side, encode: (context: number, body: Uint8Array) => Uint8Array): Circuit {
    const mtu = this.#outlets.get(side.medium)?.medium.facts.mtu ?? limits.leastCell.value
    // What a neighbour asked for goes out of its own share.
    const source = way.asking === undefined ? '' : sourceOf(side)
    const circuit: Circuit = {
      medium: side.medium,
      source: sourceOf(side),
      // One of two: the size of its first medium would tell one caller from another.
      mtu: mtu >= limits.usualCell.value ? limits.usualCell.value : limits.leastCell.value,
      receive() {},
      closed() {},
      confirm: () => {
        this.#circuits.answered(way)
      },
      send: (context, body, precedence = 'data') => {
        if (!this.#ends.has(way)) return Promise.reject(gone())
        this.#circuits.touch(way)
        return this.#put(side, encode(context, body), { source, precedence })
      },
      close: () => {
        circuit.closed = () => {}
        this.#circuits.remove(way)
      },
    }
    this.#ends.set(way, circuit)
    return circuit
  }

  #put(
    { medium, neighbour }: { readonly medium: string; readonly neighbour?: string | undefined },
    cell: Uint8Array,
    how: { readonly source: string; readonly precedence: Precedence },
  ): Promise<void> {
    const outlet = this.#outlets.get(medium)
    if (outlet === undefined) return Promise.reject(gone())
    return outlet.send(cell, { neighbour, ...how })
  }

  #heard(medium: Medium, bytes: Uint8Array, arrival: Arrival): void {
    try {
      const cell = decodeCell(bytes)
      if (cell.kind === 'request') this.#request(cell, medium.name, arrival)
      else if (cell.kind === 'circuit') this.#along(cell, medium.name, arrival)
      else this.#options.paths.heard(cell, medium.name, arrival)
    } catch {
      // Whatever a neighbour sends is dropped alone, and nobody is told.
      this.counts.dropped += 1
    }
  }

  #request(cell: RequestCell, medium: string, { neighbour }: Arrival): void {
    const { label, context, body } = cell
    const known = this.#circuits.find(medium, cell.hop)
    const from = known?.asking
    const isTheirs = from?.medium === medium && from.neighbour === neighbour
    if (known !== undefined && !isTheirs) return this.#drop()
    if (this.#options.owns(label)) {
      const end = known === undefined ? undefined : this.#ends.get(known)
      if (known !== undefined) {
        this.#circuits.touch(known)
        end?.receive(context, body)
        return
      }
      return this.#accept(cell, { medium, neighbour, hop: new Uint8Array(cell.hop) })
    }
    if (this.#options.relays === false) return this.#drop()
    this.#handOn(cell, known, { medium, neighbour, hop: new Uint8Array(cell.hop) })
  }

  #accept({ label, context, body }: RequestCell, asking: Side): void {
    const way = this.#circuits.add(asking, undefined)
    const circuit = this.#end(way, asking, (kind, answer) =>
      encodeCell({
        kind: 'circuit',
        isReturn: true,
        hop: asking.hop,
        context: kind,
        body: answer,
      }),
    )
    this.#options.asked(circuit, new Uint8Array(label), context, body)
  }

  #handOn(cell: RequestCell, known: Way | undefined, asking: Side): void {
    const { label, context, body } = cell
    const direction = this.#options.paths.pathTo(label)
    if (direction === undefined || direction.distance >= cell.distance) return this.#drop()
    const way = known ?? this.#circuits.add(asking, this.#side(direction))
    const { asked } = way
    if (asked === undefined) return this.#drop()
    this.#circuits.touch(way)
    this.#watchLock(way, cell)
    const { distance } = direction
    const onward = encodeCell({ kind: 'request', distance, label, context, hop: asked.hop, body })
    this.#relay(asked, asking, onward)
  }

  #along(cell: CircuitCell, medium: string, { neighbour }: Arrival): void {
    const { context, body, isReturn } = cell
    const way = this.#circuits.find(medium, cell.hop)
    if (way === undefined) return this.#drop()
    const [from, to] = isReturn ? [way.asked, way.asking] : [way.asking, way.asked]
    if (from?.medium !== medium || from.neighbour !== neighbour) return this.#drop()
    this.#circuits.touch(way)
    this.#watchLock(way, cell)
    if (to === undefined) {
      if (isReturn) this.#circuits.answered(way)
      this.#ends.get(way)?.receive(context, body)
      return
    }
    const onward = encodeCell({ kind: 'circuit', isReturn, hop: to.hop, context, body })
    this.#relay(to, from, onward)
  }

  /** A relay believes in a circuit when who was asked has shown what only it can know. */
  #watchLock(way: Way, cell: CircuitCell | RequestCell): void {
    const { context, body } = cell
    const lock = this.#locks.get(way)
    if (cell.kind === 'request' || !cell.isReturn) {
      const found = way.isAnswered ? undefined : this.#options.locks.lockIn(context, body)
      // The latest: who gets no answer may ask anew, in smaller cells.
      if (found !== undefined) this.#locks.set(way, new Uint8Array(found))
    } else if (lock !== undefined && this.#options.locks.opens(lock, context, body)) {
      this.#circuits.answered(way)
      this.#locks.delete(way)
    }
  }

  #relay(to: Side, from: Side, cell: Uint8Array): void {
    this.counts.handedOn += 1
    const how = { source: sourceOf(from), precedence: 'data' } as const
    this.#put(to, cell, how).catch(() => {
      this.#drop()
    })
  }

  #drop(): void {
    this.counts.dropped += 1
  }
}

function gone(): Fault<{ code: 'MESH_GONE' }> {
  return new Fault({ code: 'MESH_GONE' }, 'the circuit or its medium is gone')
}
