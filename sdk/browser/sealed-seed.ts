import { utf8 } from '#base'

import { platformRandom } from '../random.ts'
import type { PlatformKey } from '../web-crypto.ts'
import type { SubtleKeys } from './platform.ts'

export interface SealedSeed {
  readonly wrappingKey: PlatformKey
  readonly iv: Uint8Array
  readonly sealed: Uint8Array
}

const name = 'AES-GCM'
const keyBits = 256
const ivBytes = 12

/** AES-256-GCM under a new key that cannot be exported. @see NIST SP 800-38D */
export async function sealSeed(
  subtle: SubtleKeys,
  seed: Uint8Array,
  address: string,
): Promise<SealedSeed> {
  const algorithm = { name, length: keyBits }
  const wrappingKey = await subtle.generateKey(algorithm, false, ['encrypt', 'decrypt'])
  const iv = platformRandom.bytes(ivBytes)
  const parameters = { name, iv, additionalData: utf8(address) } as const
  const sealed = await subtle.encrypt(parameters, wrappingKey as PlatformKey, new Uint8Array(seed))
  return { wrappingKey: wrappingKey as PlatformKey, iv, sealed: new Uint8Array(sealed) }
}

/** Rejects with the platform's error for whatever was not sealed for `address`. */
export async function openSeed(
  subtle: SubtleKeys,
  { wrappingKey, iv, sealed }: SealedSeed,
  address: string,
): Promise<Uint8Array> {
  const parameters = { name, iv: new Uint8Array(iv), additionalData: utf8(address) } as const
  return new Uint8Array(await subtle.decrypt(parameters, wrappingKey, new Uint8Array(sealed)))
}
