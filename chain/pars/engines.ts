import { MCLBLS } from '@ethereumjs/evm'

import { loadBls12381, loadPointVerifier } from '#crypto'

import type { ChainProfile } from '../profile.ts'

const ignore = (): void => {}

/** What runs Ethereum's pairing precompiles. Loaded only by threads that execute. */
export async function loadEngines(): Promise<ChainProfile['engines']> {
  const [verifyPoint, mcl] = await Promise.all([loadPointVerifier(), loadBls12381()])
  mcl.verifyOrderG1(false)
  mcl.verifyOrderG2(false)
  // MCLBLS asks for the order of each point, and then for its validity with a switch set that makes
  // the engine test the order a second time.
  const bls = new MCLBLS({ ...mcl, verifyOrderG1: ignore, verifyOrderG2: ignore })
  return { verifyPoint, bls }
}
