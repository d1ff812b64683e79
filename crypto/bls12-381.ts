import type * as Mcl from 'mcl-wasm'

import { loadMcl } from './mcl.ts'

/**
 * The engine of the BLS12-381 precompiles 0x0b to 0x11, in the form that the EVM takes.
 *
 * @see EIP-2537
 */
export async function loadBls12381(): Promise<typeof Mcl> {
  return loadMcl('BLS12_381')
}
