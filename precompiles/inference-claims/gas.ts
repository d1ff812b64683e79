import type { StepCost } from '#inference'

/** What calls pay beside reads, writes, logs and payments, which the view charges by its schedule. */
export const gasTable = {
  /** What a call costs anyhow. */
  call: 1000,
  /** Per byte of the model's graph, and per part of it: reading, parsing, cutting it. */
  loadedByte: 1,
  loadedPart: 600,
  /** Per 32 bytes of input and output that are cut into leaves and hashed. */
  committedWord: 60,
  /** Per 32 bytes of a move's hashes. */
  moveWord: 100,
  /** Per hash of a tree. */
  hash: 100,
  /** Per element of a leaf that is computed, and per element read for it. */
  element: 300,
  read: 16,
  /** Per 32 bytes of openings. */
  openedWord: 24,
} as const

export function loadGas(size: number, parts: number): number {
  return gasTable.loadedByte * size + gasTable.loadedPart * parts
}

/** What computing a leaf and hashing its openings takes. */
export function stepGas({ elements, reads, hashes }: StepCost): number {
  return gasTable.element * elements + gasTable.read * reads + gasTable.hash * hashes
}

/** Of so many bytes of openings: in the call, and at most in the transaction that brings them. */
export function openingsGas(bytes: number): number {
  return (gasTable.openedWord * bytes) / 32 + dearestByte * bytes
}

/** Of a byte of call data under the floor. @see EIP-7623 */
const dearestByte = 40

export function wordsGas(perWord: number, bytes: number): bigint {
  return BigInt(perWord * Math.ceil(bytes / 32))
}
