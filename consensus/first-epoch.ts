import { type Genesis, genesisHash } from '#genesis'

import { Committee } from './core/committee.ts'
import { firstClosingHash } from './core/hashes.ts'
import type { Epoch } from './core/validity.ts'

/** Epoch 0: the committee of the genesis document. Throws `CONSENSUS_COMMITTEE` when it has none. */
export function firstEpoch(genesis: Genesis): Epoch {
  const { validators, chainId, timestamp } = genesis
  const hash = genesisHash(genesis).toHex()
  return {
    chainId,
    genesisHash: hash,
    closing: firstClosingHash(hash),
    committee: new Committee(0, validators),
    startMs: Number(timestamp) * 1000,
  }
}
