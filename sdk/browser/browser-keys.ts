import { empty, Fault, type Hex, isFault } from '#base'
import { type Algorithm, contexts, defaultAlgorithm } from '#protocol'

import { generateKey, type Key, keyFromSeed, keyOf } from '../keys.ts'
import { WebCryptoEngine } from '../web-crypto.ts'
import {
  damaged,
  type KeyRecord,
  type PageRecord,
  parseRecord,
  type PlatformRecord,
  recordFormat,
} from './key-record.ts'
import type { KeyPlatform, SubtleKeys } from './platform.ts'
import { nameOf, Records } from './records.ts'
import { openSeed, sealSeed } from './sealed-seed.ts'

/** Who holds the secret while it signs. */
export type Keeper = KeyRecord['keeper']

export interface NewBrowserKey {
  /** ML-DSA-65 unless given. */
  readonly algorithm?: Algorithm
  /** For the person who has several: empty unless given. */
  readonly label?: string
  /** 32 bytes that are kept elsewhere, such as those of a phrase: new ones unless given. */
  readonly seed?: Uint8Array
}

export type BrowserKeyEntry =
  | {
      readonly address: Hex
      readonly keeper: Keeper
      readonly algorithm: Algorithm
      readonly label: string
    }
  | { readonly address: Hex; readonly keeper: 'damaged' }

/**
 * The keys that a browser keeps for the pages of one origin, in IndexedDB.
 *
 * With ML-DSA in WebCrypto (`keeper: 'platform'`) no script can read a secret: one that gets into the
 * page signs as long as it runs there, and takes nothing away. Without it (`keeper: 'page'`) the seed
 * is sealed under an AES key that cannot be exported. That keeps it out of copies of the stored values,
 * and no further: a script in the page can have it opened, and this page's memory holds it while the
 * key is open. Neither is protection from whoever can read the folder of the browser's profile.
 *
 * A browser may drop the data of a site that it deems unused, unless `navigator.storage.persist()`
 * was granted, and then the key is gone: give an account of value a recovery key.
 */
export class BrowserKeys {
  readonly #records: Records
  readonly #subtle: SubtleKeys | undefined

  constructor(platform: KeyPlatform, name: string) {
    this.#records = new Records(databaseFactory(platform), name)
    this.#subtle = platform.crypto.subtle
  }

