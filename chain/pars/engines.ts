import { MCLBLS } from '@ethereumjs/evm'

import { loadBls12381, loadPointVerifier } from '#crypto'

import type { ChainProfile } from '../profile.ts'

/** What runs Ethereum's pairing precompiles. Loaded only by threads that execute. */
export async function loadEngines(): Promise<ChainProfile['engines']> {
  const [verifyPoint, mcl] = await Promise.all([loadPointVerifier(), loadBls12381()])
  return { verifyPoint, bls: new MCLBLS(mcl) }
}
