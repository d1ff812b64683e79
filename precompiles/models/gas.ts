/** What calls pay beside reads, writes and logs, which the view charges by its schedule. */
export const gasTable = {
  /** What a call costs anyhow. */
  call: 500,
  /** Per word of a question. */
  word: 40,
  /** Per byte of a chunk or of the metadata: the price of a byte of contract code. */
  storedByte: 200,
  /** Per byte of a model that is hashed, parsed and bounded when it becomes active. */
  finalizedByte: 8,
  /** Per node of it, input or output of a node, and initializer. */
  finalizedPart: 600,
  /** Per byte of texts. */
  textByte: 2,
} as const
