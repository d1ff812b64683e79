/** Calls of 0x0303 and 0x0304 over models that are registered first: usual ones, and the dearest shapes. */
import { type Abi, encodeFunctionData, toHex } from 'viem'

import { fixed, unhex } from '#base'
import { sha3_256 } from '#crypto'
import type { Precompile } from '#precompiles'

import { modelId } from '../../precompiles/models/record.ts'
import { user } from '../../test/chain/evm/world.ts'
import { Graph } from '../../test/inference/commitment-programs.ts'
import { type Case, filled } from './case.ts'

const chunkBytes = 32_768

interface Model {
  readonly name: string
  readonly bytes: Uint8Array
  readonly inputBytes: number
}

function perceptron(): Uint8Array {
  const graph = new Graph(1)
  const input = graph.input('uint8', 1, 784)
  const hidden = graph.node('MatMulInteger', [input, graph.weights('int8', 784, 256)])
  const sums = graph.requantise(hidden, 512)
  const last = graph.node('MatMulInteger', [sums, graph.weights('int8', 256, 10)])
  graph.output(graph.node('ArgMax', [last], { axis: 1, keepdims: 0 }), 'int64', 1)
  return graph.model()
}

function convolution(): Uint8Array {
  const graph = new Graph(2)
  const input = graph.input('uint8', 1, 16, 28, 28)
  const weights = graph.weights('int8', 32, 16, 3, 3)
  const sums = graph.node('ConvInteger', [input, weights], { pads: [1, 1, 1, 1] })
  graph.output(sums, 'int32', 1, 32, 28, 28)
  return graph.model()
}

/** One input, as many times as a node may name it. */
function maximum(): Uint8Array {
  const graph = new Graph(3)
  const input = graph.input('uint8', 1024)
  const inputs = Array.from({ length: 200 }, () => input)
  graph.output(graph.node('Max', inputs), 'uint8', 1024)
  return graph.model()
}

/** Far from what the kernel is for: one filter and two results of many channels. */
function narrow(): Uint8Array {
  const graph = new Graph(4)
  const input = graph.input('uint8', 1, 16_384, 1, 2)
  const weights = graph.weights('int8', 1, 16_384, 1, 1)
  graph.output(graph.node('ConvInteger', [input, weights]), 'int32', 1, 1, 1, 2)
  return graph.model()
}

/** Many nodes of one element. */
function chain(): Uint8Array {
  const graph = new Graph(5)
  let value = graph.input('int32', 1)
  for (let node = 0; node < 1000; node++) value = graph.node('Abs', [value])
  graph.output(value, 'int32', 1)
  return graph.model()
}

export function modelCases(plugins: readonly Precompile[]): Case[] {
  const models: readonly Model[] = [
    { name: '784-256-10', bytes: perceptron(), inputBytes: 784 },
    { name: 'convolution 3x3', bytes: convolution(), inputBytes: 16 * 28 * 28 },
    { name: 'Max of 200', bytes: maximum(), inputBytes: 1024 },
    { name: 'convolution of one filter', bytes: narrow(), inputBytes: 32_768 },
    { name: '1000 nodes', bytes: chain(), inputBytes: 4 },
  ]
  const infer = encoder(plugins, 'infer')
  const verify = encoder(plugins, 'verify-inference')
  const asked = models.map((model): Case => {
    const id = modelId(user.bytes, model.name, 1n)
    const input = infer('infer', [id, filled(model.inputBytes)])
    return { name: `infer ${model.name}`, to: 0x0303, input, before: registration(plugins, model) }
  })
  const none = new Uint8Array(32)
  const input = verify('settledClaim', [none, none, none])
  return [...asked, { name: 'standing of a claim', to: 0x0304, input }]
}

function registration(
  plugins: readonly Precompile[],
  { name, bytes }: Model,
): NonNullable<Case['before']> {
  const models = encoder(plugins, 'models')
  const id = modelId(user.bytes, name, 1n)
  const calls = [
    models('register', [name, sha3_256(bytes), BigInt(bytes.length), 1n, 0, 'MIT', '']),
  ]
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const chunk = bytes.subarray(at, at + chunkBytes)
    calls.push(models('putChunk', [id, BigInt(at / chunkBytes), chunk]))
  }
  calls.push(models('finalize', [id]))
  return calls.map((input) => ({ to: fixed(0x0302, 20), input }))
}

function encoder(
  plugins: readonly Precompile[],
  name: string,
): (functionName: string, args: readonly unknown[]) => Uint8Array {
  const abi = plugins.find((plugin) => plugin.name === name)?.abi as Abi | undefined
  if (abi === undefined) throw new Error(`no plugin ${name}`)
  return (functionName, args) => {
    const values = args.map((value) => (value instanceof Uint8Array ? toHex(value) : value))
    return unhex(encodeFunctionData({ abi, functionName, args: values }))
  }
}
