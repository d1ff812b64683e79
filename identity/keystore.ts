import { encodeRlp, Fault, fixed, hex, type Random, type Rlp, utf8 } from '#base'
import { aes256Gcm, argon2id, keyHash, mlDsa, sha256, type SigningKey } from '#crypto'
import { type Algorithm, keyHashAddress } from '#protocol'

import { passwordBytes } from './password.ts'

/** The version of the file's form, by what the key in it may do. */
export const keystoreFormats = {
  /** Signs an account's transactions and messages. */
  account: 'pars-keystore/1',
  /** Signs a validator's part in consensus. */
  validator: 'pars-validator-key/1',
} as const

export type KeyPurpose = keyof typeof keystoreFormats

/** What Argon2id costs. */
export interface KdfCost {
  readonly memoryKiB: number
  /** Passes. */
  readonly iterations: number
  /** Lanes. */
  readonly parallelism: number
}

/** One ML-DSA seed under a password, with everything that may be known about it without. */
export interface Keystore {
  readonly purpose: KeyPurpose
  readonly algorithm: Algorithm
  /**
   * 20 bytes: the key's own, unless the key came into the account by rotation or recovery; of a
   * validator's key, the account that it validates for.
   */
  readonly address: Uint8Array
  /** 32 bytes. */
  readonly keyHash: Uint8Array
  /** G, 32 bytes: the one network that the key is kept for. */
  readonly networkId: Uint8Array
  readonly kdf: KdfCost & {
    /** 16 bytes. */
    readonly salt: Uint8Array
  }
  /** 12 bytes. */
  readonly nonce: Uint8Array
  /** The seed under AES-256-GCM, 48 bytes. */
  readonly sealed: Uint8Array
}

/** Four times the memory that RFC 9106 §4 recommends where it is scarce, with as many passes. */
const usualCost: KdfCost = { memoryKiB: 262_144, iterations: 3, parallelism: 4 }

const saltBytes = 16

export interface SealOptions {
  /** `account` by default. */
  readonly purpose?: KeyPurpose
  readonly key: SigningKey
  /** G, 32 bytes. */
  readonly networkId: Uint8Array
  /** The account, if it is not the key's own. */
  readonly address?: Uint8Array
  readonly password: string
  readonly random: Random
  readonly cost?: KdfCost
}

/** Puts a key under a password. Throws `IDENTITY_PASSWORD_LENGTH`. */
export async function sealKey(options: SealOptions): Promise<Keystore> {
  const { purpose = 'account', key, networkId, password, random, cost = usualCost } = options
  const hash = keyHash(key.algorithm, key.publicKey)
  const facts = {
    purpose,
    algorithm: key.algorithm,
    address: options.address ?? keyHashAddress(hash),
    keyHash: hash,
    networkId,
    kdf: { ...cost, salt: random.bytes(saltBytes) },
    nonce: random.bytes(aes256Gcm.nonceBytes),
  }
  const { seed } = key
  const secret = await deriveKey(facts, passwordBytes(password))
  try {
    return { ...facts, sealed: aes256Gcm.seal(secret, facts.nonce, seed, associatedData(facts)) }
  } finally {
    secret.fill(0)
    seed.fill(0)
  }
}

/**
 * The key, for the network it is kept for. Throws `IDENTITY_PASSWORD_WRONG`, also for a file that
 * somebody changed and gave a new checksum: the two look alike without the password.
 */
export async function openKeystore(keystore: Keystore, password: string): Promise<SigningKey> {
  const secret = await deriveKey(keystore, passwordBytes(password))
  const seed = unseal(keystore, secret)
  try {
    const key = mlDsa(keystore.algorithm).fromSeed(seed)
    // AES-GCM commits to no key: the hash says that it is this one.
    const found = hex(keyHash(key.algorithm, key.publicKey))
    if (found !== hex(keystore.keyHash)) throw wrongPassword(keystore)
    return key
  } finally {
    seed.fill(0)
  }
}

/** Throws `IDENTITY_FOREIGN_NETWORK` unless the key is kept for the network `networkId` (32 bytes). */
export function checkNetwork(keystore: Keystore, networkId: Uint8Array): void {
  const own = hex(keystore.networkId)
  if (own === hex(networkId)) return
  throw new Fault(
    { code: 'IDENTITY_FOREIGN_NETWORK', keptFor: own, network: hex(networkId) },
    'name the node of the network that the key is kept for, or import the key for this one',
  )
}

/** sha256 of all fields: tells a damaged file before a password is asked for. 32 bytes. */
export function checksum(keystore: Keystore): Uint8Array {
  return sha256(encodeRlp([...fieldsOf(keystore), keystore.sealed]))
}

function deriveKey({ kdf }: Pick<Keystore, 'kdf'>, password: Uint8Array): Promise<Uint8Array> {
  return argon2id({ ...kdf, password, length: aes256Gcm.keyBytes })
}

function unseal(keystore: Keystore, secret: Uint8Array): Uint8Array {
  try {
    return aes256Gcm.open(secret, keystore.nonce, keystore.sealed, associatedData(keystore))
  } catch {
    throw wrongPassword(keystore)
  } finally {
    secret.fill(0)
  }
}

function wrongPassword({ address }: Keystore): Fault {
  return new Fault(
    { code: 'IDENTITY_PASSWORD_WRONG', account: hex(address) },
    'the password is not this file’s, or somebody changed the file: nobody can restore a password',
  )
}

type Facts = Omit<Keystore, 'sealed'>

function associatedData(facts: Facts): Uint8Array {
  return encodeRlp(fieldsOf(facts))
}

function fieldsOf(facts: Facts): Rlp[] {
  const { purpose, algorithm, address, keyHash: hash, networkId, kdf, nonce } = facts
  const { memoryKiB, iterations, parallelism, salt } = kdf
  return [
    utf8(keystoreFormats[purpose]),
    Uint8Array.of(algorithm),
    address,
    hash,
    networkId,
    utf8('argon2id'),
    fixed(memoryKiB, 4),
    fixed(iterations, 4),
    fixed(parallelism, 4),
    salt,
    utf8('aes-256-gcm'),
    nonce,
  ]
}
