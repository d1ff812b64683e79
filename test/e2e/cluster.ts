/** Validators of one network, each a real process, started, killed and asked one by one. */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

import type { GovernanceParameters } from '#genesis'

import { type Devnet, openDevnet } from '../../node/devnet/build.ts'
import { type Bench, Node } from './node.ts'

export interface Standing {
  readonly role: string
  readonly consensus: {
    readonly author: number | null
    readonly standing: string
    readonly execution: string
    readonly sync: { readonly from: number; readonly to: number } | null
    readonly round: number
    readonly committed: number
    readonly finalized: number
    readonly validators: readonly { readonly isConnected: boolean; readonly round: number }[]
  }
}

interface Header {
  readonly number: string
  readonly hash: string
  readonly stateRoot: string
}

const pollEvery = 100

export class Cluster {
  readonly devnet: Devnet
  readonly #bench: Bench
  readonly #command: 'dev' | 'run'
  readonly #nodes: (Node | undefined)[]

  /** Of places that are set up; `run` for a genesis whose test keys the nodes are not to sign with. */
  constructor(bench: Bench, devnet: Devnet, command: 'dev' | 'run' = 'dev') {
    this.#bench = bench
    this.devnet = devnet
    this.#command = command
    this.#nodes = devnet.places.map(() => undefined)
  }

  /** @param set What its governance goes by. */
  static async create(
    bench: Bench,
    validators = 4,
    set: Partial<GovernanceParameters> = {},
  ): Promise<Cluster> {
    const basePort = await freePorts(2 * validators)
    const rpcPort = basePort + validators
    const folder = bench.path(`devnet-${basePort}`)
    return new Cluster(bench, await openDevnet({ folder, validators, basePort, rpcPort, set }))
  }

  get all(): readonly number[] {
    return this.devnet.places.map((_, index) => index)
  }

  /** Those that run. */
  get running(): readonly number[] {
    return this.all.filter((index) => this.#nodes[index]?.command.isRunning === true)
  }

  at(index: number): Node {
    const node = this.#nodes[index]
    assert.ok(node !== undefined, `validator ${index} was never started`)
    return node
  }

  async start(...indices: readonly number[]): Promise<void> {
    await Promise.all(
      indices.map(async (index) => {
        const { data, config, rpc } = this.devnet.places[index]!
        const command = this.#bench.start(this.#command, '--data', data, '--config', config)
        await command.printed(/(?:JSON-RPC\s+|rpc=)http:\/\/[\d.:]+/)
        this.#nodes[index] = new Node(command, rpc)
      }),
    )
  }

  async kill(index: number, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.at(index).command.kill(signal)
  }

  async standing(index: number): Promise<Standing['consensus']> {
    const { consensus } = await this.at(index).ask<Standing>('pars_nodeStatus')
    return consensus
  }

  /** Resolves once `witness` has a new block of validator `index`: until then it counts as faulty. */
  async untilBuilding(index: number, witness: number): Promise<void> {
    const heard = async (): Promise<number> =>
      (await this.standing(witness)).validators[index]!.round
    const before = await heard()
    await this.until(async () => (await heard()) > before)
  }

  async height(index: number, tag = 'latest'): Promise<number> {
    return Number((await this.#block(index, tag))!.number)
  }

  /** Resolves when `condition` holds; a test's timeout ends it otherwise. */
  async until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, pollEvery))
  }

  /** Resolves once each of `indices` has made `number` final. */
  async untilFinal(number: number, indices: readonly number[] = this.running): Promise<void> {
    await this.until(async () => {
      const heights = await Promise.all(indices.map((index) => this.height(index, 'finalized')))
      return heights.every((height) => height >= number)
    })
  }

  /** Sends tokens through a validator and waits until it made them final. Gives the block. */
  async transfer(through: number, value = 1): Promise<number> {
    const node = this.at(through)
    const [from, to] = await node.ask<string[]>('eth_accounts')
    const hash = await node.ask<string>('eth_sendTransaction', {
      from,
      to,
      value: `0x${value.toString(16)}`,
    })
    const { blockNumber, status } = await node.receipt<{ blockNumber: string; status: string }>(
      hash,
    )
    assert.equal(status, '0x1')
    await this.untilFinal(Number(blockNumber), [through])
    return Number(blockNumber)
  }

  /** Every block up to the lowest head is the same on every validator that runs. */
  async assertAgreement(): Promise<void> {
    const running = this.running
    const heights = await Promise.all(running.map((index) => this.height(index)))
    const least = Math.min(...heights)
    const chains = await Promise.all(
      running.map((index) =>
        this.at(index).askAll<Header>(
          Array.from({ length: least + 1 }, (_, number) => [
            'eth_getBlockByNumber',
            `0x${number.toString(16)}`,
            false,
          ]),
        ),
      ),
    )
    const hashes = chains.map((chain) => chain.map(({ hash, stateRoot }) => `${hash} ${stateRoot}`))
    for (const chain of hashes) assert.deepEqual(chain, hashes[0])
  }

  /** Nobody has seen a validator sign two things, or banned one. */
  assertNoEquivocation(): void {
    for (const index of this.all) {
      const log = this.#nodes[index]?.command.stderr ?? ''
      assert.doesNotMatch(log, /signed two things|broke the rules|peer banned|another process/)
    }
  }

  #block(index: number, tag: string): Promise<Header | null> {
    return this.at(index).ask<Header | null>('eth_getBlockByNumber', tag, false)
  }
}

/** The first of `count` ports in a row that nobody listens at. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = randomInt(20_000, 32_000 - count)
    const free = await Promise.all(
      Array.from({ length: count }, (_, index) => isFree(first + index)),
    )
    if (free.every(Boolean)) return first
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
