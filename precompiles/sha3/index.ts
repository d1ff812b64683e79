import { empty } from '#base'
import { sha3_256, sha3_512, shake128, shake256 } from '#crypto'

import type { PurePrecompile } from '../plugin.ts'
import { limits } from './limits.ts'
import vectors from './vectors.json' with { type: 'json' }

/** Operation, and two bytes of output length. */
const headBytes = 3

interface Operation {
  /** Bytes that one permutation takes in or gives out. @see FIPS 202 §6 */
  readonly rate: number
  /** The only output length, or undefined when the caller chooses. */
  readonly digestBytes: number | undefined
  hash(data: Uint8Array, outBytes: number): Uint8Array
}

const operations: readonly (Operation | undefined)[] = [
  undefined,
  { rate: 136, digestBytes: 32, hash: (data) => sha3_256(data) },
  { rate: 72, digestBytes: 64, hash: (data) => sha3_512(data) },
  { rate: 168, digestBytes: undefined, hash: shake128 },
  { rate: 136, digestBytes: undefined, hash: shake256 },
]

const gasTable = { call: 150, permutation: 16, longestOutput: limits.output.value } as const

interface Call {
  readonly operation: Operation
  readonly outBytes: number
}

/** What the leading bytes ask for, unless nothing that there is. */
function callOf([number = 0, high = 0, low = 0]: Uint8Array, length: number): Call | undefined {
  const operation = operations[number]
  const outBytes = 256 * high + low
  if (operation === undefined || length < headBytes) return undefined
  const { digestBytes } = operation
  const fits =
    digestBytes === undefined
      ? outBytes > 0 && outBytes <= limits.output.value
      : outBytes === digestBytes
  return fits ? { operation, outBytes } : undefined
}

/** Of padded data in and of output out; the last permutation in is the first one out. */
function permutations({ operation: { rate }, outBytes }: Call, dataBytes: number): number {
  return Math.floor(dataBytes / rate) + Math.ceil(outBytes / rate)
}

/** The hashes and extendable-output functions of FIPS 202. */
const plugin: PurePrecompile = {
  name: 'sha3',
  version: '1.0.0',
  address: '0x0000000000000000000000000000000000000605',
  abi: null,
  gasTable,
  vectors,
  stateful: false,
  gas(input) {
    const call = callOf(input, input.length)
    const count = call === undefined ? 0 : permutations(call, input.length - headBytes)
    return BigInt(gasTable.call + gasTable.permutation * count)
  },
  run(input) {
    const call = callOf(input, input.length)
    if (call === undefined) return empty
    return call.operation.hash(input.subarray(headBytes), call.outBytes)
  },
}

export default plugin