  /**
   * A new key, once it is on disk. Throws `SDK_KEYS_CONTEXT`, `SDK_KEYS_STORAGE`, `SDK_SEED_LENGTH`,
   * and `SDK_KEYS_PRESENT` for a seed whose key is here already.
   */
  async create(options: NewBrowserKey = {}): Promise<Key> {
    const { algorithm = defaultAlgorithm, label = '', seed } = options
    const subtle = this.#checkedSubtle()
    const { key, ...secret } =
      (await platformKey(subtle, algorithm, seed)) ?? (await sealedKey(subtle, algorithm, seed))
    const { address } = key
    const facts = { format: recordFormat, address, algorithm, label }
    if (await this.#records.add({ ...facts, ...secret })) return key
    throw present(address)
  }

  /** Throws `SDK_KEYS_STORAGE`. */
  async list(): Promise<readonly BrowserKeyEntry[]> {
    const addresses = await this.#records.addresses()
    return Promise.all(addresses.map((address) => this.#entry(address as Hex)))
  }

  /** Throws `SDK_KEYS_MISSING`, `SDK_KEYS_DAMAGED`, `SDK_KEYS_CONTEXT` and `SDK_KEYS_STORAGE`. */
  async open(address: Hex): Promise<Key> {
    const subtle = this.#checkedSubtle()
    const record = await this.#record(normalized(address))
    const key = await openRecord(subtle, record).catch((cause: unknown) => {
      throw damaged(record.address, cause)
    })
    if (key?.address === record.address) return key
    throw damaged(record.address)
  }

  /**
   * Forgets a key, a damaged one too. There is no way back but a recovery key of the account. Throws
   * `SDK_KEYS_MISSING` and `SDK_KEYS_STORAGE`.
   */
  async remove(address: Hex): Promise<void> {
    if (!(await this.#records.remove(normalized(address)))) throw missing(address)
  }

  async #entry(address: Hex): Promise<BrowserKeyEntry> {
    try {
      const { keeper, algorithm, label } = await this.#record(address)
      return { address, keeper, algorithm, label }
    } catch (error) {
      if (isFault(error, 'SDK_KEYS_DAMAGED')) return { address, keeper: 'damaged' }
      throw error
    }
  }

  async #record(address: Hex): Promise<KeyRecord> {
    const found = await this.#records.get(address)
    if (found === undefined) throw missing(address)
    return parseRecord(found.value, address)
  }

  #checkedSubtle(): SubtleKeys {
    if (this.#subtle !== undefined) return this.#subtle
    throw new Fault(
      { code: 'SDK_KEYS_CONTEXT' },
      'serve the page over https, or from localhost or 127.0.0.1: browsers have no WebCrypto elsewhere',
    )
  }
}

/**
 * The key store of a page.
 *
 * @param platform `window`.
 * @param name Of the database: another name is another store.
 */
export function createBrowserKeys(
  platform: KeyPlatform,
  { name }: { readonly name: string },
): BrowserKeys {
  return new BrowserKeys(platform, name)
}

/** Some browsers throw for the mere look at it. */
function databaseFactory(platform: KeyPlatform): KeyPlatform['indexedDB'] {
  try {
    return platform.indexedDB
  } catch {
    return undefined
  }
}

/** Undefined where the platform has no ML-DSA. */
async function platformKey(
  subtle: SubtleKeys,
  algorithm: Algorithm,
  seed: Uint8Array | undefined,
): Promise<({ key: Key } & Pick<PlatformRecord, 'keeper' | 'keyPair'>) | undefined> {
  try {
    const engine = await (seed === undefined
      ? WebCryptoEngine.generate(subtle, algorithm)
      : WebCryptoEngine.fromSeed(subtle, seed, algorithm))
    return { key: keyOf(engine), keeper: 'platform', keyPair: engine.keyPair }
  } catch (error) {
    const isUnknown = isFault(error, 'SDK_WEBCRYPTO') && nameOf(error.cause) === 'NotSupportedError'
    if (isUnknown) return undefined
    throw error
  }
}

async function sealedKey(
  subtle: SubtleKeys,
  algorithm: Algorithm,
  given: Uint8Array | undefined,
): Promise<{ key: Key } & Pick<PageRecord, 'iv' | 'keeper' | 'sealed' | 'wrappingKey'>> {
  const { key, seed } =
    given === undefined
      ? generateKey({ algorithm })
      : { key: keyFromSeed(given, { algorithm }), seed: given }
  const sealed = await sealSeed(subtle, seed, key.address)
  return { key, keeper: 'page', ...sealed }
}

/** Undefined for a platform's key whose halves do not belong together. */
async function openRecord(subtle: SubtleKeys, record: KeyRecord): Promise<Key | undefined> {
  const { algorithm } = record
  if (record.keeper === 'page') {
    return keyFromSeed(await openSeed(subtle, record, record.address), { algorithm })
  }
  const engine = await WebCryptoEngine.open(subtle, record.keyPair)
  // Only a signature tells. That of the empty message serves nobody else: all others have 64 bytes.
  const signature = await engine.sign(empty, contexts.foreign)
  return (await engine.verify(empty, signature, contexts.foreign)) ? keyOf(engine) : undefined
}

function normalized(address: Hex): Hex {
  return address.toLowerCase() as Hex
}

function missing(address: Hex): Fault {
  return new Fault(
    { code: 'SDK_KEYS_MISSING', address },
    'list the keys of this store: another origin, browser or name has others',
  )
}

function present(address: Hex): Fault {
  return new Fault({ code: 'SDK_KEYS_PRESENT', address }, 'open the key that is there')
}
