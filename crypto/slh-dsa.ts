import {
  createPrivateKey,
  createPublicKey,
  // oxlint-disable-next-line no-restricted-imports -- OpenSSL takes no seed for SLH-DSA.
  generateKeyPair,
  type KeyObject,
  sign as openSslSign,
  verify as openSslVerify,
} from 'node:crypto'
import { inspect, promisify } from 'node:util'

import { Fault } from '#base'
import type { Context } from '#protocol'

import { checkedContext, contextBytes, contextOf } from './context.ts'
import { checkLength } from './faults.ts'

const sizes = {
  'slh-dsa-sha2-128s': { publicKeyBytes: 32, privateKeyBytes: 64, signatureBytes: 7856 },
  'slh-dsa-shake-256s': { publicKeyBytes: 64, privateKeyBytes: 128, signatureBytes: 29792 },
} as const

const generateOnPool = promisify(generateKeyPair)
const signOnPool = promisify(openSslSign)

export type SlhDsaParameterSet = keyof typeof sizes

/**
 * One parameter set of SLH-DSA, the pure variant with a context: signatures that rest on a hash
 * function alone. Verification answers as in `MlDsa`.
 *
 * @see FIPS 205
 */
export interface SlhDsa {
  readonly parameterSet: SlhDsaParameterSet
  readonly publicKeyBytes: number
  readonly privateKeyBytes: number
  readonly signatureBytes: number
  /** From OpenSSL's own generator, which takes no seed. Tens of milliseconds on libuv's pool. */
  generate(): Promise<SlhDsaSigningKey>
  /** Throws `CRYPTO_LENGTH`. @param privateKey SK.seed ‖ SK.prf ‖ PK.seed ‖ PK.root. */
  fromPrivateKey(privateKey: Uint8Array): SlhDsaSigningKey
  verify(
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
    context: Context,
  ): boolean
  /** For precompiles alone. @param context 0..255 bytes, anything longer is false. */
  verifyAnyContext(
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
    context: Uint8Array,
  ): boolean
}

/** The secret stays in a private field, out of reach of logs, JSON and structured clones. */
export class SlhDsaSigningKey {
  readonly parameterSet: SlhDsaParameterSet
  readonly publicKey: Uint8Array<ArrayBuffer>
  readonly #key: KeyObject

  /** Use `slhDsa(parameterSet).generate` or `.fromPrivateKey`. */
  constructor(parameterSet: SlhDsaParameterSet, key: KeyObject) {
    this.parameterSet = parameterSet
    this.publicKey = new Uint8Array(createPublicKey(key).export({ format: 'raw-public' }))
    this.#key = key
  }

  /** A copy of the secret. */
  get privateKey(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#key.export({ format: 'raw-private' }))
  }

  [inspect.custom](): string {
    return `SlhDsaSigningKey ${this.parameterSet}`
  }

  /** Hedged. A quarter of a second to more than one, on libuv's pool. Throws `CRYPTO_CONTEXT`. */
  async signAsync(message: Uint8Array, context: Context): Promise<Uint8Array<ArrayBuffer>> {
    const key = { key: this.#key, context: checkedContext(context) }
    return new Uint8Array(await signOnPool(null, message, key))
  }
}

function create(parameterSet: SlhDsaParameterSet): SlhDsa {
  const { publicKeyBytes, privateKeyBytes, signatureBytes } = sizes[parameterSet]

  const verifyAnyContext: SlhDsa['verifyAnyContext'] = (publicKey, message, signature, context) => {
    if (publicKey.length !== publicKeyBytes || signature.length !== signatureBytes) return false
    if (context.length > contextBytes) return false
    const key = createPublicKey({
      key: publicKey,
      format: 'raw-public',
      asymmetricKeyType: parameterSet,
    })
    return openSslVerify(null, message, { key, context }, signature)
  }

  return {
    parameterSet,
    publicKeyBytes,
    privateKeyBytes,
    signatureBytes,
    async generate() {
      const { privateKey } = await generateOnPool(parameterSet)
      return new SlhDsaSigningKey(parameterSet, privateKey)
    },
    fromPrivateKey(privateKey) {
      checkLength('SLH-DSA private key', privateKey, privateKeyBytes)
      return new SlhDsaSigningKey(
        parameterSet,
        createPrivateKey({
          key: privateKey,
          format: 'raw-private',
          asymmetricKeyType: parameterSet,
        }),
      )
    },
    verify(publicKey, message, signature, context) {
      const bytes = contextOf(context)
      return bytes !== undefined && verifyAnyContext(publicKey, message, signature, bytes)
    },
    verifyAnyContext,
  }
}

const parameterSets: Readonly<Record<SlhDsaParameterSet, SlhDsa>> = {
  'slh-dsa-sha2-128s': create('slh-dsa-sha2-128s'),
  'slh-dsa-shake-256s': create('slh-dsa-shake-256s'),
}

/** Throws `CRYPTO_ALGORITHM` for any other name. */
export function slhDsa(parameterSet: SlhDsaParameterSet): SlhDsa {
  if (Object.hasOwn(parameterSets, parameterSet)) return parameterSets[parameterSet]
  throw new Fault(
    { code: 'CRYPTO_ALGORITHM', algorithm: parameterSet },
    'use slh-dsa-sha2-128s or slh-dsa-shake-256s',
  )
}
