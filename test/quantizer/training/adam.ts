import type { Variable } from './tape.ts'

/** Adam, whose only root is the square one. */
export class Adam {
  readonly #parameters: readonly Variable[]
  readonly #first: readonly Float64Array[]
  readonly #second: readonly Float64Array[]
  #firstLeft = 1
  #secondLeft = 1

  constructor(parameters: readonly Variable[]) {
    this.#parameters = parameters
    this.#first = parameters.map(({ data }) => new Float64Array(data.length))
    this.#second = parameters.map(({ data }) => new Float64Array(data.length))
  }

  /** One step against the slopes, which are zero afterwards. */
  step(rate: number): void {
    this.#firstLeft *= 0.9
    this.#secondLeft *= 0.99
    for (const [number, { data, slope }] of this.#parameters.entries()) {
      const first = this.#first[number] as Float64Array
      const second = this.#second[number] as Float64Array
      for (let index = 0; index < data.length; index++) {
        const own = slope[index] as number
        const mean = 0.9 * (first[index] as number) + 0.1 * own
        const square = 0.99 * (second[index] as number) + 0.01 * own * own
        first[index] = mean
        second[index] = square
        const spread = Math.sqrt(square / (1 - this.#secondLeft)) + 1e-8
        const change = (rate * mean) / (1 - this.#firstLeft) / spread
        data[index] = (data[index] as number) - change
      }
      slope.fill(0)
    }
  }
}
