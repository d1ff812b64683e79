import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto'
import { inspect } from 'node:util'

import { Fault, type Random } from '#base'

import { checkLength } from './faults.ts'

const asymmetricKeyType = 'x25519'

/**
 * Beside ML-KEM, never instead of it. The secret stays in private fields, out of reach of logs, JSON
 * and structured clones.
 *
 * @see RFC 7748 §5, §6.1
 */
export class X25519Key {
  static readonly bytes = 32
  readonly publicKey: Uint8Array<ArrayBuffer>
  readonly #key: KeyObject

  /** @param secret 32 bytes, clamped as the standard says. Throws `CRYPTO_LENGTH`. */
  constructor(secret: Uint8Array) {
    checkLength('X25519 secret', secret, X25519Key.bytes)
    this.#key = createPrivateKey({ key: secret, format: 'raw-private', asymmetricKeyType })
    this.publicKey = new Uint8Array(createPublicKey(this.#key).export({ format: 'raw-public' }))
  }

  static generate(random: Random): X25519Key {
    return new X25519Key(random.bytes(X25519Key.bytes))
  }

  [inspect.custom](): string {
    return 'X25519Key'
  }

  /**
   * @returns 32 bytes: a coordinate, to be hashed before it is a key.
   * @throws `CRYPTO_LENGTH`; `CRYPTO_KEY_INVALID` for a point of small order, whose result is zero
   */
  agree(publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
    checkLength('X25519 public key', publicKey, X25519Key.bytes)
    const theirs = createPublicKey({ key: publicKey, format: 'raw-public', asymmetricKeyType })
    try {
      return new Uint8Array(diffieHellman({ privateKey: this.#key, publicKey: theirs }))
    } catch {
      throw new Fault(
        { code: 'CRYPTO_KEY_INVALID', algorithm: asymmetricKeyType },
        'ask the peer for its key again',
      )
    }
  }
}
