/** Models, accounts and liars for the tests of `pars model`. */
import { mkdirSync, writeFileSync } from 'node:fs'

import { Fault, hex, type Hex, quantity } from '#base'
import { execute, trace, type Tensor, Witness } from '#inference'

import { type BuiltModel, openModel } from '../../node/models/built.ts'
import { claimMadeBy } from '../../node/models/claims.ts'
import { defend, type Ledger, ledgerOf } from '../../node/models/disputes.ts'
import { claimPartsOf } from '../../node/models/inference.ts'
import { claimCall, Claimant } from '../../node/models/parties.ts'
import { termsOf } from '../../node/models/registry.ts'
import { RpcClient } from '../../node/rpc-client.ts'
import type { Call } from '../../node/sender.ts'
import { Graph } from '../inference/commitment-programs.ts'
import type { Bench, Node } from './node.ts'
import { openKeys, Signers } from './signers.ts'

/** Eight bytes to the place of the greatest of four sums. */
export function classifier(): Uint8Array {
  const graph = new Graph(7)
  const input = graph.input('uint8', 1, 8)
  const sums = graph.node('MatMulInteger', [input, graph.weights('int8', 8, 4)])
  graph.output(graph.node('ArgMax', [sums], { axis: 1, keepdims: 0 }), 'int64', 1)
  return graph.model()
}

/** Two layers of sums with a requantisation between. */
export function perceptron(): Uint8Array {
  const graph = new Graph(11)
  const input = graph.input('uint8', 4, 16)
  const sums = graph.node('MatMulInteger', [input, graph.weights('int8', 16, 512)])
  const hidden = graph.requantise(sums, 64)
  const last = graph.node('MatMulInteger', [hidden, graph.weights('int8', 512, 10)])
  graph.output(last, 'int32', 4, 10)
  return graph.model()
}

/** Convolutions of 34 MiB with what stands between them in a quantised network, and a head. */
export function convolutions(): Uint8Array {
  const [channels, side] = [512, 6]
  const graph = new Graph(5)
  let x = graph.input('uint8', 1, channels, side, side)
  for (let layer = 0; layer < 15; layer++) {
    const weights = graph.weights('int8', channels, channels, 3, 3)
    const sums = graph.node('ConvInteger', [x, weights, graph.scalar('uint8', 128)], {
      pads: [1, 1, 1, 1],
    })
    const biased = graph.node('Add', [sums, graph.weights('int32', 1, channels, 1, 1)])
    x = graph.requantise(biased, 20_000)
  }
  const wide = graph.node('Cast', [x], { to: 6 })
  const sums = graph.node('ReduceSum', [wide, graph.integers(2, 3)], { keepdims: 0 })
  const pooled = graph.requantise(sums, side * side)
  const logits = graph.node('MatMulInteger', [pooled, graph.weights('int8', channels, 1000)])
  graph.output(logits, 'int32', 1, 1000)
  return graph.model()
}

export interface Shown {
  readonly [name: string]: unknown
  readonly id: Hex
  readonly claim: Hex
  readonly status: string
}

/** `pars model` on one node, with its development accounts as keys. */
export class ModelBench extends Signers<Shown> {
  static async open(bench: Bench, node: Node): Promise<ModelBench> {
    return new ModelBench(bench, node, await openKeys(bench, node, 4), 'model')
  }

  file(name: string, bytes: Uint8Array): string {
    writeFileSync(this.bench.path(name), bytes)
    return this.bench.path(name)
  }

  folder(name: string): string {
    mkdirSync(this.bench.path(name), { recursive: true })
    return this.bench.path(name)
  }

  balance(account: number): Promise<bigint> {
    return this.node.ask<Hex>('eth_getBalance', this.accounts[account], 'latest').then(BigInt)
  }

  /** The claims' own. */
  held(): Promise<bigint> {
    const claims = '0x0000000000000000000000000000000000000305'
    return this.node.ask<Hex>('eth_getBalance', claims, 'latest').then(BigInt)
  }

  async send(account: number, { to, data, value = 0n, gasLimit }: Call): Promise<Hex> {
    const from = this.accounts[account]
    const gas = gasLimit === undefined ? {} : { gas: quantity(gasLimit) }
    const fields = { from, to, data, value: quantity(value), ...gas }
    const hash = await this.node.ask<Hex>('eth_sendTransaction', fields)
    const { status } = await this.node.receipt<{ status: string }>(hash)
    // Whoever is at the same move may have been first.
    if (status !== '0x1') throw new Fault({ code: 'NODE_REVERTED', hash })
    return hash
  }

  liar(account: number): Liar {
    return new Liar(this, account)
  }
}

/** Claims what it altered, and stands by it. */
export class Liar {
  readonly #models: ModelBench
  readonly #account: number
  readonly #rpc: RpcClient

  constructor(models: ModelBench, account: number) {
    this.#models = models
    this.#account = account
    this.#rpc = new RpcClient(models.node.url)
  }

  /** @param node Whose output is other than it should be. */
  async claim(
    model: Hex,
    folder: string,
    input: Uint8Array,
    node: number,
  ): Promise<{ readonly id: Hex; readonly witness: Witness }> {
    const witness = altered(await openModel(folder), input, node)
    const parts = claimPartsOf(witness)
    const { bond } = await termsOf(this.#rpc, model)
    const call = claimCall({ model, input, ...parts }, bond)
    const id = await claimMadeBy(this.#rpc, await this.#models.send(this.#account, call))
    return { id, witness }
  }

  /** Answers challenges until the claim is decided. */
  async insist(id: Hex, witness: Witness): Promise<void> {
    const claimant = new Claimant(witness)
    for (;;) {
      const { status } = await defend(this.#ledger(), claimant, id, () => undefined)
      if (status !== 'open') return
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }

  #ledger(): Ledger {
    const sender = { rpc: this.#rpc, send: (call: Call) => this.#models.send(this.#account, call) }
    return ledgerOf(sender)
  }
}

function altered({ program }: BuiltModel, input: Uint8Array, node: number): Witness {
  const tensors: Tensor[] = [...trace(program, input)]
  const value = program.nodes[node]!.outputs[0]!
  const data = tensors[value]!.data.slice()
  data[0] = (typeof data[0] === 'bigint' ? data[0] ^ 1n : data[0]! ^ 1) as never
  tensors[value] = { ...tensors[value]!, data }
  return new Witness(program, tensors)
}

export function answerOf(built: BuiltModel, input: Uint8Array): Hex {
  return hex(execute(built.program, input))
}
