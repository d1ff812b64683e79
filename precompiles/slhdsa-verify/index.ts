import { slhDsa } from '#crypto'

import { flag } from '../abi.ts'
import type { PurePrecompile } from '../plugin.ts'
import vectors from './vectors.json' with { type: 'json' }

/** Mode and length of the context. */
const headBytes = 2

/** By mode: the last number of the parameter set's object identifier. @see NIST CSOR, sigAlgs */
const parameterSets = {
  0x14: { scheme: slhDsa('slh-dsa-sha2-128s'), verifyGas: 15_000 },
  0x1e: { scheme: slhDsa('slh-dsa-shake-256s'), verifyGas: 85_000 },
} as const

type Mode = keyof typeof parameterSets

const gasTable = {
  verifySha2With128s: parameterSets[0x14].verifyGas,
  verifyShakeWith256s: parameterSets[0x1e].verifyGas,
  word: 6,
} as const

/** What a call pays whose mode names no parameter set. */
const dearest: Mode = 0x1e

function isMode(mode: number): mode is Mode {
  return Object.hasOwn(parameterSets, mode)
}

/** SLH-DSA verification under any context, the pure variant. @see FIPS 205, algorithm 24 */
const plugin: PurePrecompile = {
  name: 'slhdsa-verify',
  version: '1.0.0',
  address: '0x0000000000000000000000000000000000000602',
  abi: null,
  gasTable,
  vectors,
  stateful: false,
  gas(input) {
    const mode = input[0] ?? 0
    const { scheme, verifyGas } = parameterSets[isMode(mode) ? mode : dearest]
    const hashed = input.length - headBytes - scheme.publicKeyBytes - scheme.signatureBytes
    return BigInt(verifyGas + gasTable.word * Math.ceil(Math.max(0, hashed) / 32))
  },
  run(input) {
    const [mode = 0, contextBytes = 0] = input
    if (!isMode(mode)) return flag(false)
    const { scheme } = parameterSets[mode]
    const publicKey = headBytes + contextBytes
    const signature = publicKey + scheme.publicKeyBytes
    const message = signature + scheme.signatureBytes
    if (input.length < message) return flag(false)
    const valid = scheme.verifyAnyContext(
      input.subarray(publicKey, signature),
      input.subarray(message),
      input.subarray(signature, message),
      input.subarray(headBytes, publicKey),
    )
    return flag(valid)
  },
}

export default plugin
