/** What the protocol fixes about one parameter set of ML-DSA. */
export interface AlgorithmFacts {
  readonly name: string
  readonly publicKeyBytes: number
  readonly signatureBytes: number
  /** Gas of one verification. */
  readonly verifyGas: number
}

/**
 * The signature algorithms of accounts, by the byte that names them in a transaction.
 *
 * @see FIPS 204, table 2
 */
export const algorithms = {
  0x44: { name: 'ML-DSA-44', publicKeyBytes: 1312, signatureBytes: 2420, verifyGas: 6500 },
  0x65: { name: 'ML-DSA-65', publicKeyBytes: 1952, signatureBytes: 3309, verifyGas: 9000 },
  0x87: { name: 'ML-DSA-87', publicKeyBytes: 2592, signatureBytes: 4627, verifyGas: 13500 },
} as const satisfies Readonly<Record<number, AlgorithmFacts>>

export type Algorithm = keyof typeof algorithms

export const defaultAlgorithm: Algorithm = 0x65

export function isAlgorithm(value: number): value is Algorithm {
  return Object.hasOwn(algorithms, value)
}
