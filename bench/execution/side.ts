/** One side of the comparison in a process of its own: neither pays for the other's garbage. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

import { encodeBlock } from '../../chain/block/sealed.ts'
import { OurChain } from './ours.ts'
import { StockChain } from './stock.ts'
import type { Workload } from './workload.ts'

export type SideName = 'ours' | 'stock'

/** `input`: the encoded transactions for ours, the encoded block for stock. */
interface Turn {
  readonly input: readonly Uint8Array[]
  /** Decode, and recover all senders, before the clock starts. */
  readonly known: boolean
}

export interface TurnResult {
  /** CPU time of the whole process. */
  readonly milliseconds: number
  readonly stateRoot: Uint8Array
  /** The sealed block; of ours only. */
  readonly block: Uint8Array | undefined
}

type Play = (turn: Turn) => Promise<TurnResult>

async function playOurs(workload: Workload): Promise<Play> {
  const chain = await OurChain.open(workload)
  return async ({ input, known }) => {
    const decoded = known ? chain.decode(input) : undefined
    const { result, milliseconds } = await timed(() => chain.run(decoded ?? chain.decode(input)))
    return { milliseconds, stateRoot: result.header.stateRoot, block: encodeBlock(result) }
  }
}

async function playStock(workload: Workload): Promise<Play> {
  const chain = await StockChain.open(workload)
  return async ({ input: [bytes = new Uint8Array(0)], known }) => {
    const decoded = known ? chain.decode(bytes) : undefined
    if (decoded !== undefined) chain.recover(decoded)
    const { result, milliseconds } = await timed(() => chain.run(decoded ?? chain.decode(bytes)))
    return { milliseconds, stateRoot: result, block: undefined }
  }
}

async function timed<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly milliseconds: number }> {
  const before = process.cpuUsage()
  const result = await work()
  const { user, system } = process.cpuUsage(before)
  return { result, milliseconds: (user + system) / 1000 }
}

/** The other process. */
export class Side {
  private readonly child: ChildProcess
  private readonly ended: Promise<never>

  private constructor(child: ChildProcess) {
    this.child = child
    this.ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the process ended with ${String(code)}`)
    })
    // Whoever waits for an answer hears of it.
    this.ended.catch(() => {})
  }

  static async open(name: SideName, workload: Workload): Promise<Side> {
    const child = fork(import.meta.filename, [name], {
      serialization: 'advanced',
      // As the engine thread: 96 MB of young generation, in three parts.
      execArgv: name === 'ours' ? ['--max-semi-space-size=32'] : [],
    })
    const side = new Side(child)
    await side.ask({ ...workload, blocks: [] })
    return side
  }

  async play(turn: Turn): Promise<TurnResult> {
    return (await this.ask(turn)) as TurnResult
  }

  close(): void {
    this.child.disconnect()
  }

  private async ask(message: object): Promise<unknown> {
    const answer = new Promise((resolve) => this.child.once('message', resolve))
    this.child.send(message)
    return Promise.race([answer, this.ended])
  }
}

async function serve(open: (workload: Workload) => Promise<Play>): Promise<void> {
  const [workload] = (await once(process, 'message')) as [Workload]
  const play = await open(workload)
  process.on('message', (turn: Turn) => {
    void play(turn).then((result) => process.send?.(result))
  })
  process.send?.({})
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  await serve(process.argv[2] === 'ours' ? playOurs : playStock)
}
