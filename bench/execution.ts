import { equal, hex } from '#base'

import { Side } from './execution/side.ts'
import { tokenCode } from './execution/token.ts'
import { loop, tokenTransfers, transfers, type Workload } from './execution/workload.ts'

const batches = 3
/** Blocks in a row: a node executes blocks one after the other, with what it needs at hand. */
const batchSize = 4
/** The first batch fills caches and lets the compiler see the code. */
const counted = (batches - 1) * batchSize
const blocks = batches * batchSize

/**
 * Prints how much less CPU time a block takes than with @ethereumjs/vm as shipped: the same blocks,
 * equal state roots, four blocks by turns, each side in a process of its own, median of the blocks.
 *
 * Two ratios, since they answer different questions. With senders recovered both sides start from
 * the bytes of the block; with senders known both have decoded it and recovered every sender before
 * the clock starts.
 */
export async function execution(): Promise<void> {
  for (const workload of [transfers(blocks), tokenTransfers(blocks, tokenCode())]) {
    const recovered = await compare(workload, 'recovered')
    const known = await compare(workload, 'known')
    print(workload.name, 'senders recovered', recovered)
    print(workload.name, 'senders known', known)
  }
  for (const [name, body, gas] of loops) {
    const times = await compare(loop(name, body, gas, blocks), 'known')
    const speed = (milliseconds: number): string => (Number(gas) / milliseconds / 1000).toFixed(0)
    print(name, `${speed(times.ours)} against ${speed(times.stock)} Mgas/s`, times)
  }
}

/** Bodies of endless loops, and the gas to spend in them. */
const loops: readonly (readonly [name: string, body: string, gas: bigint])[] = [
  // CALLDATASIZE PUSH1 7 ADD PUSH1 3 MUL DUP1 XOR POP
  ['compute', '36600701600302801850', 10_000_000n],
  // PUSH1 32 PUSH0 KECCAK256 PUSH0 MSTORE
  ['keccak256', '60205f205f52', 5_000_000n],
  // GAS DUP1 SSTORE: a new slot each time
  ['SSTORE', '5a8055', 16_000_000n],
]

interface Times {
  /** Median CPU milliseconds per block. */
  readonly ours: number
  readonly stock: number
}

async function compare(workload: Workload, senders: 'recovered' | 'known'): Promise<Times> {
  const known = senders === 'known'
  const [ours, stock] = await Promise.all([
    Side.open('ours', workload),
    Side.open('stock', workload),
  ])
  const times: { ours: number[]; stock: number[] } = { ours: [], stock: [] }
  for (let first = 0; first < workload.blocks.length; first += batchSize) {
    const sealed: { readonly stateRoot: Uint8Array; readonly block: Uint8Array }[] = []
    for (const input of workload.blocks.slice(first, first + batchSize)) {
      const { milliseconds, stateRoot, block } = await ours.play({ input, known })
      times.ours.push(milliseconds)
      sealed.push({ stateRoot, block: block ?? new Uint8Array(0) })
    }
    for (const { stateRoot, block } of sealed) {
      const theirs = await stock.play({ input: [block], known })
      times.stock.push(theirs.milliseconds)
      if (equal(stateRoot, theirs.stateRoot)) continue
      throw new Error(`state roots differ: ${hex(stateRoot)} and ${hex(theirs.stateRoot)}`)
    }
  }
  ours.close()
  stock.close()
  return { ours: median(times.ours.slice(-counted)), stock: median(times.stock.slice(-counted)) }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2
}

function print(name: string, what: string, { ours, stock }: Times): void {
  const ratio = (stock / ours).toFixed(1)
  const cpu = `${ours.toFixed(0)} ms against ${stock.toFixed(0)} ms`
  process.stdout.write(`${name.padEnd(22)} ${what.padEnd(28)} ${ratio.padStart(5)}x  ${cpu}\n`)
}
