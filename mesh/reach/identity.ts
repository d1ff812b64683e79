import { concat, fixed, type Random } from '#base'
import { type DecapsulationKey, mlDsa, mlKem, type SigningKey } from '#crypto'

import { malformed } from '../faults.ts'
import { meshHash } from '../hash.ts'
import { HashChain } from './chain.ts'
import {
  addressOf,
  type Anchor,
  type Destination,
  destinationHash,
  encodeAnchor,
  kemKeyHash,
  labelOf,
  nameHashOf,
  sigKeyHash,
} from './destination.ts'

const version = 1
const secretBytes = 134
const intervalMinutes = 30

interface Keys {
  readonly kem: DecapsulationKey
  readonly signing: SigningKey
}

/**
 * Somebody in the mesh: an ML-KEM-768 key that links are made to, an ML-DSA-65 key for what others
 * shall be able to prove, and a hash chain by which announces prove themselves. The address commits
 * to all three.
 */
export class MeshIdentity {
  readonly kem: DecapsulationKey
  readonly signing: SigningKey
  readonly chain: HashChain
  readonly anchor: Anchor
  /** Of the address itself. */
  readonly destination: Destination
  readonly #chainSeed: Uint8Array<ArrayBuffer>

  private constructor(keys: Keys, chainSeed: Uint8Array, start: number, interval: number) {
    this.kem = keys.kem
    this.signing = keys.signing
    this.#chainSeed = new Uint8Array(chainSeed)
    this.chain = new HashChain(this.#chainSeed)
    this.anchor = { value: this.chain.value(0), start, interval }
    const kemHash = kemKeyHash(this.kem.publicKey)
    const sigHash = sigKeyHash(this.signing.publicKey)
    const anchor = encodeAnchor(this.anchor)
    this.destination = { address: addressOf(kemHash, sigHash, anchor), kemHash, sigHash, anchor }
  }

  /** @param now Milliseconds since 1970, when its chain begins. */
  static create(random: Random, now: number): MeshIdentity {
    const keys = { kem: mlKem(768).generate(random), signing: mlDsa(0x65).generate(random) }
    const start = Math.max(0, Math.floor(now / 1000))
    return new MeshIdentity(keys, random.bytes(32), start, intervalMinutes)
  }

  /** @param bytes What `secret` gave. Throws `MESH_MALFORMED`. */
  static fromSecret(bytes: Uint8Array): MeshIdentity {
    if (bytes.length !== secretBytes) throw malformed('identity', 'it has another length')
    if (bytes[0] !== version) throw malformed('identity', 'it is of another version')
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const interval = view.getUint8(133)
    if (interval === 0) throw malformed('identity', 'its interval is zero')
    const keys = {
      kem: mlKem(768).fromSeed(bytes.subarray(1, 65)),
      signing: mlDsa(0x65).fromSeed(bytes.subarray(65, 97)),
    }
    return new MeshIdentity(keys, bytes.subarray(97, 129), view.getUint32(129), interval)
  }

  /**
   * The same keys with a new chain, and so a new address, for when the old chain ends. Sign a
   * succession, so that the old address leads here.
   *
   * @param now Milliseconds since 1970.
   */
  renewed(random: Random, now: number): MeshIdentity {
    const start = Math.max(0, Math.floor(now / 1000))
    return new MeshIdentity(this, random.bytes(32), start, intervalMinutes)
  }

  /** A copy, 134 bytes: `1 | d‖z 64 | ξ 32 | chain seed 32 | start 4 | interval 1`. */
  get secret(): Uint8Array<ArrayBuffer> {
    const { start, interval } = this.anchor
    return concat(
      Uint8Array.of(version),
      this.kem.seed,
      this.signing.seed,
      this.#chainSeed,
      fixed(start, 4),
      Uint8Array.of(interval),
    )
  }

  /** 32 bytes. */
  get address(): Uint8Array {
    return this.destination.address
  }

  /** 16 bytes. */
  get label(): Uint8Array {
    return labelOf(this.address)
  }

  /** A destination of this address. @param name Any text; absent for the address itself. */
  named(name?: string): Destination {
    if (name === undefined) return this.destination
    return { ...this.destination, nameHash: nameHashOf(name) }
  }

  /**
   * 2..9: what the hops of this destination's announces start at, so that who hears one can't tell
   * that it comes from its origin. The same each time: distances must be comparable.
   */
  originHops(destination: Destination): number {
    const hash = destinationHash(destination.address, destination.nameHash)
    return 2 + ((meshHash('origin-hops', 1, this.#chainSeed, hash)[0] ?? 0) & 7)
  }
}
