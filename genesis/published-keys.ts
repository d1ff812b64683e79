/**
 * The published test keys, of every algorithm: whoever reads this repository can sign with them.
 * Outside of networks marked `dev` nothing may depend on one.
 */
import { hex } from '#base'
import { keyHash, mlDsa, type SigningKey } from '#crypto'
import { type Algorithm, algorithms, defaultAlgorithm, keyHashAddress, testSeeds } from '#protocol'

export interface TestAccount {
  /** 20 bytes. */
  readonly address: Uint8Array
  readonly key: SigningKey
}

/** The ten accounts that a `dev` network funds. */
export function testAccounts(algorithm: Algorithm = defaultAlgorithm): readonly TestAccount[] {
  return testSeeds.map((seed) => {
    const key = mlDsa(algorithm).fromSeed(seed)
    return { address: keyHashAddress(keyHash(algorithm, key.publicKey)), key }
  })
}

let known: ReadonlySet<string> | undefined

/** Made at the first question: thirty keys take a few milliseconds. */
function published(): ReadonlySet<string> {
  known ??= new Set(
    (Object.keys(algorithms).map(Number) as Algorithm[]).flatMap((algorithm) =>
      testAccounts(algorithm).map(({ key }) => hex(keyHash(algorithm, key.publicKey).subarray(12))),
    ),
  )
  return known
}

/** Whether the account of this address, or of this 32-byte keyHash, is a published test key's. */
export function isPublished(addressOrKeyHash: Uint8Array): boolean {
  return published().has(hex(addressOrKeyHash.subarray(-20)))
}
