export { ManualClock } from '../manual-clock.ts'

/** Methods whose end the test decides. */
export class Gate {
  readonly started: string[] = []
  readonly #open = new Map<string, (value: string) => void>()
  readonly #arrivals: (() => void)[] = []

  wait(name: string): Promise<string> {
    this.started.push(name)
    for (const arrived of this.#arrivals.splice(0)) arrived()
    return new Promise((resolve) => this.#open.set(name, resolve))
  }

  end(name: string): void {
    this.#open.get(name)?.(name)
  }

  async until(count: number): Promise<void> {
    while (this.started.length < count) {
      await new Promise<void>((resolve) => this.#arrivals.push(resolve))
    }
  }
}
