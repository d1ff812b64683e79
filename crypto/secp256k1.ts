import { createRequire } from 'node:module'

import type * as Native from 'secp256k1'

/** `undefined` for any input that recovers no key, whatever is wrong with it. */
export type RecoverPublicKey = (
  hash: Uint8Array,
  signature: Uint8Array,
  recovery: number,
) => Uint8Array<ArrayBuffer> | undefined

/**
 * The engines: libsecp256k1 as a native module, where a prebuilt one exists for this platform
 * (undefined where none does), and as WebAssembly, everywhere.
 */
export async function loadRecovery(engine: 'wasm'): Promise<RecoverPublicKey>
export async function loadRecovery(engine: 'native'): Promise<RecoverPublicKey | undefined>
export async function loadRecovery(
  engine: 'native' | 'wasm',
): Promise<RecoverPublicKey | undefined> {
  return engine === 'native' ? native() : wasm()
}

function native(): RecoverPublicKey | undefined {
  let library: typeof Native
  try {
    // The package's main file would fall back to a slow JavaScript engine without a word.
    library = createRequire(import.meta.url)('secp256k1/bindings.js')
  } catch {
    return undefined
  }
  return (hash, signature, recovery) => {
    if (!isWellFormed(hash, signature, recovery)) return undefined
    try {
      return library.ecdsaRecover(signature, recovery, hash, false).slice(1)
    } catch {
      return undefined
    }
  }
}

async function wasm(): Promise<RecoverPublicKey> {
  const library = await import('tiny-secp256k1')
  return (hash, signature, recovery) => {
    if (!isWellFormed(hash, signature, recovery)) return undefined
    try {
      const key = library.recover(hash, signature, recovery, false)
      return key === null ? undefined : new Uint8Array(key.subarray(1))
    } catch {
      return undefined
    }
  }
}

function isWellFormed(
  hash: Uint8Array,
  signature: Uint8Array,
  recovery: number,
): recovery is 0 | 1 | 2 | 3 {
  return (
    hash.length === 32 &&
    signature.length === 64 &&
    (recovery === 0 || recovery === 1 || recovery === 2 || recovery === 3)
  )
}

/**
 * The public key (64 bytes, x ‖ y) that made `signature` (64 bytes, r ‖ s) over `hash` (32 bytes),
 * or undefined. For the ecrecover precompile and Ethereum's own test suites alone: nothing on a Pars
 * network is authenticated by it.
 *
 * @see SEC 1 §4.1.6
 */
export const recoverPublicKey: RecoverPublicKey =
  (await loadRecovery('native')) ?? (await loadRecovery('wasm'))
