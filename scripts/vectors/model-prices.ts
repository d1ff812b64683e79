/** The gas tables of the precompiles of models, as their READMEs have them. */
export const modelPrices = {
  call: 500,
  /** Of a question. */
  word: 40,
  storedByte: 200,
  finalizedByte: 8,
  finalizedPart: 600,
  textByte: 2,
} as const

export const inferPrices = {
  call: 3000,
  byte: 1,
  part: 200,
  macs: 32,
  element: 1,
  carriedByte: 1,
} as const

export const verifyPrices = { call: 1000, word: 6, proofByte: 4, attestation: 1000 } as const

export const claimPrices = {
  call: 1000,
  byte: 1,
  part: 600,
  committedWord: 60,
  moveWord: 100,
  hash: 100,
  element: 300,
  read: 16,
  openedWord: 24,
} as const
