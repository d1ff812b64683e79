import { concat, Fault, hex, type Hex, utf8 } from '#base'
import { type Algorithm, algorithms, systemAddresses } from '#protocol'

export interface Verification {
  readonly algorithm: Algorithm
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
  readonly message: Uint8Array
  /** At most 255 bytes; a text stands for its UTF-8. Of the network's own: `contexts`. */
  readonly context: Uint8Array | string
}

/**
 * The call of 0x0601 that answers with the word 1 for a true signature and 0 for a false one. Throws
 * `SDK_VERIFICATION` for lengths with which the precompile could not tell where the message begins.
 */
export function mldsaVerifyCall({
  algorithm,
  publicKey,
  signature,
  message,
  context,
}: Verification): { readonly to: Hex; readonly data: Hex } {
  const text = typeof context === 'string' ? utf8(context) : context
  const { name, publicKeyBytes, signatureBytes } = algorithms[algorithm]
  const fits = publicKey.length === publicKeyBytes && signature.length === signatureBytes
  if (!fits || text.length > 255) {
    throw new Fault(
      {
        code: 'SDK_VERIFICATION',
        publicKey: publicKey.length,
        signature: signature.length,
        context: text.length,
      },
      `${name} has public keys of ${publicKeyBytes} bytes, signatures of ${signatureBytes}, and contexts of at most 255`,
    )
  }
  const head = Uint8Array.of(algorithm, text.length)
  return {
    to: hex(systemAddresses.mldsaVerify),
    data: hex(concat(head, text, publicKey, signature, message)),
  }
}
