import { toBigInt } from '#base'
import { algorithms, isAlgorithm } from '#protocol'

/**
 * What a call pays before it runs and for the keys it stores; reads, writes and logs come on top, by
 * the schedule of the view.
 */
export const gasTable = {
  /** What a call costs anyhow; `register` and `rotate` pay for a key, `publicKeyOf` for its read. */
  call: 500,
  /** Per 32-byte word of the input of a verification. */
  word: 6,
  /** Per byte of a stored key: the price of a byte of contract code. */
  keyByte: 200,
  /** A key out of the key table, where nothing is verified. */
  keyRead: 2600,
  verify44: algorithms[0x44].verifyGas,
  verify65: algorithms[0x65].verifyGas,
  verify87: algorithms[0x87].verifyGas,
} as const

/** Bytes of selector, three head words and the length of the signature in a call of `verify`. */
const verifyHead = 4 + 4 * 32

export function wordsGas(input: Uint8Array): number {
  return gasTable.word * Math.ceil(input.length / 32)
}

/** Gas of a verification under the algorithm in the argument at `index`; unknown ones pay most. */
export function verificationGasAt(input: Uint8Array, index: number): number {
  const start = 4 + index * 32
  const algorithm = Number(toBigInt(input.subarray(start, start + 32)))
  return isAlgorithm(algorithm) ? algorithms[algorithm].verifyGas : gasTable.verify87
}

/** Gas of a verification whose signature, alone of variable length, fills the rest of `input`. */
export function verificationGasByLength(input: Uint8Array): number {
  const room = input.length - verifyHead
  const fits = Object.values(algorithms).find(({ signatureBytes }) => room < signatureBytes + 32)
  return fits?.verifyGas ?? gasTable.verify87
}
