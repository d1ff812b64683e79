import { type Algorithm, algorithms, type Transaction } from '#protocol'

/** A plain transfer; key and signature have the right lengths and no meaning. */
export function transfer(changes: Partial<Transaction> = {}): Transaction {
  const algorithm: Algorithm = changes.algorithm ?? 0x65
  const { publicKeyBytes, signatureBytes } = algorithms[algorithm]
  return {
    chainId: 7227n,
    nonceKey: 0n,
    nonce: 7n,
    validUntil: 1_800_000_000n,
    maxPriorityFeePerGas: 1_000_000_000n,
    maxFeePerGas: 30_000_000_000n,
    gasLimit: 53_644n,
    to: new Uint8Array(20).fill(0x22),
    value: 10n ** 18n,
    data: new Uint8Array(0),
    accessList: [],
    sender: new Uint8Array(20).fill(0x11),
    algorithm,
    key: new Uint8Array(publicKeyBytes).fill(0x33),
    signature: new Uint8Array(signatureBytes).fill(0x44),
    ...changes,
  }
}

export const keyHash = new Uint8Array(32).fill(0x55)
