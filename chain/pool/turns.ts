import { Fault } from '#base'

export interface Turn {
  /** Who asked; each gets as many turns as any other. */
  readonly source: string
  /** What it counts against the bounds. */
  readonly slots: number
  start(): void
  refuse(fault: Fault): void
}

interface Line {
  readonly source: string
  readonly turns: Turn[]
  slots: number
}

/**
 * A queue that one source cannot fill for the others: sources take turns, and when there is no room
 * the longest line gives up its last turn for a source that has less.
 */
export class Turns {
  readonly #most: { readonly all: number; readonly perSource: number }
  /** The next source first. */
  readonly #lines = new Map<string, Line>()
  /** By their length in slots. */
  readonly #lengths: Set<Line>[] = []
  #slots = 0

  /** @param most Slots. One turn may exceed `all` by what it is larger than one slot. */
  constructor(most: { readonly all: number; readonly perSource: number }) {
    this.#most = most
  }

  /** Slots taken. */
  get slots(): number {
    return this.#slots
  }

  /** Throws `POOL_BUSY`, or refuses the turns of others that give way. */
  add(turn: Turn): void {
    const line = this.#lines.get(turn.source) ?? { source: turn.source, turns: [], slots: 0 }
    const length = line.slots + turn.slots
    if (length > this.#most.perSource) throw this.#busy()
    if (this.#slots >= this.#most.all) {
      if ((this.#longest()?.slots ?? 0) <= length) throw this.#busy()
      while (this.#slots >= this.#most.all) this.#displace()
    }
    line.turns.push(turn)
    this.#lines.set(turn.source, line)
    this.#resize(line, turn.slots)
  }

  next(): Turn | undefined {
    const [line] = this.#lines.values()
    const turn = line?.turns.shift()
    if (line === undefined || turn === undefined) return undefined
    this.#lines.delete(line.source)
    if (line.turns.length > 0) this.#lines.set(line.source, line)
    this.#resize(line, -turn.slots)
    return turn
  }

  /** Removes all turns of `source`, which it returns. */
  drop(source: string): readonly Turn[] {
    const line = this.#lines.get(source)
    if (line === undefined) return []
    this.#lines.delete(source)
    this.#resize(line, -line.slots)
    return line.turns
  }

  #displace(): void {
    const line = this.#longest()
    const turn = line?.turns.pop()
    if (line === undefined || turn === undefined) return
    if (line.turns.length === 0) this.#lines.delete(line.source)
    this.#resize(line, -turn.slots)
    turn.refuse(this.#busy())
  }

  #longest(): Line | undefined {
    const [line] = this.#lengths.findLast((lines) => lines.size > 0) ?? []
    return line
  }

  #resize(line: Line, by: number): void {
    this.#lengths[line.slots]?.delete(line)
    line.slots += by
    this.#slots += by
    if (line.slots === 0) return
    while (this.#lengths.length <= line.slots) this.#lengths.push(new Set())
    this.#lengths[line.slots]?.add(line)
  }

  #busy(): Fault<{ code: 'POOL_BUSY'; waiting: number }> {
    return new Fault({ code: 'POOL_BUSY', waiting: this.#slots }, 'send it again later')
  }
}
