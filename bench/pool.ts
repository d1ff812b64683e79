/** What a full pool costs the main thread of its node. What a flood costs: scripts/flood.ts. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { openLevel } from '#storage'

import { limits } from '../chain/pool/limits.ts'
import type { Source } from '../chain/port.ts'
import { memory } from '../test/chain/attacks/campaign.ts'
import { FloodedNode } from '../test/chain/attacks/flood.ts'
import { gwei, Wallet } from '../test/chain/pars/wallet.ts'

const mebibyte = 1024 * 1024

/** 64 MiB of the smallest transactions, 16 lanes for each sender, over LevelDB. */
export async function pool(): Promise<void> {
  const senders = wallets('sender', 1100)
  const folder = await mkdtemp(path.join(tmpdir(), 'pars-bench-'))
  const node = await FloodedNode.open(senders, await openLevel(folder))
  try {
    const before = memory()
    let sources = 0
    const offer = (wallet: Wallet, lane: number, tip: bigint): Promise<boolean> => {
      const source: Source = { kind: 'client', id: `client ${sources++}` }
      const fees = { maxFeePerGas: 100n * gwei, maxPriorityFeePerGas: tip }
      return node.offer({ wire: node.sign(wallet, { nonceKey: BigInt(lane), ...fees }), source })
    }
    for (const [index, wallet] of senders.entries()) {
      await Promise.all(
        Array.from({ length: 16 }, (_, lane) => offer(wallet, lane, BigInt(index + 1))),
      )
    }
    const { size, bytes } = node.pool
    console.log(`full: ${size} transactions, ${mib(bytes)} of ${mib(limits.bytes.value)}`)
    console.log(`memory kept: ${mib(memory() - before)}`)
    const room = { gas: 30_000_000n, bytes: 8_000_000 }
    print('what a block can take', () => node.pool.ready(room))
    const changed = senders.slice(-550).map(({ address }) => address)
    print('head moves, 550 senders of 16 lanes each', () => node.pool.headChanged(changed))
    print('head moves, no sender of the pool', () => node.pool.headChanged([]))
    const more = senders.slice(0, 500)
    const started = process.threadCpuUsage()
    for (const wallet of more) await offer(wallet, 0, 90n * gwei)
    const { user, system } = process.threadCpuUsage(started)
    const each = ((user + system) / more.length).toFixed(0)
    console.log(`one more when full, signing it included: ${each} µs of the main thread`)
  } finally {
    await node.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function wallets(name: string, count: number): Wallet[] {
  return Array.from({ length: count }, (_, index) => new Wallet(`${name} ${index}`))
}

/** Prints the median of five runs. */
function print(what: string, run: () => void): void {
  const times = Array.from({ length: 5 }, () => {
    const started = process.threadCpuUsage()
    run()
    const { user, system } = process.threadCpuUsage(started)
    return (user + system) / 1000
  })
  const median = times.toSorted((a, b) => a - b)[2] ?? 0
  console.log(`${what}: ${median.toFixed(1)} ms of the main thread`)
}

function mib(bytes: number): string {
  return `${(bytes / mebibyte).toFixed(1)} MiB`
}
