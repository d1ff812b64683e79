/** A MessagePort or a Worker. */
export interface Port {
  postMessage(message: unknown): void
  on(event: 'message', listener: (message: unknown) => void): unknown
}

/** What is said in one go crosses in one message: crossing costs as much as a short call. */
export class Outgoing<Message> {
  readonly #port: Port
  readonly #failed: (message: Message, error: unknown) => void
  #messages: Message[] = []
  #isScheduled = false

  /** @param failed Told what cannot cross; the rest does. */
  constructor(port: Port, failed: (message: Message, error: unknown) => void) {
    this.#port = port
    this.#failed = failed
  }

  /** Crosses with the next flush. */
  add(message: Message): void {
    this.#messages.push(message)
  }

  /** Crosses once the code that runs now has said all. */
  send(message: Message): void {
    this.#messages.push(message)
    if (this.#isScheduled) return
    this.#isScheduled = true
    queueMicrotask(() => this.flush())
  }

  flush(): void {
    this.#isScheduled = false
    const port = this.#port
    const messages = this.#messages
    if (messages.length === 0) return
    this.#messages = []
    try {
      port.postMessage(messages)
    } catch {
      for (const message of messages) this.#sendAlone(message)
    }
  }

  #sendAlone(message: Message): void {
    const port = this.#port
    try {
      port.postMessage([message])
    } catch (error) {
      this.#failed(message, error)
    }
  }
}
