/** The JSON document of a keystore: written in one form, and read in no other. */
import { equal, Fault, hex, utf8 } from '#base'
import { type Algorithm, algorithms } from '#protocol'

import {
  checksum,
  type KdfCost,
  type KeyPurpose,
  type Keystore,
  keystoreFormats,
} from './keystore.ts'
import { limits } from './limits.ts'

type Fields = Readonly<Record<string, unknown>>

const names = Object.entries(algorithms).map(
  ([number, { name }]) => [name, Number(number) as Algorithm] as const,
)

const purposes = Object.entries(keystoreFormats) as [KeyPurpose, string][]

/** The file, in UTF-8. */
export function formatKeystore(keystore: Keystore): Uint8Array<ArrayBuffer> {
  const { purpose, algorithm, address, keyHash, networkId, kdf, nonce, sealed } = keystore
  const document = {
    format: keystoreFormats[purpose],
    algorithm: algorithms[algorithm].name,
    address: hex(address),
    keyHash: hex(keyHash),
    networkId: hex(networkId),
    kdf: {
      name: 'argon2id',
      memoryKiB: kdf.memoryKiB,
      iterations: kdf.iterations,
      parallelism: kdf.parallelism,
      salt: hex(kdf.salt),
    },
    cipher: { name: 'aes-256-gcm', nonce: hex(nonce), sealed: hex(sealed) },
    checksum: hex(checksum(keystore)),
  }
  return utf8(`${JSON.stringify(document, undefined, 2)}\n`)
}

/**
 * Reads a file that anybody may have written. Throws `IDENTITY_KEY_PURPOSE` for a key of another
 * purpose, `IDENTITY_KEYSTORE_INVALID` for another form,
 * `IDENTITY_KEYSTORE_VERSION` for that of another release, `IDENTITY_KEYSTORE_CORRUPTED` when the
 * checksum differs, and `IDENTITY_KDF_LIMIT` for what would take too much memory or time.
 */
export function parseKeystore(bytes: Uint8Array, purpose: KeyPurpose = 'account'): Keystore {
  try {
    return readKeystore(bytes, purpose)
  } catch (error) {
    throw error instanceof Mismatch ? invalid(error, purpose) : error
  }
}

function readKeystore(bytes: Uint8Array, purpose: KeyPurpose): Keystore {
  const document = parseJson(bytes)
  checkFormat(document, purpose)
  const root = fields(document, 'document', [
    'format',
    'algorithm',
    'address',
    'keyHash',
    'networkId',
    'kdf',
    'cipher',
    'checksum',
  ])
  const kdf = fields(root['kdf'], 'kdf', ['name', 'memoryKiB', 'iterations', 'parallelism', 'salt'])
  const cipher = fields(root['cipher'], 'cipher', ['name', 'nonce', 'sealed'])
  word(kdf['name'], 'kdf.name', 'argon2id')
  word(cipher['name'], 'cipher.name', 'aes-256-gcm')
  const keystore = {
    purpose,
    algorithm: algorithmOf(root['algorithm']),
    address: bytesOf(root['address'], 'address', 20),
    keyHash: bytesOf(root['keyHash'], 'keyHash', 32),
    networkId: bytesOf(root['networkId'], 'networkId', 32),
    kdf: { ...costOf(kdf), salt: bytesOf(kdf['salt'], 'kdf.salt', 16) },
    nonce: bytesOf(cipher['nonce'], 'cipher.nonce', 12),
    sealed: bytesOf(cipher['sealed'], 'cipher.sealed', 48),
  }
  if (!equal(checksum(keystore), bytesOf(root['checksum'], 'checksum', 32))) {
    throw new Fault(
      { code: 'IDENTITY_KEYSTORE_CORRUPTED', account: hex(keystore.address) },
      'the file was damaged or edited: take it from a backup',
    )
  }
  checkCost(keystore.kdf)
  return keystore
}

