import type { Digest } from './block.ts'

/** How an epoch ended. Signed under `pars-close-v1`; the next epoch is derived from its hash. */
export interface ClosingStatement {
  readonly version: number
  readonly chainId: bigint
  readonly genesisHash: Digest
  readonly epoch: number
  readonly finalCommitIndex: number
  readonly finalCommitDigest: Digest
  readonly finalHeight: number
  readonly blockHash: Digest
  readonly stateRoot: Digest
  readonly nextCommitteeRoot: Digest
}
