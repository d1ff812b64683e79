import { Fault, utf8 } from '#base'
import { type Algorithm, algorithms, type Context, defaultAlgorithm } from '#protocol'

import type { Engine } from './engine.ts'
import { keyFromSeed } from './keys.ts'

/** A key that the platform keeps, opaque here. IndexedDB can store it as it is. */
export interface PlatformKey {
  readonly algorithm: { readonly name: string }
}

export interface PlatformKeyPair {
  readonly privateKey: PlatformKey
  readonly publicKey: PlatformKey
}

interface MlDsaParameters {
  readonly name: string
  readonly context: Uint8Array<ArrayBuffer>
}

/** What is needed of `crypto.subtle`. */
export interface SubtleMlDsa {
  generateKey(
    algorithm: { readonly name: string },
    extractable: boolean,
    usages: ('sign' | 'verify')[],
  ): Promise<unknown>
  importKey(
    format: string,
    key: Uint8Array<ArrayBuffer>,
    algorithm: { readonly name: string },
    extractable: boolean,
    usages: ('sign' | 'verify')[],
  ): Promise<unknown>
  exportKey(format: string, key: PlatformKey): Promise<unknown>
  sign(
    parameters: MlDsaParameters,
    key: PlatformKey,
    message: Uint8Array<ArrayBuffer>,
  ): Promise<ArrayBuffer>
  verify(
    parameters: MlDsaParameters,
    key: PlatformKey,
    signature: Uint8Array<ArrayBuffer>,
    message: Uint8Array<ArrayBuffer>,
  ): Promise<boolean>
}

/**
 * ML-DSA by the platform, whose secret key no script can read. Keep `keyPair` in IndexedDB and open
 * it again: it cannot be exported, so losing the browser's storage is losing the account, unless the
 * account has named a recovery key.
 *
 * @see https://wicg.github.io/webcrypto-modern-algos/
 */
export class WebCryptoEngine implements Engine {
  readonly algorithm: Algorithm
  readonly publicKey: Uint8Array
  readonly keyPair: PlatformKeyPair
  readonly #subtle: SubtleMlDsa

  private constructor(
    subtle: SubtleMlDsa,
    keyPair: PlatformKeyPair,
    algorithm: Algorithm,
    publicKey: Uint8Array,
  ) {
    this.#subtle = subtle
    this.keyPair = keyPair
    this.algorithm = algorithm
    this.publicKey = publicKey
  }

  /** @param subtle `crypto.subtle`. Throws `SDK_WEBCRYPTO` where it has no ML-DSA. */
  static async generate(
    subtle: SubtleMlDsa,
    algorithm: Algorithm = defaultAlgorithm,
  ): Promise<WebCryptoEngine> {
    const { name } = algorithms[algorithm]
    const made = subtle.generateKey({ name }, false, ['sign', 'verify'])
    const keyPair = await made.catch((cause: unknown) => unsupported(name, cause))
    return WebCryptoEngine.open(subtle, keyPair as PlatformKeyPair)
  }

  /**
   * The key of a seed that exists outside, such as that of a phrase. Throws `SDK_SEED_LENGTH`, and
   * `SDK_WEBCRYPTO` where the platform has no ML-DSA.
   */
  static async fromSeed(
    subtle: SubtleMlDsa,
    seed: Uint8Array,
    algorithm: Algorithm = defaultAlgorithm,
  ): Promise<WebCryptoEngine> {
    const { name } = algorithms[algorithm]
    const { publicKey } = keyFromSeed(seed, { algorithm }).engine
    const halves = Promise.all([
      subtle.importKey('raw-seed', new Uint8Array(seed), { name }, false, ['sign']),
      subtle.importKey('raw-public', new Uint8Array(publicKey), { name }, true, ['verify']),
    ])
    const keys = await halves.catch((cause: unknown) => unsupported(name, cause))
    const [privateKey, verifying] = keys as [PlatformKey, PlatformKey]
    return WebCryptoEngine.open(subtle, { privateKey, publicKey: verifying })
  }

  /** @param keyPair Of an earlier engine. Throws `SDK_KEY_PAIR`. */
  static async open(subtle: SubtleMlDsa, keyPair: PlatformKeyPair): Promise<WebCryptoEngine> {
    const algorithm = algorithmNamed(keyPair.publicKey.algorithm.name)
    const exported = await subtle.exportKey('raw-public', keyPair.publicKey)
    const publicKey = new Uint8Array(exported as ArrayBuffer)
    return new WebCryptoEngine(subtle, keyPair, algorithm, publicKey)
  }

  async sign(message: Uint8Array, context: Context): Promise<Uint8Array> {
    const { privateKey } = this.keyPair
    const copy = new Uint8Array(message)
    return new Uint8Array(await this.#subtle.sign(this.#parameters(context), privateKey, copy))
  }

  verify(message: Uint8Array, signature: Uint8Array, context: Context): Promise<boolean> {
    return this.#subtle.verify(
      this.#parameters(context),
      this.keyPair.publicKey,
      new Uint8Array(signature),
      new Uint8Array(message),
    )
  }

  #parameters(context: Context): MlDsaParameters {
    return { name: algorithms[this.algorithm].name, context: utf8(context) }
  }
}

function unsupported(algorithm: string, cause: unknown): never {
  throw new Fault(
    { code: 'SDK_WEBCRYPTO', algorithm },
    'this platform has no such keys: use generateKey, and keep its seed',
    { cause },
  )
}

function algorithmNamed(name: string): Algorithm {
  for (const algorithm of [0x44, 0x65, 0x87] as const) {
    if (algorithms[algorithm].name === name) return algorithm
  }
  throw new Fault({ code: 'SDK_KEY_PAIR', algorithm: name }, 'open a key pair of ML-DSA')
}
