import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

type Labels = Readonly<Record<string, string>>

/** One value of a metric with labels. */
export type Labelled = readonly [labels: Labels, value: number]

/** What a histogram stands at. */
export interface Distribution {
  readonly labels: Labels
  /** Not cumulative: one for each bound, and one for what is beyond the last. */
  readonly counts: readonly number[]
  readonly sum: number
}

/** Metrics that are read when somebody asks for them: what is measured knows nothing of them. */
export class Instruments {
  readonly #registry: Registry

  constructor(registry: Registry) {
    this.#registry = registry
  }

  gauge(name: string, help: string, read: () => number): void {
    const registers = [this.#registry]
    const gauge: Gauge = new Gauge({ name, help, registers, collect: () => gauge.set(read()) })
  }

  gauges(
    name: string,
    help: string,
    labelNames: readonly string[],
    read: () => Iterable<Labelled>,
  ): void {
    const registers = [this.#registry]
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        gauge.reset()
        for (const [labels, value] of read()) gauge.set({ ...labels }, value)
      },
    })
  }

  counter(name: string, help: string, read: () => number): void {
    this.counters(name, help, [], () => [[{}, read()]])
  }

  /** @param read Totals since the start. */
  counters(
    name: string,
    help: string,
    labelNames: readonly string[],
    read: () => Iterable<Labelled>,
  ): void {
    const registers = [this.#registry]
    const counter: Counter = new Counter({
      name,
      help,
      labelNames,
      registers,
      collect() {
        counter.reset()
        for (const [labels, value] of read()) counter.inc({ ...labels }, value)
      },
    })
  }

  /** @param bounds Upper ones, ascending. */
  distribution(
    name: string,
    help: string,
    bounds: readonly number[],
    read: () => Iterable<Distribution>,
  ): void {
    this.#registry.registerMetric(new SnapshotHistogram(name, help, bounds, read))
  }

  histogram(
    name: string,
    help: string,
    bounds: readonly number[],
  ): { observe(value: number): void } {
    return new Histogram({ name, help, buckets: [...bounds], registers: [this.#registry] })
  }
}

/** What all histograms say of themselves. */
const empty = new Histogram({ name: 'empty', help: 'empty', registers: [] })

/** A histogram that was counted elsewhere. */
class SnapshotHistogram extends Histogram {
  readonly #name: string
  readonly #help: string
  readonly #bounds: readonly number[]
  readonly #read: () => Iterable<Distribution>

  constructor(
    name: string,
    help: string,
    bounds: readonly number[],
    read: () => Iterable<Distribution>,
  ) {
    super({ name, help, buckets: [...bounds], registers: [] })
    this.#name = name
    this.#help = help
    this.#bounds = bounds
    this.#read = read
  }

  override get(): ReturnType<Histogram['get']> {
    return this.getForPromString()
  }

  /** What a registry asks for: its own counts, which stay empty, are not told. */
  async getForPromString(): ReturnType<Histogram['get']> {
    const described = await empty.get()
    const values = [...this.#read()].flatMap((one) => this.#values(one))
    return { ...described, name: this.#name, help: this.#help, values }
  }

  #values({ labels, counts, sum }: Distribution) {
    let total = 0
    const buckets = counts.map((count, index) => {
      total += count
      const le = this.#bounds[index] ?? '+Inf'
      return { metricName: `${this.#name}_bucket`, labels: { ...labels, le }, value: total }
    })
    return [
      ...buckets,
      { metricName: `${this.#name}_sum`, labels, value: sum },
      { metricName: `${this.#name}_count`, labels, value: total },
    ]
  }
}
