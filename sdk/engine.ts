import type { Algorithm, Context } from '#protocol'

/**
 * One secret key of ML-DSA and what can be done with it. The secret itself is never asked for, so a
 * keeper that cannot give it away, such as WebCrypto, serves as well as bytes in memory.
 *
 * @see FIPS 204
 */
export interface Engine {
  readonly algorithm: Algorithm
  readonly publicKey: Uint8Array
  sign(message: Uint8Array, context: Context): Promise<Uint8Array>
  /** False for whatever is not a signature of `message` by this key. */
  verify(message: Uint8Array, signature: Uint8Array, context: Context): Promise<boolean>
}
