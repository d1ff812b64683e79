import path from 'node:path'

import { Fault } from '#base'
import type { SigningKey } from '#crypto'
import { checkNetwork, type Keystore, limits, openKeystore, parseKeystore } from '#identity'

import type { KeyFile } from '../keystore.ts'
import { readPrivate } from '../private-file.ts'

/** The network id of a key that was made before the genesis that names it. */
export const noNetwork = new Uint8Array(32)

/** Where the key of a validator lies, in the data folder of its node. */
export function validatorKeyFile(data: string): string {
  return path.join(data, 'validator.json')
}

/** Where it lies until the network has a genesis. */
export function draftKeyFile(data: string): string {
  return path.join(data, 'validator-draft.json')
}

/** Throws `NODE_FILE`, `NODE_FILE_EXPOSED` and what `parseKeystore` throws. */
export async function readValidatorKey(file: string): Promise<KeyFile> {
  const bytes = await readPrivate(file, limits.keystoreBytes.value)
  return { file, keystore: parseKeystore(bytes, 'validator') }
}

/**
 * Opens the key for the network `networkId`. Throws `IDENTITY_FOREIGN_NETWORK`,
 * `IDENTITY_PASSWORD_WRONG`, and `NODE_KEY_DRAFT` for one that belongs to no network yet.
 */
export async function openValidatorKey(
  { file, keystore }: KeyFile,
  networkId: Uint8Array,
  password: string,
): Promise<SigningKey> {
  if (isDraft(keystore)) {
    throw new Fault(
      { code: 'NODE_KEY_DRAFT', file },
      'give it a network first, with pars validator keys import',
    )
  }
  checkNetwork(keystore, networkId)
  return openKeystore(keystore, password)
}

export function isDraft({ networkId }: Keystore): boolean {
  return networkId.every((byte) => byte === 0)
}
