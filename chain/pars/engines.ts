import { MCLBLS } from '@ethereumjs/evm'

import { hex } from '#base'
import { loadBls12381, loadKzg } from '#crypto'

import type { ChainProfile } from '../profile.ts'

/** What runs Ethereum's pairing precompiles. Loaded only by threads that execute. */
export async function loadEngines(): Promise<ChainProfile['engines']> {
  const [kzg, mcl] = await Promise.all([loadKzg(), loadBls12381()])
  return {
    bls: new MCLBLS(mcl),
    verifyPoint: (commitment, z, y, proof) =>
      kzg.verifyProof(hex(commitment), BigInt(hex(z)), BigInt(hex(y)), hex(proof)),
  }
}
