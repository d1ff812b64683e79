const size = 1024
const wordBits = 32
/** One word more than the window, so that advancing never clears bits that still count. */
const words = size / wordBits + 1

/** Which of the last 1024 counters were seen. @see RFC 6479 */
export class ReplayWindow {
  static readonly size = size
  /** -1 before the first. */
  #highest = -1
  readonly #seen = new Uint32Array(words)

  get highest(): number {
    return this.#highest
  }

  /** Whether `counter` is new and not too old to tell. */
  accepts(counter: number): boolean {
    if (counter > this.#highest) return true
    if (this.#highest - counter >= size) return false
    return ((this.#wordOf(counter) >>> (counter % wordBits)) & 1) === 0
  }

  /** Call it only for what is authenticated. */
  mark(counter: number): void {
    if (counter > this.#highest) {
      const from = Math.floor(this.#highest / wordBits)
      const to = Math.floor(counter / wordBits)
      const first = Math.max(from + 1, to - words + 1)
      for (let word = first; word <= to; word++) this.#seen[word % words] = 0
      this.#highest = counter
    }
    const word = Math.floor(counter / wordBits) % words
    this.#seen[word] = this.#wordOf(counter) | (1 << (counter % wordBits))
  }

  #wordOf(counter: number): number {
    return this.#seen[Math.floor(counter / wordBits) % words] ?? 0
  }
}

/** The counter nearest `expected` whose low `bits` are `low`; never negative. */
export function nearestCounter(expected: number, low: number, bits: number): number {
  const span = 2 ** bits
  const candidate = Math.floor(expected / span) * span + low
  if (candidate < expected - span / 2) return candidate + span
  if (candidate > expected + span / 2 && candidate >= span) return candidate - span
  return candidate
}
