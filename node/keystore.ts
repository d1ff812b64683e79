import { readdir } from 'node:fs/promises'
import path from 'node:path'

import { equal, Fault, hex, isFault } from '#base'
import { formatKeystore, type Keystore, limits, parseKeystore } from '#identity'

import { reasonOf } from './files.ts'
import { makePrivateFolder, readPrivate, writePrivate } from './private-file.ts'

export interface KeyFile {
  readonly file: string
  readonly keystore: Keystore
}

export interface DamagedKeyFile {
  readonly file: string
  readonly fault: Fault
}

/** Throws `NODE_FILE`, `NODE_FILE_EXPOSED` and what `parseKeystore` throws. */
export async function readKeyFile(file: string): Promise<KeyFile> {
  return { file, keystore: parseKeystore(await readPrivate(file, limits.keystoreBytes.value)) }
}

/** Throws `NODE_FILE_EXISTS` and `NODE_FILE`. */
export async function writeKeyFile(file: string, keystore: Keystore): Promise<void> {
  await writePrivate(file, formatKeystore(keystore))
}

/** A folder of keystore files, one per account, network and key. */
export class KeyFolder {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Puts a key on disk and gives its file. Throws `NODE_KEY_PRESENT` and `NODE_FILE`. */
  async add(keystore: Keystore): Promise<string> {
    await makePrivateFolder(this.#folder)
    const [network, key] = [keystore.networkId, keystore.keyHash].map((id) => {
      return id.subarray(0, 4).toHex()
    })
    const file = path.join(this.#folder, `${hex(keystore.address)}-${network}-${key}.json`)
    try {
      await writeKeyFile(file, keystore)
    } catch (error) {
      if (!isFault(error, 'NODE_FILE_EXISTS')) throw error
      throw new Fault(
        { code: 'NODE_KEY_PRESENT', account: hex(keystore.address), file },
        'the folder has this key for this network already, under the password it was given then: there is nothing to do',
      )
    }
    return file
  }

  /** All keys in the order of their files' names, and the files that are none. Throws `NODE_FILE`. */
  async list(): Promise<readonly (KeyFile | DamagedKeyFile)[]> {
    const files = await readdir(this.#folder).catch((error: unknown) => {
      const reason = reasonOf(error)
      if (reason === 'ENOENT') return []
      throw new Fault(
        { code: 'NODE_FILE', file: this.#folder, reason },
        'name a folder that you can read with --keys',
      )
    })
    const names = files.filter((name) => /^[^.].*\.json$/.test(name)).toSorted()
    return Promise.all(
      names.map(async (name) => {
        const file = path.join(this.#folder, name)
        try {
          return await readKeyFile(file)
        } catch (error) {
          if (isFault(error)) return { file, fault: error }
          throw error
        }
      }),
    )
  }

  /**
   * The keys of an account, on every network. Throws `NODE_KEY_UNKNOWN` when there is none, and what is
   * wrong with the account's file when it can't be read.
   */
  async find(account: Uint8Array): Promise<readonly KeyFile[]> {
    const all = await this.list()
    const found = all.filter((one) => 'keystore' in one)
    const own = found.filter(({ keystore }) => equal(keystore.address, account))
    if (own.length > 0) return own
    for (const one of all) {
      if ('fault' in one && path.basename(one.file).startsWith(hex(account))) throw one.fault
    }
    throw new Fault(
      { code: 'NODE_KEY_UNKNOWN', account: hex(account), folder: this.#folder },
      'pars account list shows the keys; name the folder with --keys, or the key by its file',
    )
  }
}
