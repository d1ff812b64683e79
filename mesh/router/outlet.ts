import { type Clock, Fault, type Timer } from '#base'

import { limits } from '../limits.ts'
import type { Medium } from '../medium.ts'

/** What goes before what where a medium can't take all. */
export type Precedence = 'control' | 'data' | 'announce'

const order = ['control', 'data', 'announce'] as const
/** Whose turn comes first: nothing waits for ever behind what goes before it. */
const rounds: readonly Precedence[] = [
  'control',
  'control',
  'data',
  'control',
  'control',
  'data',
  'control',
  'announce',
]

interface Waiting {
  readonly cell: Uint8Array
  readonly neighbour: string | undefined
  readonly taken: () => void
  readonly refused: (reason: unknown) => void
}

/** Of one precedence: a queue for each source, served in turn. None is empty. */
type Turns = Map<string, Waiting[]>

interface Next {
  readonly precedence: Precedence
  readonly source: string
  readonly turns: Turns
  readonly queue: Waiting[]
  readonly first: Waiting
}

/** The cells that wait for one medium, handed to it one at a time as it takes them. */
export class Outlet {
  readonly medium: Medium
  readonly #clock: Clock
  readonly #turns: Record<Precedence, Turns> = {
    control: new Map(),
    data: new Map(),
    announce: new Map(),
  }
  readonly #bytesOf = new Map<string, number>()
  #bytes = 0
  #isSending = false
  #round = 0
  #isStopped = false
  /** Milliseconds of airtime that the law leaves, as of `#asOf`. */
  #airtime = 0
  #asOf: number
  #wake: Timer | undefined

  constructor(medium: Medium, clock: Clock) {
    this.medium = medium
    this.#clock = clock
    this.#asOf = clock.now()
    const { dutyCycle } = medium.facts
    if (dutyCycle !== undefined) this.#airtime = dutyCycle * limits.dutyWindow.value
  }

  /** Bytes that wait. */
  get waiting(): number {
    return this.#bytes
  }

  /**
   * Resolved when the medium has taken the cell.
   *
   * @param source Who has it sent: a neighbour, or '' for this node. Each has the same share.
   * @throws `MESH_BUSY` where too much of `source` or of all waits; `MESH_MEDIUM`.
   */
  send(
    cell: Uint8Array,
    {
      neighbour,
      source,
      precedence,
    }: {
      readonly neighbour?: string | undefined
      readonly source: string
      readonly precedence: Precedence
    },
  ): Promise<void> {
    const share = `${precedence} ${source}`
    const mine = (this.#bytesOf.get(share) ?? 0) + cell.length
    const isOver =
      this.#isStopped ||
      cell.length > this.medium.facts.mtu ||
      mine > limits.outletShare.value ||
      this.#bytes + cell.length > limits.outletBytes.value
    if (isOver) return Promise.reject(busy(this.medium.name))
    this.#bytesOf.set(share, mine)
    this.#bytes += cell.length
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const turns = this.#turns[precedence]
    const waiting = { cell, neighbour, taken: resolve, refused: reject }
    const queue = turns.get(source)
    if (queue === undefined) turns.set(source, [waiting])
    else queue.push(waiting)
    this.#pump()
    return promise
  }

  /** What waits is refused. */
  stop(): void {
    this.#isStopped = true
    this.#wake?.cancel()
    for (const turns of Object.values(this.#turns)) {
      for (const queue of turns.values()) {
        for (const one of queue) one.refused(busy(this.medium.name))
      }
      turns.clear()
    }
    this.#bytesOf.clear()
    this.#bytes = 0
  }

  #pump(): void {
    if (this.#isSending || this.#isStopped || this.#wake !== undefined) return
    const next = this.#next()
    if (next === undefined) return
    const wait = this.#untilAllowed(next.first.cell.length)
    if (wait > 0) {
      this.#wake = this.#clock.after(wait, () => {
        this.#wake = undefined
        this.#pump()
      })
      return
    }
    this.#isSending = true
    this.#round += 1
    void this.#sendNow(next)
  }

  async #sendNow({ precedence, source, turns, queue }: Next): Promise<void> {
    const first = queue.shift()
    if (first === undefined) return
    const { cell, neighbour } = first
    turns.delete(source)
    if (queue.length > 0) turns.set(source, queue)
    this.#spend(cell.length)
    try {
      await this.medium.send(cell, neighbour)
      first.taken()
    } catch (error) {
      first.refused(error)
    }
    this.#isSending = false
    if (this.#isStopped) return
    const share = `${precedence} ${source}`
    const left = (this.#bytesOf.get(share) ?? 0) - cell.length
    if (left > 0) this.#bytesOf.set(share, left)
    else this.#bytesOf.delete(share)
    this.#bytes -= cell.length
    this.#pump()
  }

  #next(): Next | undefined {
    const [favoured = 'control'] = rounds.slice(this.#round % rounds.length)
    for (const precedence of [favoured, ...order]) {
      const turns = this.#turns[precedence]
      for (const [source, queue] of turns) {
        const [first] = queue
        if (first !== undefined) return { precedence, source, turns, queue, first }
      }
    }
    return undefined
  }

  #millisecondsOf(bytes: number): number {
    return (bytes * 8000) / this.medium.facts.bitsPerSecond
  }

  #untilAllowed(bytes: number): number {
    const { dutyCycle } = this.medium.facts
    if (dutyCycle === undefined) return 0
    const now = this.#clock.now()
    const most = dutyCycle * limits.dutyWindow.value
    this.#airtime = Math.min(most, this.#airtime + (now - this.#asOf) * dutyCycle)
    this.#asOf = now
    const missing = Math.min(most, this.#millisecondsOf(bytes)) - this.#airtime
    return missing <= 0 ? 0 : Math.ceil(missing / dutyCycle)
  }

  #spend(bytes: number): void {
    if (this.medium.facts.dutyCycle !== undefined) this.#airtime -= this.#millisecondsOf(bytes)
  }
}

function busy(medium: string): Fault<{ code: 'MESH_BUSY'; medium: string }> {
  return new Fault({ code: 'MESH_BUSY', medium }, `${medium} takes no more now`)
}
