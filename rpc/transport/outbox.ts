/** What is on its way to the clients of long connections, so that none of them fills the memory. */
export class Outflow {
  readonly #most: number
  readonly #boxes = new Set<Outbox>()
  #bytes = 0

  /** @param most Bytes on their way to all together. */
  constructor(most: number) {
    this.#most = most
  }

  get bytes(): number {
    return this.#bytes
  }

  join(box: Outbox): void {
    this.#boxes.add(box)
  }

  /** Its connection is gone, and what was on its way with it. */
  leave(box: Outbox): void {
    if (this.#boxes.delete(box)) this.#bytes -= box.bytes
  }

  grow(by: number): void {
    this.#bytes += by
    while (this.#bytes > this.#most) {
      const [worst] = [...this.#boxes].toSorted((a, b) => b.bytes - a.bytes)
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
  /** `sent` is to run once the system has taken the text. */
  readonly send: (text: string, sent: () => void) => void
  /** The client takes again what it asked for. */
  readonly drained: () => void
  /** Ends the connection without a word: nobody reads it. */
  readonly cut: () => void
}

/** What is on its way to one client. */
export class Outbox {
  readonly #init: OutboxInit
  #bytes = 0
  #isOpen = true

  constructor(init: OutboxInit) {
    this.#init = init
    init.outflow.join(this)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Whether the client has to read before it may ask for more. */
  get isFull(): boolean {
    return this.#bytes > this.#init.most
  }

  /** What the client asked for. */
  answer(text: string): void {
    if (!this.#isOpen) return
    const size = Buffer.byteLength(text)
    this.#bytes += size
    this.#init.send(text, () => this.#sent(size))
    this.#init.outflow.grow(size)
  }

  /** What it did not ask for now: who does not read it has lost its place. */
  notify(text: string): void {
    if (this.isFull) this.cut()
    else this.answer(text)
  }

  cut(): void {
    if (!this.#isOpen) return
    this.close()
    this.#init.cut()
  }

  /** The connection is gone. */
  close(): void {
    this.#isOpen = false
    this.#init.outflow.leave(this)
  }

  #sent(size: number): void {
    if (!this.#isOpen) return
    const wasFull = this.isFull
    this.#bytes -= size
    this.#init.outflow.shrink(size)
    if (wasFull && !this.isFull) this.#init.drained()
  }
}
