import { concat, equal, fixed, type Random } from '#base'
import { type DecapsulationKey, mlDsa, mlKem, type SigningKey } from '#crypto'
import { contexts } from '#protocol'

import { malformed } from '../faults.ts'
import { meshHash } from '../hash.ts'
import { limits } from '../limits.ts'
import { addressOf, sigKeyHash } from '../reach/destination.ts'
import { MerkleTree, rootOf } from './merkle.ts'

const dsa = mlDsa(0x65)
const kem = mlKem(768)
const statementBytes = 40
/** Of what `signRoot` gives. */
export const signedRootBytes = statementBytes + dsa.publicKeyBytes + 32 + 21 + dsa.signatureBytes

/** Who signs: an address and all that it commits to. */
export interface PrekeyOwner {
  readonly signing: SigningKey
  /** `kemKeyHash` of the ML-KEM-768 key. */
  readonly kemHash: Uint8Array
  /** 21 bytes. */
  readonly anchor: Uint8Array
}

/** What was signed once for many prekeys: `serial4 | count2 | until2 | root32`. */
export interface PrekeyRoot {
  /** Larger than that of roots before it. */
  readonly serial: number
  readonly count: number
  /** The last day, since 1970, on which they may be used. */
  readonly until: number
  /** 32 bytes. */
  readonly root: Uint8Array
}

/** One key for one item: `index2 | key1184 | path 32 each`. */
export interface Prekey {
  readonly index: number
  readonly kemKey: Uint8Array
  readonly path: readonly Uint8Array[]
}

/** `statement40 | ML-DSA-65 key1952 | kemHash32 | anchor21 | signature3309`: 5354 bytes. */
export function signRoot(owner: PrekeyOwner, root: PrekeyRoot): Uint8Array<ArrayBuffer> {
  const statement = encodeStatement(root)
  const { signing, kemHash, anchor } = owner
  const signature = signing.sign(preimage(ownerAddress(owner), statement), contexts.prekey)
  return concat(statement, signing.publicKey, kemHash, anchor, signature)
}

/** Throws `MESH_MALFORMED` for what `address` did not sign. */
export function readRoot(bytes: Uint8Array, address: Uint8Array): PrekeyRoot {
  if (bytes.length !== signedRootBytes) throw malformed('prekey root', 'it has another length')
  const keyAt = statementBytes
  const kemAt = keyAt + dsa.publicKeyBytes
  const publicKey = bytes.subarray(keyAt, kemAt)
  const kemHash = bytes.subarray(kemAt, kemAt + 32)
  const anchor = bytes.subarray(kemAt + 32, kemAt + 53)
  if (!equal(ownerAddress({ signing: { publicKey }, kemHash, anchor }), address)) {
    throw malformed('prekey root', 'it is of another address')
  }
  const statement = bytes.subarray(0, statementBytes)
  const signature = bytes.subarray(kemAt + 53)
  if (!dsa.verify(publicKey, preimage(address, statement), signature, contexts.prekey)) {
    throw malformed('prekey root', 'its signature is not of the address')
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const count = view.getUint16(4)
  if (count === 0 || count > limits.prekeys.value || (count & (count - 1)) !== 0) {
    throw malformed('prekey root', 'its count is no power of two within the bound')
  }
  return { serial: view.getUint32(0), count, until: view.getUint16(6), root: bytes.slice(8, 40) }
}

export function encodePrekey({ index, kemKey, path }: Prekey): Uint8Array<ArrayBuffer> {
  return concat(fixed(index, 2), kemKey, ...path)
}

/** Throws `MESH_MALFORMED` for what is not under `root`. */
export function decodePrekey(bytes: Uint8Array, root: PrekeyRoot): Prekey {
  const pathAt = 2 + kem.publicKeyBytes
  const depth = Math.log2(root.count)
  if (bytes.length !== pathAt + depth * 32) throw malformed('prekey', 'it has another length')
  const index = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)
  const kemKey = bytes.slice(2, pathAt)
  const path = Array.from({ length: depth }, (_, level) =>
    bytes.slice(pathAt + level * 32, pathAt + level * 32 + 32),
  )
  const isUnder = index < root.count && equal(rootOf(leafOf(index, kemKey), index, path), root.root)
  if (!isUnder) throw malformed('prekey', 'it is not under the signed root')
  if (!kem.checkPublicKey(kemKey)) throw malformed('prekey', 'it is no ML-KEM-768 key')
  return { index, kemKey, path }
}

