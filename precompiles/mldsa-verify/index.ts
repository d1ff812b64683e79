import { type Algorithm, algorithms, isAlgorithm } from '#protocol'

import { flag } from '../abi.ts'
import { verificationGas, verifyAt, wordGas } from '../mldsa.ts'
import type { PurePrecompile } from '../plugin.ts'
import vectors from './vectors.json' with { type: 'json' }

/** Mode and length of the context. */
const headBytes = 2
/** What a call pays whose mode names no parameter set. */
const dearest: Algorithm = 0x87

/** ML-DSA verification of any parameter set under any context. */
const plugin: PurePrecompile = {
  name: 'mldsa-verify',
  version: '1.0.0',
  address: '0x0000000000000000000000000000000000000601',
  abi: null,
  gasTable: {
    verify44: algorithms[0x44].verifyGas,
    verify65: algorithms[0x65].verifyGas,
    verify87: algorithms[0x87].verifyGas,
    word: wordGas,
  },
  vectors,
  stateful: false,
  gas(input) {
    const mode = input[0] ?? 0
    const algorithm = isAlgorithm(mode) ? mode : dearest
    const { publicKeyBytes, signatureBytes } = algorithms[algorithm]
    return verificationGas(algorithm, input.length - headBytes - publicKeyBytes - signatureBytes)
  },
  run(input) {
    const [mode = 0, contextBytes = 0] = input
    if (!isAlgorithm(mode)) return flag(false)
    const start = headBytes + contextBytes
    return flag(verifyAt(mode, input, start, input.subarray(headBytes, start)))
  },
}

export default plugin
