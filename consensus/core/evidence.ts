import type { Digest, ExecAttestation, HeaderCore } from './block.ts'

/** A signed core; with the list behind its attestations root where the proof needs it. */
export interface SignedCore {
  readonly core: HeaderCore
  readonly signature: Uint8Array
  readonly attestations: readonly ExecAttestation[]
}

/**
 * A proof that convicts by itself: two blocks of one author and round, or two hashes of one height
 * attested by one author.
 *
 * @see PIP-0007 "Evidence"
 */
export interface Evidence {
  readonly kind: 'equivocation' | 'attestation'
  readonly epoch: number
  readonly author: number
  readonly first: SignedCore
  readonly second: SignedCore
  readonly digests: readonly [Digest, Digest]
}
