import type { Conditions } from '../../mesh/sim/index.ts'
import { SeededRandom, simPair, VirtualClock } from '../../mesh/sim/index.ts'
import { Decoder, Encoder, LinkModel, Transfers } from '../../mesh/transfer/index.ts'

/** Circuit header 10, counter 2, tag 16. */
const cellOverhead = 28
const objectBytes = 20_000
const seeds = 10

interface Row {
  readonly name: string
  readonly conditions: Conditions
  /** The median that the design promises. */
  readonly gate?: number
  readonly bytes?: number
}

const rows: readonly Row[] = [
  { name: '5 kbps, 0.1 s', conditions: { bitsPerSecond: 5000, latency: 100 }, gate: 0.92 },
  {
    name: '5 kbps, 0.1 s, 10 % loss',
    conditions: { bitsPerSecond: 5000, latency: 100, loss: 0.1 },
    gate: 0.78,
  },
  {
    name: '5 kbps, 0.1 s, 30 % loss',
    conditions: { bitsPerSecond: 5000, latency: 100, loss: 0.3 },
    gate: 0.6,
  },
  { name: '1 kbps, 60 s', conditions: { bitsPerSecond: 1000, latency: 60_000 }, gate: 0.65 },
  {
    name: '1 kbps, 60 s, 10 % loss, 5 % twice, 20 s jitter',
    conditions: {
      bitsPerSecond: 1000,
      latency: 60_000,
      loss: 0.1,
      duplication: 0.05,
      jitter: 20_000,
    },
  },
  {
    name: '5 kbps radio, half duplex, 10 % loss',
    conditions: { bitsPerSecond: 5000, latency: 1, loss: 0.1, isShared: true },
  },
  { name: '5 bps, 1 s, 5 kB', conditions: { bitsPerSecond: 5, latency: 1000 }, bytes: 5000 },
  {
    name: '1 Mbps, 10 ms, 2 % loss, 1 MB',
    conditions: { bitsPerSecond: 1e6, latency: 10, loss: 0.02 },
    bytes: 1e6,
  },
]

/**
 * Goodput: bits of the object by the bit rate and the time from sending to when the other has verified
 * it, and to when the sender has the receipt, in virtual time.
 */
export async function goodput(): Promise<void> {
  console.log(`${'median (worst) of ten seeds'.padEnd(50)}${'there'.padEnd(16)}receipt`)
  for (const { name, conditions, gate, bytes = objectBytes } of rows) {
    const runs = []
    for (let seed = 1; seed <= seeds; seed++) runs.push(await transfer(conditions, bytes, seed))
    const there = spread(runs.map((run) => run.there))
    const receipt = spread(runs.map((run) => run.receipt))
    const limit = spread(runs.map((run) => run.limit))
    const holds = ({ median }: Spread): string => (median >= (gate ?? 0) ? 'yes' : 'NO')
    const verdict =
      gate === undefined ? '' : ` >= ${gate}: there ${holds(there)}, receipt ${holds(receipt)}`
    console.log(
      `${name.padEnd(50)}${text(there).padEnd(16)}${text(receipt).padEnd(16)}` +
        `the losses allow ${text(limit)}${verdict}`,
    )
  }
  for (const loss of [0, 0.1, 0.3, 1]) {
    const rate = decodingRate(loss).toFixed(0)
    console.log(`decoding 64 x 475 bytes, ${100 * loss} % of the sources lost: ${rate} Mbit/s`)
  }
}

interface Spread {
  readonly median: number
  readonly worst: number
}

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const median = ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
  return { median, worst: sorted[0] ?? 0 }
}

function text({ median, worst }: Spread): string {
  return `${median.toFixed(3)} (${worst.toFixed(3)})`
}

interface Goodput {
  readonly there: number
  readonly receipt: number
  /** Of who would know the losses before: no round trip, and no symbol too many. */
  readonly limit: number
}

async function transfer(conditions: Conditions, bytes: number, seed: number): Promise<Goodput> {
  const clock = new VirtualClock()
  const random = new SeededRandom(seed)
  const [a, b] = simPair(clock, random, conditions)
  let [sent, sentUntilThere, there, receipt] = [0, 0, 0, 0]
  const end = (medium: typeof a, isSender: boolean): Transfers => {
    const transfers: Transfers = new Transfers({
      clock,
      random,
      model: new LinkModel(medium.facts),
      payload: medium.facts.mtu - cellOverhead,
      send: (frame) => {
        const cell = new Uint8Array(frame.length + cellOverhead)
        cell.set(frame)
        // Those on their way when the last one arrives left later.
        if (isSender) clock.after(conditions.latency, () => (sent += cell.length))
        return medium.send(cell)
      },
      deliver: () => {
        there = clock.now()
        sentUntilThere = sent
      },
    })
    void medium.start((cell) => transfers.heard(cell.subarray(0, -cellOverhead)))
    return transfers
  }
  const [sender, receiver] = [end(a, true), end(b, false)]
  const start = clock.now()
  void sender.send(random.bytes(bytes)).then(() => (receipt = clock.now()))
  await clock.run(1e9, () => receipt > 0)
  sender.stop()
  receiver.stop()
  const ideal = (bytes * 8000) / conditions.bitsPerSecond
  const least = (sentUntilThere * 8000) / conditions.bitsPerSecond + conditions.latency
  return {
    there: ideal / (there - start),
    receipt: ideal / (receipt - start),
    limit: ideal / least,
  }
}

/** Mbit/s of CPU time. */
function decodingRate(loss: number): number {
  const random = new SeededRandom(1)
  const [sources, symbolBytes] = [64, 475]
  const bytes = random.bytes(sources * symbolBytes)
  const encoder = new Encoder(bytes, symbolBytes)
  const lost = Math.round(sources * loss)
  const symbols = Array.from({ length: sources }, (_, at) => {
    const index = at + lost
    return { index, symbol: encoder.symbol(index) }
  })
  const before = process.cpuUsage()
  let rounds = 0
  for (; process.cpuUsage(before).user < 500_000; rounds++) {
    const decoder = new Decoder(bytes.length, symbolBytes)
    for (const { index, symbol } of symbols) decoder.add(index, symbol)
    decoder.result()
  }
  const { user, system } = process.cpuUsage(before)
  return (rounds * bytes.length * 8) / (user + system)
}
