import type { EnvelopeKey } from '#precompiles'

/** What plugins may know of the transaction under way. Set before each one. */
export interface TransactionContext {
  /** G, 32 bytes. */
  readonly networkId: Uint8Array
  /** Undefined in a call that no transaction carries. */
  readonly envelope: EnvelopeKey | undefined
  /** Number of the block being built. */
  readonly height: bigint
  /** Of the block being built, in seconds. */
  readonly timestamp: bigint
}
