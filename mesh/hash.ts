import { concat, utf8 } from '#base'
import { shake256 } from '#crypto'

/**
 * The mesh's hash: SHAKE256 over a domain and `parts` as they are, so that all but the last have a
 * length of their own.
 *
 * @param domain Names what is hashed. Two uses never share one.
 * @param size Bytes of the result.
 * @see FIPS 202 §6.2
 */
export function meshHash(
  domain: string,
  size: number,
  ...parts: readonly Uint8Array[]
): Uint8Array<ArrayBuffer> {
  return shake256(concat(utf8(`pars/mesh/1/${domain}\0`), ...parts), size)
}
