import type { Common } from '@ethereumjs/common'
import {
  EVMError,
  type ExecResult,
  getActivePrecompiles,
  type PrecompileFunc,
  type PrecompileInput,
} from '@ethereumjs/evm'

/**
 * Ethereum's own precompiles, with fast engines where the stock ones are slower than their price
 * allows, and never an exception: a call fails with all its gas, on every machine alike.
 */
import { concat, fixed, padLeft, toBigInt } from '#base'
import { blake2f, bn254, keccak256, p256Verify, recoverPublicKey, sha256 } from '#crypto'

import { pointEvaluation, type VerifyPoint } from './point-evaluation.ts'

/** Undefined = the call fails and burns its gas. No bytes = it succeeds and says no. */
type Run = (input: Uint8Array) => Uint8Array | undefined

interface Builtin {
  gas(input: Uint8Array, rules: Common): bigint
  readonly run: Run
}

/** Prices that differ from Ethereum's, by address (40 hexadecimal digits). Replace the whole price. */
export type BuiltinGas = ReadonlyMap<string, (input: Uint8Array) => bigint>

const none = new Uint8Array(0)
const one = fixed(1, 32)

/** `size` bytes of call data, zeros where there is none. */
function padded(input: Uint8Array, size: number): Uint8Array {
  if (input.length >= size) return input.subarray(0, size)
  return concat(input, new Uint8Array(size - input.length))
}

const words = (input: Uint8Array): bigint => BigInt(Math.ceil(input.length / 32))

function recoverAddress(input: Uint8Array): Uint8Array {
  const data = padded(input, 128)
  const v = toBigInt(data.subarray(32, 64))
  if (v !== 27n && v !== 28n) return none
  const key = recoverPublicKey(data.subarray(0, 32), data.subarray(64, 128), Number(v - 27n))
  return key === undefined ? none : padLeft(keccak256(key).subarray(12), 32)
}

function compress(input: Uint8Array): Uint8Array | undefined {
  const final = input[212]
  if (input.length !== 213 || (final !== 0 && final !== 1)) return undefined
  return blake2f(
    rounds(input),
    input.slice(4, 68),
    input.slice(68, 196),
    input.slice(196, 212),
    final === 1,
  )
}

function rounds(input: Uint8Array): number {
  return input.length === 213 ? Number(toBigInt(input.subarray(0, 4))) : 0
}

function verifyP256(input: Uint8Array): Uint8Array {
  if (input.length !== 160) return none
  const word = (index: number): Uint8Array => input.subarray(32 * index, 32 * index + 32)
  return p256Verify(word(0), word(1), word(2), word(3), word(4)) ? one : none
}

const address = (low: string): string => low.padStart(40, '0')

const replaced: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [address('1'), { gas: (_, rules) => rules.param('ecRecoverGas'), run: recoverAddress }],
  [
    address('2'),
    {
      gas: (input, rules) => rules.param('sha256Gas') + rules.param('sha256WordGas') * words(input),
      run: sha256,
    },
  ],
  [
    address('6'),
    { gas: (_, rules) => rules.param('bn254AddGas'), run: (input) => bn254.add(input) },
  ],
  [
    address('7'),
    { gas: (_, rules) => rules.param('bn254MulGas'), run: (input) => bn254.multiply(input) },
  ],
  [
    address('8'),
    {
      gas: (input, rules) =>
        rules.param('bn254PairingGas') +
        rules.param('bn254PairingWordGas') * BigInt(Math.floor(input.length / 192)),
      run: (input) => bn254.pairing(input),
    },
  ],
  [
    address('9'),
    {
      gas: (input, rules) => rules.param('blake2RoundGas') * BigInt(rounds(input)),
      run: compress,
    },
  ],
  // EIP-7951 names no parameter in Common.
  [address('100'), { gas: () => 6900n, run: verifyP256 }],
])

function failure(gasLimit: bigint, error: EVMError['error']): ExecResult {
  return { returnValue: none, executionGasUsed: gasLimit, exceptionError: new EVMError(error) }
}

function priced(builtin: Builtin, price?: (input: Uint8Array) => bigint): PrecompileFunc {
  return ({ data, gasLimit, common }) => {
    const gas = price === undefined ? builtin.gas(data, common) : price(data)
    if (gas > gasLimit) return failure(gasLimit, EVMError.errorMessages.OUT_OF_GAS)
    const output = builtin.run(data)
    if (output === undefined) return failure(gasLimit, EVMError.errorMessages.REVERT)
    return { returnValue: output, executionGasUsed: gas }
  }
}

/** More than any call has: lets a stock precompile run whose price another one replaces. */
const unlimited = 1n << 128n

function repriced(stock: PrecompileFunc, price: (input: Uint8Array) => bigint): PrecompileFunc {
  return async (input: PrecompileInput) => {
    const gas = price(input.data)
    if (gas > input.gasLimit) return failure(input.gasLimit, EVMError.errorMessages.OUT_OF_GAS)
    const result = await stock({ ...input, gasLimit: unlimited })
    const executionGasUsed = result.exceptionError === undefined ? gas : input.gasLimit
    return { ...result, executionGasUsed }
  }
}

export interface BuiltinOptions {
  readonly prices?: BuiltinGas | undefined
  readonly verifyPoint?: VerifyPoint | undefined
}

/** The built-in precompiles of a fork, by address in 40 hexadecimal digits. */
export function builtinsOf(rules: Common, options: BuiltinOptions): Map<string, PrecompileFunc> {
  const ours = new Map(replaced).set(address('a'), {
    gas: () => rules.param('kzgPointEvaluationPrecompileGas'),
    run: pointEvaluation(options.verifyPoint),
  })
  const active = new Map<string, PrecompileFunc>()
  for (const [key, stock] of getActivePrecompiles(rules)) {
    const price = options.prices?.get(key)
    const builtin = ours.get(key)
    if (builtin !== undefined) active.set(key, priced(builtin, price))
    else active.set(key, price === undefined ? stock : repriced(stock, price))
  }
  return active
}
