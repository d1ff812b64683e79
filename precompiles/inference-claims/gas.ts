/** What calls pay beside reads, writes, logs and payments, which the view charges by its schedule. */
export const gasTable = {
  /** What a call costs anyhow. */
  call: 1000,
  /** Per byte of the model's graph, and per node and input of a node: reading, parsing, cutting it. */
  loadedByte: 1,
  loadedPart: 600,
  /** Per 32 bytes of input and output that are cut into leaves and hashed. */
  committedWord: 60,
  /** Per hash of a tree. */
  hash: 100,
  /** Per element of a leaf that is computed, and per element read for it. */
  element: 300,
  read: 8,
  /** Per 32 bytes of openings. */
  openedWord: 24,
} as const

export function wordsGas(perWord: number, bytes: number): bigint {
  return BigInt(perWord * Math.ceil(bytes / 32))
}
