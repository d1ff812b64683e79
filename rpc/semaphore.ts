export interface SemaphoreOptions {
  /** Of one client at once; all unless given. */
  readonly permitsPerClient?: number
  /** Brief ones that one permit lets in; 1 unless given. */
  readonly together?: number
  /** Fewer brief ones wait while others of their client are inside; 1 unless given. */
  readonly gathered?: number
  /** Runs what it is given when all who come now are there; after the code that runs now unless given. */
  readonly soon?: ((task: () => void) => void) | undefined
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
  readonly #gathered: number
  readonly #soon: (task: () => void) => void
  #free: number
  /** Permits of who has been let in. */
  readonly #inside = new Map<string, number>()
  /** Groups of brief ones that are inside. */
  readonly #groups = new Map<string, number>()
  /** Whose turn is next comes first. */
  readonly #waiting = new Map<string, Waiting[]>()
  #isAdmitting = false

  constructor(
    permits: number,
    {
      permitsPerClient = permits,
      together = 1,
      gathered = 1,
      soon = queueMicrotask,
    }: SemaphoreOptions = {},
  ) {
    this.#free = permits
    this.#permitsPerClient = permitsPerClient
    this.#together = together
    this.#gathered = gathered
    this.#soon = soon
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
    this.#soon(() => {
      this.#isAdmitting = false
      while (this.#admit());
    })
  }

  /** Whether a permit was given. */
  #admit(): boolean {
    for (const [client, queue] of this.#waiting) {
      if (!this.#mayEnter(client) || this.#isGathering(client, queue)) continue
      this.#waiting.delete(client)
      const group = queue.splice(0, this.#sizeOfGroup(queue))
      if (queue.length > 0) this.#waiting.set(client, queue)
      this.#enter(client, group)
      return true
    }
    return false
  }

  /** Whether it is better to wait for more: what is inside is about to leave. */
  #isGathering(client: string, queue: readonly Waiting[]): boolean {
    return (
      queue.length < this.#gathered &&
      this.#groups.has(client) &&
      queue.every(({ isBrief }) => isBrief)
    )
  }

  #sizeOfGroup(queue: readonly Waiting[]): number {
    const other = queue.findIndex(({ isBrief }) => !isBrief)
    return Math.max(1, Math.min(this.#together, other === -1 ? queue.length : other))
  }

  #enter(client: string, group: readonly Waiting[]): void {
    this.#free--
    const isBrief = group[0]?.isBrief === true
    add(this.#inside, client, 1)
    if (isBrief) add(this.#groups, client, 1)
    let left = group.length
    const leave = (): void => {
      if (--left > 0) return
      if (isBrief) add(this.#groups, client, -1)
      this.#release(client)
    }
    for (const { enter } of group) enter(leave)
  }

  #release(client: string): void {
    this.#free++
    add(this.#inside, client, -1)
    this.#schedule()
  }
}

/** Names whose count is 0 are not kept. */
function add(counts: Map<string, number>, name: string, by: 1 | -1): void {
  const count = (counts.get(name) ?? 0) + by
  if (count > 0) counts.set(name, count)
  else counts.delete(name)
}
