export interface SemaphoreOptions {
  /** Of one client at once; all unless given. */
  readonly permitsPerClient?: number
  /** Brief ones that one permit lets in; 1 unless given. */
  readonly together?: number
}

export interface Entrance {
  /** Whom it counts for; all who name nobody are one. */
  readonly client?: string | undefined
  /** Enters together with others of its client that are. */
  readonly isBrief?: boolean | undefined
}

interface Waiting {
  readonly isBrief: boolean
  readonly enter: (leave: () => void) => void
}

/**
 * Lets so many in at once. The others wait: those of one client in the order they came, clients in
 * turns, so that who asks for much waits for itself alone.
 */
export class Semaphore {
  readonly #permitsPerClient: number
  readonly #together: number
  #free: number
  /** Permits of who has been let in. */
  readonly #inside = new Map<string, number>()
  /** Whose turn is next comes first. */
  readonly #waiting = new Map<string, Waiting[]>()
  #isAdmitting = false

  constructor(
    permits: number,
    { permitsPerClient = permits, together = 1 }: SemaphoreOptions = {},
  ) {
    this.#free = permits
    this.#permitsPerClient = permitsPerClient
    this.#together = together
  }

  /** How many of `client` wait. */
  waiting(client: string): number {
    return this.#waiting.get(client)?.length ?? 0
  }

  /** Resolves with what is to be called once, on leaving. */
  acquire({ client = '', isBrief = false }: Entrance = {}): Promise<() => void> {
    return new Promise((enter) => {
      const queue = this.#waiting.get(client)
      if (!isBrief && queue === undefined && this.#mayEnter(client)) {
        this.#enter(client, [{ isBrief, enter }])
        return
      }
      if (queue === undefined) this.#waiting.set(client, [{ isBrief, enter }])
      else queue.push({ isBrief, enter })
      this.#schedule()
    })
  }

  #mayEnter(client: string): boolean {
    return this.#free > 0 && (this.#inside.get(client) ?? 0) < this.#permitsPerClient
  }

  /** Once all who come now are there: they may enter together. */
  #schedule(): void {
    if (this.#isAdmitting || this.#free === 0) return
    this.#isAdmitting = true
    queueMicrotask(() => {
      this.#isAdmitting = false
      while (this.#admit());
    })
  }

  /** Whether a permit was given. */
  #admit(): boolean {
    for (const [client, queue] of this.#waiting) {
      if (!this.#mayEnter(client)) continue
      this.#waiting.delete(client)
      const group = queue.splice(0, this.#sizeOfGroup(queue))
      if (queue.length > 0) this.#waiting.set(client, queue)
      this.#enter(client, group)
      return true
    }
    return false
  }

  #sizeOfGroup(queue: readonly Waiting[]): number {
    const other = queue.findIndex(({ isBrief }) => !isBrief)
    return Math.max(1, Math.min(this.#together, other === -1 ? queue.length : other))
  }

  #enter(client: string, group: readonly Waiting[]): void {
    this.#free--
    this.#inside.set(client, (this.#inside.get(client) ?? 0) + 1)
    let left = group.length
    const leave = (): void => {
      if (--left === 0) this.#release(client)
    }
    for (const { enter } of group) enter(leave)
  }

  #release(client: string): void {
    this.#free++
    const left = (this.#inside.get(client) ?? 0) - 1
    if (left > 0) this.#inside.set(client, left)
    else this.#inside.delete(client)
    this.#schedule()
  }
}
