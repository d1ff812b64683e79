import { access } from 'node:fs/promises'
import path from 'node:path'

import { Fault, isFault } from '#base'
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

/** A data folder has one key. Throws `NODE_FILE_EXISTS`. */
export async function checkNoKey(...files: readonly string[]): Promise<void> {
  for (const file of files) {
    if (!(await isFile(file))) continue
    throw new Fault(
      { code: 'NODE_FILE_EXISTS', file },
      'the data folder has a validator’s key, which is never overwritten: name another folder',
    )
  }
}

/** Throws `NODE_KEY_MISSING` where no validator's key lies. */
export async function checkOwnKey(data: string): Promise<void> {
  const file = validatorKeyFile(data)
  if (await isFile(file)) return
  throw new Fault(
    { code: 'NODE_KEY_MISSING', file },
    'name the data folder of a validator; a new one gets its key by pars validator keys import',
  )
}

async function isFile(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

/** Throws `NODE_FILE`, `NODE_FILE_EXPOSED` and what `parseKeystore` throws. */
export async function readValidatorKey(file: string): Promise<KeyFile> {
  const bytes = await readPrivate(file, limits.keystoreBytes.value)
  return { file, keystore: parseKeystore(bytes, 'validator') }
}

/**
 * The key of the node whose data is in `data`. Throws `NODE_KEY_DRAFT` where it has no network yet,
 * and as `readValidatorKey`.
 */
export async function ownValidatorKey(data: string): Promise<KeyFile> {
  try {
    return await readValidatorKey(validatorKeyFile(data))
  } catch (error) {
    const draft = draftKeyFile(data)
    throw isFault(error, 'NODE_FILE') && (await isFile(draft)) ? draftFault(draft) : error
  }
}

function draftFault(file: string): Fault {
  return new Fault(
    { code: 'NODE_KEY_DRAFT', file },
    'give it a network first, with pars validator keys import',
  )
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
  if (isDraft(keystore)) throw draftFault(file)
  checkNetwork(keystore, networkId)
  return openKeystore(keystore, password)
}

export function isDraft({ networkId }: Keystore): boolean {
  return networkId.every((byte) => byte === 0)
}
