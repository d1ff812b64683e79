/** A validator that has lost a model's bytes: it makes no other block, and has them from the others. */
import assert from 'node:assert/strict'
import path from 'node:path'

import { type Abi, encodeFunctionData, toHex } from 'viem'

import { type Hex, hex, unhex } from '#base'
import { sha3_256 } from '#crypto'
import type { Precompile } from '#precompiles'
import { openLevel } from '#storage'

import { blobKey } from '../../chain/state/index.ts'
import infer from '../../precompiles/infer/index.ts'
import models from '../../precompiles/models/index.ts'
import { modelId } from '../../precompiles/models/record.ts'
import { Graph } from '../inference/commitment-programs.ts'
import { Cluster } from './cluster.ts'
import { Bench } from './node.ts'

function data(plugin: Precompile, functionName: string, args: readonly unknown[]): Hex {
  const values = args.map((value) => (value instanceof Uint8Array ? toHex(value) : value))
  return encodeFunctionData({ abi: plugin.abi as Abi, functionName, args: values })
}

function classifier(): Uint8Array {
  const graph = new Graph(21)
  const sums = graph.node('MatMulInteger', [
    graph.input('uint8', 1, 8),
    graph.weights('int8', 8, 4),
  ])
  graph.output(graph.node('ArgMax', [sums], { axis: 1, keepdims: 0 }), 'int64', 1)
  return graph.model()
}

describe('a validator without the bytes of a model', function () {
  this.timeout(180_000)

  it('has them from the others, and agrees with them', async () => {
    await using bench = new Bench()
    const cluster = await Cluster.create(bench)
    await cluster.start(...cluster.all)
    const [from] = await cluster.at(0).ask<[Hex]>('eth_accounts')

    async function send(to: Hex, call: Hex, through = 0): Promise<number> {
      const node = cluster.at(through)
      const gas = '0x4c4b40'
      const hash = await node.ask<string>('eth_sendTransaction', { from, to, data: call, gas })
      const receipt = await node.receipt<{ blockNumber: string; status: string }>(hash)
      assert.equal(receipt.status, '0x1')
      return Number(receipt.blockNumber)
    }

    const model = classifier()
    const id = modelId(unhex(from), 'lost', 1n)
    const size = BigInt(model.length)
    const registration = ['lost', sha3_256(model), size, 1n, 0, 'MIT', '']
    await send(models.address, data(models, 'register', registration))
    await send(models.address, data(models, 'putChunk', [id, 0n, model]))
    await cluster.untilFinal(
      await send(models.address, data(models, 'finalize', [id])),
      cluster.all,
    )

    await cluster.kill(3, 'SIGTERM')
    const store = await openLevel(path.join(cluster.devnet.places[3]!.data, 'chain'))
    const key = blobKey(sha3_256(model))
    assert.deepEqual(store.get(key), model)
    await store.write([{ type: 'del', key }], { sync: true })
    await store.close()

    await cluster.start(3)
    const input = new Uint8Array(8).fill(7)
    const asked = await send(infer.address, data(infer, 'infer', [id, input]))
    await cluster.untilFinal(asked, cluster.all)
    await cluster.assertAgreement()
    const call = { to: infer.address, data: data(infer, 'infer', [id, input]) }
    const answers = await Promise.all(
      cluster.all.map((index) => cluster.at(index).ask<Hex>('eth_call', call)),
    )
    assert.equal(new Set(answers).size, 1)
    await cluster.kill(3, 'SIGTERM')
    const after = await openLevel(path.join(cluster.devnet.places[3]!.data, 'chain'))
    assert.equal(hex(after.get(key) ?? new Uint8Array(0)), hex(model))
    await after.close()
  })
})
