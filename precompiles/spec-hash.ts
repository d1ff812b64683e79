import { utf8 } from '#base'
import { sha256 } from '#crypto'

import { canonicalJson } from './canonical-json.ts'
import type { Precompile } from './plugin.ts'

/**
 * What a plugin promises, in 32 bytes: sha256 of the canonical JSON of its name, version, ABI, gas
 * table and vectors. Two nodes activate a plugin together only with equal hashes. It binds the
 * promise, not the code. Throws `PRECOMPILE_NOT_CANONICAL`.
 *
 * @see PIP-0003
 */
export function specHash({ name, version, abi, gasTable, vectors }: Precompile): Uint8Array {
  return sha256(utf8(canonicalJson({ name, version, abi, gasTable, vectors })))
}
