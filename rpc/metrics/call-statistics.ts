/**
 * How a call ended. `limited` by its client's rate, `late` at its deadline, `left` by its client before
 * the answer, `failed` by the node.
 */
export const outcomes = ['success', 'refused', 'limited', 'late', 'left', 'failed'] as const
export type Outcome = (typeof outcomes)[number]

/** Upper bounds of durations, milliseconds. */
export const durationBounds = [1, 5, 20, 50, 100, 250, 1000, 5000, 20_000] as const

export interface MethodStatistics {
  readonly method: string
  readonly outcomes: Readonly<Record<Outcome, number>>
  /** Calls by duration: up to each of `durationBounds`, and longer than the last. */
  readonly durations: readonly number[]
  /** Milliseconds, of all calls. */
  readonly time: number
}

interface Counts {
  readonly outcomes: Record<Outcome, number>
  readonly durations: number[]
  time: number
}

/** What stands for every name that no method has. */
const unknown = 'unknown'

/** Counts calls by method. Costs little enough to run with every call. */
export class CallStatistics {
  readonly #counts = new Map<string, Counts>()
  readonly #unknown: Counts = fresh()

  /** @param methods All that are told apart: a stranger's names grow nothing. */
  constructor(methods: Iterable<string>) {
    for (const method of methods) this.#counts.set(method, fresh())
  }

  /** @param time Milliseconds. */
  ended(method: string | undefined, outcome: Outcome, time: number): void {
    const counts = this.#counts.get(method ?? unknown) ?? this.#unknown
    counts.outcomes[outcome]++
    const slot = slotOf(time)
    counts.durations[slot] = (counts.durations[slot] ?? 0) + 1
    counts.time += time
  }

  /** A request whose body was not read, so that nobody knows what it asked. It took no time. */
  turnedAway(): void {
    this.#unknown.outcomes.limited++
  }

  /** Methods that were called. */
  read(): readonly MethodStatistics[] {
    return [...this.#counts, [unknown, this.#unknown] as const]
      .filter(([, { outcomes: ended }]) => Object.values(ended).some((count) => count > 0))
      .map(([method, { outcomes: ended, durations, time }]) => ({
        method,
        outcomes: { ...ended },
        durations: [...durations],
        time,
      }))
  }
}

function slotOf(time: number): number {
  let slot = 0
  while (time > (durationBounds[slot] ?? Infinity)) slot++
  return slot
}

function fresh(): Counts {
  return {
    outcomes: { success: 0, refused: 0, limited: 0, late: 0, left: 0, failed: 0 },
    durations: Array.from({ length: durationBounds.length + 1 }, () => 0),
    time: 0,
  }
}
