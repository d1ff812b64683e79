/** A model on a real chain: stored, run by contracts of every reader, missed, and brought by others. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { type Abi, decodeFunctionResult, encodeFunctionData, toHex } from 'viem'

import { type Hex, hex, silent, unhex } from '#base'
import { Chain, type Content, Verifier } from '#chain'
import { sha3_256 } from '#crypto'
import { formatGenesis } from '#genesis'
import { compile, execute } from '#inference'
import type { Precompile } from '#precompiles'
import { openLevel } from '#storage'

import { blobKey } from '../../../chain/state/index.ts'
import infer from '../../../precompiles/infer/index.ts'
import models from '../../../precompiles/models/index.ts'
import { Graph } from '../../inference/commitment-programs.ts'
import { accounts, devNetwork, sign } from './network.ts'
import { commitOf, TestClock } from './rig.ts'

const chunkBytes = 32_768

/** More than one chunk. */
function network(): Uint8Array {
  const graph = new Graph(5)
  const input = graph.input('uint8', 1, 16)
  const sums = graph.node('MatMulInteger', [input, graph.weights('int8', 16, 2500)])
  graph.output(graph.node('ArgMax', [sums], { axis: 1, keepdims: 0 }), 'int64', 1)
  return graph.model()
}

const model = network()
const input = Uint8Array.from({ length: 16 }, (_, index) => index * 13)
const expected = hex(execute(compile(model), input))

function data(plugin: Precompile, functionName: string, args: readonly unknown[]): Uint8Array {
  const values = args.map((value) => (value instanceof Uint8Array ? toHex(value) : value))
  return unhex(encodeFunctionData({ abi: plugin.abi as Abi, functionName, args: values }))
}

describe('a model on a chain', function () {
  this.timeout(120_000)

  const genesis = devNetwork()
  let folder: string
  let chain: Chain
  let nonce: bigint
  let commits: number

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'pars-models-'))
    nonce = 0n
    commits = 0
    chain = await open()
  })
  afterEach(async () => {
    await chain.close()
    rmSync(folder, { recursive: true, force: true })
  })

  function open(): Promise<Chain> {
    return Chain.open({
      path: path.join(folder, 'chain'),
      genesis: formatGenesis(genesis),
      archive: true,
      modules: [],
      clock: new TestClock(genesis.timestamp),
      verifier: new Verifier({ cores: 2 }),
      log: silent,
    })
  }

  /** A transaction of a block of its own, which succeeds. */
  async function send(functionName: string, args: readonly unknown[]): Promise<void> {
    const { wire } = sign(chain, 0, {
      to: unhex(models.address),
      value: 0n,
      nonce: nonce++,
      gasLimit: 16_777_216n,
      data: data(models, functionName, args),
    })
    const { blocks } = await chain.execute(
      commitOf(commits++, chain.head.header.timestamp + 1n, [wire]),
    )
    const block = await chain.reads.block({ hash: blocks[0]!.hash })
    assert.equal(block?.transactions[0]?.receipt.status, 1, functionName)
  }

  async function registered(): Promise<Hex> {
    const [account] = accounts
    const texts = ['MIT', '']
    const args = ['digits', sha3_256(model), BigInt(model.length), 1n, 0, ...texts]
    await send('register', args)
    const answer = await ask(models, 'idOf', [toHex(account!.address), 'digits', 1n])
    const id = answer as Hex
    for (let at = 0; at < model.length; at += chunkBytes) {
      const chunk = model.subarray(at, at + chunkBytes)
      await send('putChunk', [id, BigInt(at / chunkBytes), chunk])
    }
    await send('finalize', [id])
    return id
  }

  async function ask(
    plugin: Precompile,
    name: string,
    args: readonly unknown[],
    at: 'latest' | { readonly number: bigint } = 'latest',
  ): Promise<unknown> {
    const request = { to: unhex(plugin.address), data: data(plugin, name, args) }
    const result = await chain.reads.call(request, at)
    assert.equal(result?.failure, undefined)
    const output = hex(result?.output ?? new Uint8Array(0))
    return decodeFunctionResult({ abi: plugin.abi as Abi, functionName: name, data: output })
  }

  it('answers in calls, at every height since its activation, and after a restart', async () => {
    const id = await registered()
    assert.deepEqual(await ask(infer, 'infer', [id, input]), [expected, 3])
    const active = chain.head.header.number
    await send('register', ['other', sha3_256(model), 5n, 1n, 0, 'MIT', ''])
    assert.deepEqual(await ask(infer, 'infer', [id, input], { number: active }), [expected, 3])
    await chain.close()
    chain = await open()
    assert.deepEqual(await ask(infer, 'infer', [id, input]), [expected, 3])
  })

  it('that a store has lost is brought by others before the block that needs it', async () => {
    const id = await registered()
    await chain.close()
    const lost = model.subarray(chunkBytes)
    const missing: Content = { kind: 'blob', hash: sha3_256(lost) }
    const store = await openLevel(path.join(folder, 'chain'))
    await store.write([{ type: 'del', key: blobKey(missing.hash) }], { sync: true })
    await store.close()
    chain = await open()
    const asked: Content[] = []
    chain.bringMissing((content) => {
      asked.push(content)
      return Promise.resolve(lost)
    })
    const { wire } = sign(chain, 0, {
      to: unhex(infer.address),
      value: 0n,
      nonce,
      gasLimit: 2_000_000n,
      data: data(infer, 'infer', [id, input]),
    })
    const { blocks } = await chain.execute(
      commitOf(commits, chain.head.header.timestamp + 1n, [wire]),
    )
    assert.deepEqual(asked, [missing])
    const block = await chain.reads.block({ hash: blocks[0]!.hash })
    assert.equal(block?.transactions[0]?.receipt.status, 1)
    assert.deepEqual(await ask(infer, 'infer', [id, input]), [expected, 3])
  })
})