function parseJson(bytes: Uint8Array): unknown {
  const most = limits.keystoreBytes.value
  if (bytes.length > most) throw new Mismatch('document', `at most ${most} bytes`)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new Mismatch('document', 'JSON in UTF-8')
  }
}

function checkFormat(document: unknown, purpose: KeyPurpose): void {
  const { format } = (document ?? {}) as { readonly format?: unknown }
  const expected = keystoreFormats[purpose]
  if (format === expected) return
  const [, kind] = /^(.*)\/\d{1,9}$/.exec(String(format)) ?? []
  const [found] = purposes.find(([, own]) => own.split('/')[0] === kind) ?? []
  if (found === undefined) throw new Mismatch('format', expected)
  if (found !== purpose) {
    throw new Fault(
      { code: 'IDENTITY_KEY_PURPOSE', found, expected: purpose },
      'a key has one purpose: name a file that holds one of the other kind',
    )
  }
  throw new Fault(
    { code: 'IDENTITY_KEYSTORE_VERSION', found: String(format), expected },
    'use the release that wrote the file, or a later one',
  )
}

function fields(value: unknown, where: string, expected: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Mismatch(where, 'an object')
  }
  const found = Object.keys(value).toSorted().join()
  if (found !== expected.toSorted().join())
    throw new Mismatch(where, `the fields ${expected.join(', ')}`)
  return value as Fields
}

function word(value: unknown, where: string, expected: string): void {
  if (value !== expected) throw new Mismatch(where, expected)
}

function algorithmOf(value: unknown): Algorithm {
  const [, algorithm] = names.find(([name]) => name === value) ?? []
  if (algorithm !== undefined) return algorithm
  throw new Mismatch('algorithm', names.map(([name]) => name).join(' or '))
}

function bytesOf(value: unknown, where: string, size: number): Uint8Array {
  if (typeof value === 'string' && value.length === 2 + 2 * size && /^0x[0-9a-f]*$/.test(value)) {
    return Uint8Array.fromHex(value.slice(2))
  }
  throw new Mismatch(where, `${size} bytes in lower-case hexadecimal`)
}

function costOf(kdf: Fields): KdfCost {
  const number = (name: keyof KdfCost): number => {
    const value = kdf[name]
    if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 32) {
      return value
    }
    throw new Mismatch(`kdf.${name}`, 'a whole number from 1 to 2^32 - 1')
  }
  return {
    memoryKiB: number('memoryKiB'),
    iterations: number('iterations'),
    parallelism: number('parallelism'),
  }
}

function checkCost({ memoryKiB, iterations, parallelism }: KdfCost): void {
  if (memoryKiB < 8 * parallelism)
    throw new Mismatch('kdf.memoryKiB', '8 KiB for every lane (RFC 9106)')
  for (const [what, value, { value: most }] of [
    ['memoryKiB', memoryKiB, limits.kdfMemory],
    ['memoryKiB × iterations', memoryKiB * iterations, limits.kdfWork],
    ['parallelism', parallelism, limits.kdfParallelism],
  ] as const) {
    if (value > most) {
      throw new Fault(
        { code: 'IDENTITY_KDF_LIMIT', what, value, most },
        'no release writes such a file: take the key from where you know it to be yours',
      )
    }
  }
}

/** Something else stands where a keystore has what is expected. */
class Mismatch extends Error {
  readonly where: string
  readonly expected: string

  constructor(where: string, expected: string) {
    super(where)
    this.where = where
    this.expected = expected
  }
}

const writers: Readonly<Record<KeyPurpose, string>> = {
  account: 'pars account new or export',
  validator: 'pars validator keys new',
}

function invalid({ where, expected }: Mismatch, purpose: KeyPurpose): Fault {
  return new Fault(
    { code: 'IDENTITY_KEYSTORE_INVALID', where, expected },
    `this is not a keystore file: name one that ${writers[purpose]} wrote`,
  )
}
