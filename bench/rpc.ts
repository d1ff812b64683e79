/**
 * JSON-RPC of a validator among four that commit, against anvil and hardhat node: requests a second,
 * in turns on the same machine; and what heavy traces do to the latency of blocks.
 */
import { mkdirSync } from 'node:fs'
import process from 'node:process'

import { genesisHash } from '#genesis'

import { Cluster, freePorts } from '../test/e2e/cluster.ts'
import { Bench, type Node } from '../test/e2e/node.ts'
import { load } from './devnet/meter.ts'
import { Traffic } from './devnet/traffic.ts'
import { type Measured, measure } from './rpc/load.ts'
import { install, startAnvil, startHardhat } from './rpc/servers.ts'

const seconds = Number(process.env['PARS_SECONDS'] ?? 3)
const rounds = Number(process.env['PARS_ROUNDS'] ?? 3)
const connections = 32
const batch = 100

interface Server {
  readonly name: string
  readonly url: string
}

export async function rpc(): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    console.log('takes the binaries of others for linux-x64 alone')
    return
  }
  await using bench = new Bench()
  using rivals = new DisposableStack()
  const cluster = await Cluster.create(bench)
  await cluster.start(...cluster.all)
  const folder = bench.path('rivals')
  mkdirSync(folder)
  console.log('installing anvil and hardhat ...')
  install(folder)
  const port = await freePorts(2)
  const servers: readonly Server[] = [
    { name: 'Pars, one of four validators', url: cluster.at(0).url },
    rivals.use(await startAnvil(folder, port)),
    rivals.use(await startHardhat(folder, port + 1)),
  ]
  await compare(servers)
  rivals.dispose()
  await traces(cluster)
}

/** Best of the rounds: what else runs on the machine only takes away. */
async function compare(servers: readonly Server[]): Promise<void> {
  for (const kind of ['eth_getBalance', 'eth_call'] as const) {
    for (const size of [1, batch]) {
      const best = new Map<string, Measured>()
      // The round before the first lets what compiles while it runs do so.
      for (let round = -1; round < rounds; round++) {
        for (const { name, url } of servers) {
          // oxlint-disable-next-line no-await-in-loop -- one server after the other
          const found = await measure(
            { url, body: await bodyOf(kind, size, url) },
            { connections: size === 1 ? connections : 8, seconds },
          )
          if (round < 0) continue
          const before = best.get(name)
          if (before === undefined || found.requestsPerSecond > before.requestsPerSecond) {
            best.set(name, found)
          }
        }
      }
      print(size === 1 ? kind : `${kind}, batches of ${size}`, best)
    }
  }
}

function print(title: string, best: ReadonlyMap<string, Measured>): void {
  const [ours, ...others] = best.values()
  console.log(`${title}; load of the machine ${load()}`)
  for (const [name, { requestsPerSecond, p50, p99 }] of best) {
    const rate = requestsPerSecond.toFixed(0)
    console.log(`  ${name}: ${rate}/s, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`)
  }
  const ratios = others.map(
    (other) => `${((ours?.requestsPerSecond ?? 0) / other.requestsPerSecond).toFixed(2)}x`,
  )
  console.log(`  ratios to the others: ${ratios.join(', ')}`)
}

/** PUSH1 1, SLOAD, ADDRESS, BALANCE, ADD, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN. */
const probe = '6001543031015f5260205ff3'
const contracts = new Map<string, string>()

async function bodyOf(kind: string, size: number, url: string): Promise<string> {
  const [account] = await ask<readonly string[]>(url, 'eth_accounts')
  const to = contracts.get(url) ?? (await deploy(url, account ?? ''))
  contracts.set(url, to)
  const params = kind === 'eth_call' ? [{ from: account, to }, 'latest'] : [account, 'latest']
  const calls = Array.from({ length: size }, (_, id) => ({
    jsonrpc: '2.0',
    id,
    method: kind,
    params,
  }))
  return JSON.stringify(size === 1 ? calls[0] : calls)
}

/** CODECOPY of what follows these nine bytes, RETURN. */
async function deploy(url: string, from: string): Promise<string> {
  const length = (probe.length / 2).toString(16).padStart(2, '0')
  const data = `0x60${length}8060095f395ff3${probe}`
  const hash = await ask<string>(url, 'eth_sendTransaction', { from, data, gas: '0x100000' })
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- until it is in a block
    const receipt = await ask<{ readonly contractAddress: string } | null>(
      url,
      'eth_getTransactionReceipt',
      hash,
    )
    if (receipt !== null) return receipt.contractAddress
    // oxlint-disable-next-line no-await-in-loop -- as above
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function ask<Result>(url: string, method: string, ...params: unknown[]): Promise<Result> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body })
  const { result, error } = (await answer.json()) as { result: Result; error?: unknown }
  if (error !== undefined) throw new Error(`${url} ${method}: ${JSON.stringify(error)}`)
  return result
}

const traceRate = 10
const traceSeconds = 15

/** JUMPDEST, PUSH0, JUMP: three instructions for ten gas, until the gas is spent. */
const loop = { data: '0x5b5f56', gas: '0x1312d00' }

/** In turns with and without ten clients that trace a loop at one validator all the time. */
async function traces(cluster: Cluster): Promise<void> {
  const [first, ...others] = cluster.all.map((index) => cluster.at(index))
  if (first === undefined) throw new TypeError('no validators')
  const traffic = await Traffic.open([first, ...others], genesisHash(cluster.devnet.genesis), 5)
  const latencies = { without: [] as number[], with: [] as number[] }
  for (const turn of ['without', 'with', 'without', 'with'] as const) {
    const stop = new AbortController()
    const busy = turn === 'with' ? tracing(first, stop.signal) : Promise.resolve(0)
    // oxlint-disable-next-line no-await-in-loop -- in turns
    const { journeys } = await traffic.send(traffic.prepare(traceRate * traceSeconds), traceRate)
    stop.abort()
    // oxlint-disable-next-line no-await-in-loop -- in turns
    const traced = await busy
    for (const { sent, executed } of journeys) {
      if (executed !== undefined) latencies[turn].push(executed - sent)
    }
    if (turn === 'with') console.log(`  ${traced} traces of 20 million gas meanwhile`)
  }
  const [quiet, busy] = [p95(latencies.without), p95(latencies.with)]
  console.log(`ten heavy traces at once; load of the machine ${load()}`)
  console.log(`  to latest, p95: ${quiet.toFixed(0)} ms without, ${busy.toFixed(0)} ms with`)
  console.log(`  ratio ${(busy / quiet).toFixed(2)}`)
}

async function tracing(node: Node, signal: AbortSignal): Promise<number> {
  let done = 0
  const client = async (): Promise<void> => {
    while (!signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop -- one trace after the other
      await node.answer('debug_traceCall', loop, 'latest', { tracer: 'callTracer' })
      done++
    }
  }
  await Promise.all(Array.from({ length: 10 }, client))
  return done
}

function p95(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(0.95 * times.length)] ?? Number.NaN
}
