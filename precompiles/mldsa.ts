/** What the four verification plugins share. @see FIPS 204, algorithm 3 */
import type { Hex } from '#base'
import { empty } from '#base'
import { mlDsa } from '#crypto'
import { type Algorithm, algorithms } from '#protocol'

import { flag } from './abi.ts'
import type { PurePrecompile } from './plugin.ts'
import type { Vectors } from './vectors.ts'

/** Gas of each 32-byte word that is hashed besides the key: the price of the KECCAK256 opcode. */
export const wordGas = 6

/** @param hashed Bytes of context and message; negative when the input is too short to hold any. */
export function verificationGas(algorithm: Algorithm, hashed: number): bigint {
  const words = Math.ceil(Math.max(0, hashed) / 32)
  return BigInt(algorithms[algorithm].verifyGas + wordGas * words)
}

/** Whether `input` from `at` is a key, a signature by it, and the signed message. */
export function verifyAt(
  algorithm: Algorithm,
  input: Uint8Array,
  at: number,
  context: Uint8Array,
): boolean {
  const { publicKeyBytes, signatureBytes } = algorithms[algorithm]
  const signature = at + publicKeyBytes
  const message = signature + signatureBytes
  if (input.length < message) return false
  return mlDsa(algorithm).verifyAnyContext(
    input.subarray(at, signature),
    input.subarray(message),
    input.subarray(signature, message),
    context,
  )
}

/** The plugin of one parameter set: `pk ‖ sig ‖ msg` under the empty context. @see EIP-8355 */
export function parameterSetPlugin(
  name: string,
  address: Hex,
  algorithm: Algorithm,
  vectors: Vectors,
): PurePrecompile {
  const { publicKeyBytes, signatureBytes, verifyGas } = algorithms[algorithm]
  return {
    name,
    version: '1.0.0',
    address,
    abi: null,
    gasTable: { verify: verifyGas, word: wordGas },
    vectors,
    stateful: false,
    gas: (input) => verificationGas(algorithm, input.length - publicKeyBytes - signatureBytes),
    run: (input) => flag(verifyAt(algorithm, input, 0, empty)),
  }
}