/**
 * The one-time keys of a reader. Forward secrecy begins when a key is erased, here and from wherever
 * `secret` was written: the seeds are drawn one by one, so that none follows from another.
 */
export class Prekeys {
  readonly #leaves: readonly Uint8Array[]
  readonly #keys = new Map<number, DecapsulationKey>()
  readonly #tree: MerkleTree
  readonly serial: number
  readonly until: number

  private constructor(
    serial: number,
    until: number,
    leaves: readonly Uint8Array[],
    keys: Iterable<readonly [number, DecapsulationKey]>,
  ) {
    this.serial = serial
    this.until = until
    this.#leaves = leaves
    this.#tree = new MerkleTree(leaves)
    this.#keys = new Map(keys)
  }

  /** @param count A power of two, at most `limits.prekeys`. */
  static create(
    random: Random,
    { serial, until, count }: { serial: number; until: number; count: number },
  ): Prekeys {
    const keys = Array.from({ length: count }, () => kem.generate(random))
    const leaves = keys.map((key, index) => leafOf(index, key.publicKey))
    return new Prekeys(serial, until, leaves, keys.entries())
  }

  /** @param bytes What `secret` gave. Throws `MESH_MALFORMED`. */
  static fromSecret(bytes: Uint8Array): Prekeys {
    if (bytes.length < 8) throw malformed('prekeys', 'they are cut')
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const count = view.getUint16(6)
    const leaves: Uint8Array[] = []
    const keys: [number, DecapsulationKey][] = []
    let at = 8
    for (let index = 0; index < count && at < bytes.length; index++) {
      const isLeft = bytes[at++] === 1
      const part = bytes.slice(at, (at += isLeft ? 64 : 32))
      if (part.length < (isLeft ? 64 : 32)) break
      const key = isLeft ? kem.fromSeed(part) : undefined
      if (key !== undefined) keys.push([index, key])
      leaves.push(key === undefined ? part : leafOf(index, key.publicKey))
    }
    const isWhole = at === bytes.length && leaves.length === count
    if (!isWhole || count === 0 || (count & (count - 1)) !== 0 || count > limits.prekeys.value) {
      throw malformed('prekeys', 'they are cut')
    }
    return new Prekeys(view.getUint32(0), view.getUint16(4), leaves, keys)
  }

  /** `serial4 | until2 | count2 | each: 1 d‖z 64, or 0 leaf32 where the key is erased`. */
  get secret(): Uint8Array<ArrayBuffer> {
    const parts = this.#leaves.map((leaf, index) => {
      const key = this.#keys.get(index)
      return key === undefined ? concat(Uint8Array.of(0), leaf) : concat(Uint8Array.of(1), key.seed)
    })
    const head = [fixed(this.serial, 4), fixed(this.until, 2), fixed(this.#leaves.length, 2)]
    return concat(...head, ...parts)
  }

  get root(): PrekeyRoot {
    const { serial, until } = this
    return { serial, until, count: this.#leaves.length, root: this.#tree.root }
  }

  /** Those that are left. */
  get keys(): ReadonlyMap<number, DecapsulationKey> {
    return this.#keys
  }

  /** Undefined where it is erased. */
  prekey(index: number): Prekey | undefined {
    const kemKey = this.#keys.get(index)?.publicKey
    return kemKey === undefined ? undefined : { index, kemKey, path: this.#tree.path(index) }
  }

  /** @returns Whether it was there. */
  erase(index: number): boolean {
    return this.#keys.delete(index)
  }
}

function ownerAddress(owner: {
  readonly signing: { readonly publicKey: Uint8Array }
  readonly kemHash: Uint8Array
  readonly anchor: Uint8Array
}): Uint8Array<ArrayBuffer> {
  const sigHash = sigKeyHash(owner.signing.publicKey)
  return addressOf(owner.kemHash, sigHash, owner.anchor)
}

function preimage(address: Uint8Array, statement: Uint8Array): Uint8Array<ArrayBuffer> {
  return meshHash('prekey-root', 64, address, statement)
}

function encodeStatement({ serial, count, until, root }: PrekeyRoot): Uint8Array<ArrayBuffer> {
  return concat(fixed(serial, 4), fixed(count, 2), fixed(until, 2), root)
}

function leafOf(index: number, kemKey: Uint8Array): Uint8Array<ArrayBuffer> {
  return meshHash('prekey-leaf', 32, fixed(index, 2), kemKey)
}
