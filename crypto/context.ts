import { Fault, utf8 } from '#base'
import { type Context, contexts } from '#protocol'

const encoded = new Map<string, Uint8Array>(
  Object.values(contexts).map((context) => [context, utf8(context)]),
)

/** The longest context that FIPS 204 and 205 allow. */
export const contextBytes = 255

/** The bytes of a context of the closed set, undefined for any other string. */
export function contextOf(context: Context): Uint8Array | undefined {
  return encoded.get(context)
}

/** As `contextOf`; throws `CRYPTO_CONTEXT`. */
export function checkedContext(context: Context): Uint8Array {
  const bytes = encoded.get(context)
  if (bytes !== undefined) return bytes
  throw new Fault({ code: 'CRYPTO_CONTEXT', context }, 'sign under a context of #protocol alone')
}
