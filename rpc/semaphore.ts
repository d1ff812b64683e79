export interface SemaphoreOptions {
  /** Of one client at once; all unless given. */
  readonly permitsPerClient?: number
}

/**
 * Lets so many in at once. The others wait: those of one client in the order they came, clients in
 * turns, so that who asks for much waits for itself alone.
 */
export class Semaphore {
  readonly #permitsPerClient: number
  #free: number
  /** Who has been let in, and how often. */
  readonly #inside = new Map<string, number>()
  /** Whose turn is next comes first. */
  readonly #waiting = new Map<string, (() => void)[]>()

  constructor(permits: number, { permitsPerClient = permits }: SemaphoreOptions = {}) {
    this.#free = permits
    this.#permitsPerClient = permitsPerClient
  }

  /** How many of `client` wait. */
  waiting(client: string): number {
    return this.#waiting.get(client)?.length ?? 0
  }

  /** To be followed by `release` of the same client. */
  acquire(client = ''): Promise<void> {
    if (this.#mayEnter(client)) {
      this.#enter(client)
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const queue = this.#waiting.get(client)
      if (queue === undefined) this.#waiting.set(client, [resolve])
      else queue.push(resolve)
    })
  }

  release(client = ''): void {
    this.#free++
    const left = (this.#inside.get(client) ?? 0) - 1
    if (left > 0) this.#inside.set(client, left)
    else this.#inside.delete(client)
    this.#admit()
  }

  #mayEnter(client: string): boolean {
    return this.#free > 0 && (this.#inside.get(client) ?? 0) < this.#permitsPerClient
  }

  #enter(client: string): void {
    this.#free--
    this.#inside.set(client, (this.#inside.get(client) ?? 0) + 1)
  }

  #admit(): void {
    for (const [client, queue] of this.#waiting) {
      if (!this.#mayEnter(client)) continue
      const next = queue.shift()
      this.#waiting.delete(client)
      if (queue.length > 0) this.#waiting.set(client, queue)
      this.#enter(client)
      next?.()
      return
    }
  }
}
