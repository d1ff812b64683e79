import { hex } from '#base'
import { loadKzg } from '#crypto'

import { ethereumRules } from './forks.ts'
import { Hardfork } from '@ethereumjs/common'
import type { ChainProfile } from '../../chain/profile.ts'

/** The engines that Ethereum's built-in precompiles, and its blob transactions, need. */
export async function ethereumEngines(): Promise<ChainProfile['engines']> {
  const kzg = await loadKzg()
  // Every FastCommon shares one customCrypto.
  ethereumRules(1n, Hardfork.Cancun).customCrypto.kzg = kzg
  return {
    verifyPoint: (commitment, z, y, proof) =>
      kzg.verifyProof(hex(commitment), BigInt(hex(z)), BigInt(hex(y)), hex(proof)),
  }
}
