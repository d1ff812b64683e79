import { limits } from '../limits.ts'
import { piecesOf } from './pieces.ts'

/** What is on its way over one connection. */
export interface Load {
  readonly bytes: number
  /** Leaves the outflow and ends the connection without a word. */
  cut(): void
}

/** What is on its way to all clients, so that none of them fills the memory. */
export class Outflow {
  readonly #most: number
  readonly #loads = new Set<Load>()
  #bytes = 0

  /** @param most Bytes on their way to all together. */
  constructor(most: number) {
    this.#most = most
  }

  get bytes(): number {
    return this.#bytes
  }

  join(load: Load): void {
    this.#loads.add(load)
  }

  /** Its connection is gone, and what was on its way with it. */
  leave(load: Load): void {
    if (this.#loads.delete(load)) this.#bytes -= load.bytes
  }

  grow(by: number): void {
    this.#bytes += by
    while (this.#bytes > this.#most) {
      const [worst] = [...this.#loads].toSorted((a, b) => b.bytes - a.bytes)
      if (worst === undefined) return
      worst.cut()
    }
  }

  shrink(by: number): void {
    this.#bytes -= by
  }
}

interface OutboxInit {
  readonly outflow: Outflow
  /** Bytes on their way from which on the client is behind. */
  readonly most: number
  /** As of a wire. */
  readonly send: (piece: string, isLast: boolean, sent: () => void) => void
  /** The client takes again what it asked for. */
  readonly drained: () => void
  /** Ends the connection without a word: nobody reads it. */
  readonly cut: () => void
}

interface Piece {
  readonly text: string
  readonly size: number
  readonly isLast: boolean
}

/**
 * What is on its way to one client. The system is given little of it at once, as it says of what it
 * was given only when all is taken.
 */
export class Outbox implements Load {
  readonly #init: OutboxInit
  #bytes = 0
  #taken = 0
  /** Bytes that the system was given and has not taken. */
  #sending = 0
  readonly #queue: Piece[] = []
  #end: (() => void) | undefined
  #isOpen = true

  constructor(init: OutboxInit) {
    this.#init = init
    init.outflow.join(this)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Bytes that the client took so far. */
  get taken(): number {
    return this.#taken
  }

  /** Whether the client has to read before it may ask for more. */
  get isFull(): boolean {
    return this.#bytes > this.#init.most
  }

  /** What the client asked for. */
  answer(text: string): void {
    if (!this.#isOpen) return
    this.#grow(Buffer.byteLength(text))
    const pieces = piecesOf(text)
    for (const [index, piece] of pieces.entries()) {
      const isLast = index === pieces.length - 1
      this.#queue.push({ text: piece, size: Buffer.byteLength(piece), isLast })
    }
    this.#flush()
  }

  /** What it did not ask for now: who does not read it has lost its place. */
  notify(text: string): void {
    if (this.isFull) this.cut()
    else this.answer(text)
  }

  /** Runs `end` once all that was to be sent is with the system. */
  finish(end: () => void): void {
    this.#end = end
    this.#flush()
  }

  /** What waits for its turn counts as if it were on its way. */
  hold(size: number): void {
    if (this.isFull) this.cut()
    else if (this.#isOpen) this.#grow(size)
  }

  /** Its turn has come, or it never comes. */
  release(size: number): void {
    if (this.#isOpen) this.#shrink(size)
  }

  cut(): void {
    if (!this.#isOpen) return
    this.close()
    this.#init.cut()
  }

  /** The connection is gone. */
  close(): void {
    this.#isOpen = false
    this.#queue.length = 0
    this.#init.outflow.leave(this)
  }

  #sent(size: number): void {
    if (!this.#isOpen) return
    this.#taken += size
    this.#sending -= size
    this.#shrink(size)
    this.#flush()
  }

  #flush(): void {
    while (this.#isOpen && this.#sending < limits.pieceCharacters.value) {
      const next = this.#queue.shift()
      if (next === undefined) break
      this.#sending += next.size
      this.#init.send(next.text, next.isLast, () => this.#sent(next.size))
    }
    if (this.#queue.length > 0 || !this.#isOpen) return
    this.#end?.()
    this.#end = undefined
  }

  #grow(size: number): void {
    this.#bytes += size
    this.#init.outflow.grow(size)
  }

  #shrink(size: number): void {
    const wasFull = this.isFull
    this.#bytes -= size
    this.#init.outflow.shrink(size)
    if (wasFull && !this.isFull) this.#init.drained()
  }
}
