/** What a question pays beside reads and what an execution pays. */
export const gasTable = {
  /** What a call costs anyhow. */
  call: 1000,
  /** Per byte of input, output and proof: they are hashed. */
  word: 6,
  /** Per byte of a proof, which is decoded. */
  proofByte: 4,
  /** Per attester, beside the verification of his signature. */
  attestation: 1000,
} as const
