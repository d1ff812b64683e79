import { empty, utf8 } from '#base'
import { hkdfSha256 } from '#crypto'

export type LinkRole = 'initiator' | 'responder'

/**
 * A key from a secret.
 *
 * @param label What it is for. Two uses never share one.
 * @param size Bytes of the result.
 * @param context A hash of what it is bound to.
 * @see RFC 5869
 */
export function derive(
  secret: Uint8Array,
  label: string,
  size: number,
  context: Uint8Array = empty,
): Uint8Array<ArrayBuffer> {
  return hkdfSha256(secret, context, utf8(`pars/mesh/1/link/${label}`), size)
}
