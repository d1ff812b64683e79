/** What a flood costs a node in work and memory, and what a full pool costs its main thread. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { openLevel } from '#storage'

import { limits } from '../chain/pool/limits.ts'
import type { Source } from '../chain/port.ts'
import { Attack, clients, flood, FloodedNode } from '../test/chain/attacks/flood.ts'
import { gwei, Wallet } from '../test/chain/pars/wallet.ts'

const offered = Number(process.env['PARS_FLOOD'] ?? 1_000_000)
const perRound = 40_000
const mebibyte = 1024 * 1024

export async function pool(): Promise<void> {
  await million()
  await full()
}

async function million(): Promise<void> {
  const honest = new Wallet('honest')
  const [attackers, poor] = [wallets('attacker', 20), wallets('poor', 20)]
  const node = await FloodedNode.open([honest, ...attackers])
  const attack = new Attack(node, attackers, poor)
  const before = memory()
  const started = cpu()
  const report = await flood(node, attack, { honest, total: offered, perRound })
  const spent = cpu() - started
  const { most, answers, verified } = node
  const micro = ((spent * 1e6) / offered).toFixed(0)
  console.log(`${report.offered} offered by ${clients} clients over ${report.rounds} blocks`)
  console.log(`answers: ${[...answers].map(([code, count]) => `${code} ${count}`).join(', ')}`)
  console.log(`${verified} verifications; ${spent.toFixed(1)} s of CPU, ${micro} µs each`)
  console.log(`most at once: ${most.running} verified, ${most.waiting} slots waiting`)
  console.log(`most in the pool: ${most.size} transactions, ${mib(most.bytes)}`)
  console.log(`memory kept: ${mib(memory() - before)}`)
  console.log(`verifications before the honest one: at most ${Math.max(...report.waits)}`)
  console.log(`honest transactions sealed after at most ${Math.max(...report.delays)} blocks`)
  await node.close()
}

/** 64 MiB of the smallest transactions, 16 lanes for each sender, over LevelDB. */
async function full(): Promise<void> {
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

/** Seconds. */
function cpu(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Bytes in use after a collection. */
function memory(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function mib(bytes: number): string {
  return `${(bytes / mebibyte).toFixed(1)} MiB`
}
