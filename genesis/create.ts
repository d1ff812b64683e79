import { hex, type Random } from '#base'

import type { GenesisDocument } from './document.ts'
import { type Genesis, genesisFormat } from './genesis.ts'
import { parseGenesis } from './parse.ts'

/** A genesis with a salt of its own. Throws as `parseGenesis`. */
export function createGenesis(
  document: Omit<GenesisDocument, 'format' | 'salt'>,
  random: Random,
): Genesis {
  return parseGenesis({ format: genesisFormat, ...document, salt: hex(random.bytes(32)) })
}

/**
 * Another network of the same rules and the same state: what is signed for one is nothing to the other.
 * That goes for the proofs of validators, so that it has none.
 */
export function cloneGenesis(genesis: Genesis, random: Random): Genesis {
  return { ...genesis, salt: random.bytes(32), validators: [] }
}
