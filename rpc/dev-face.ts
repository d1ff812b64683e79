import type { BuildRequest, BuiltBlock } from '#chain'

/**
 * What a development node lets its tests do to time and blocks.
 *
 * A snapshot is a height to return to. Time that was moved, snapshots and the mode of sealing end
 * with the process; the chain that they made does not.
 */
export interface DevFace {
  /** @returns The snapshot's id. */
  snapshot(): Promise<bigint>
  /**
   * Head, state, indexes and time go back to the snapshot, which is used up with all later ones; the
   * pool is emptied. False for an id that names none.
   */
  revert(id: bigint): Promise<boolean>
  /** Makes `blocks` blocks, empty ones too. Throws `NODE_TIME_BACK`, `NODE_DEV_RANGE`. */
  mine(request: { readonly blocks: bigint; readonly timestamp?: bigint }): Promise<void>
  /** Seconds since 1970, of the next block and no other; time goes on from it. Throws `NODE_TIME_BACK`. */
  setNextBlockTimestamp(timestamp: bigint): Promise<void>
  /** @returns Seconds that time was moved by in all. Throws `NODE_TIME_BACK`. */
  increaseTime(seconds: bigint): bigint
  /** A block for each transaction, at once; else none but those of `mine`. */
  setAutomine(isOn: boolean): Promise<void>
  /** A block, empty ones too, every so many milliseconds; 0: none but those of `mine`. */
  setIntervalMining(milliseconds: number): Promise<void>
}

/** Builds blocks without changing the chain. */
export interface BlockBuilder {
  /** Throws `CHAIN_BUILD_REFUSED`, and `TX_*` for a transaction that cannot be in that block. */
  build(request: BuildRequest): Promise<BuiltBlock>
}
