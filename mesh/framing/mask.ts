import { concat, Fault, utf8 } from '#base'
import { argon2id, chaCha20Poly1305, constantTimeEqual, hmacSha256 } from '#crypto'

import { meshHash } from '../hash.ts'
import { limits } from '../limits.ts'
import type { Medium } from '../medium.ts'

const memoryKiB = 65_536

/** What a masked cell is longer by. */
export const maskTagBytes = 8

/**
 * What those of one network know: its name, and where it is closed its passphrase. With it they hide
 * their cells from all others, and know each other's beacons.
 */
export class NetworkKey {
  readonly name: string
  readonly #tag: Uint8Array
  readonly #cipher: Uint8Array
  readonly #beacon: Uint8Array

  private constructor(name: string, key: Uint8Array) {
    this.name = name
    this.#tag = meshHash('mask-tag', 32, key)
    this.#cipher = meshHash('mask-cipher', 32, key)
    this.#beacon = meshHash('beacon', 32, key)
  }

  /** Takes about 0.2 s and 64 MiB, so that trying passphrases takes long. */
  static async derive(name: string, passphrase: string): Promise<NetworkKey> {
    const key = await argon2id({
      password: utf8(passphrase.normalize('NFKC')),
      salt: meshHash('network-salt', 16, utf8(name.normalize('NFKC'))),
      memoryKiB,
      iterations: 3,
      parallelism: 1,
      length: 32,
    })
    return new NetworkKey(name, key)
  }

  /** Of a network that everybody may join: hides nothing. */
  static open(name: string): NetworkKey {
    return new NetworkKey(name, meshHash('network-open', 32, utf8(name.normalize('NFKC'))))
  }

  /**
   * `tag 8 | masked cell`. Looks random to all others, whatever the cell is. Its length stays, and a
   * cell that is sent again looks the same again.
   */
  mask(cell: Uint8Array): Uint8Array<ArrayBuffer> {
    const tag = this.#tagOf(cell)
    return concat(tag, this.#xor(tag, cell))
  }

  /** The cell, or undefined where it was masked in no or another network, or changed. */
  unmask(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    if (bytes.length <= maskTagBytes) return undefined
    const tag = bytes.subarray(0, maskTagBytes)
    const cell = this.#xor(tag, bytes.subarray(maskTagBytes))
    return constantTimeEqual(tag, this.#tagOf(cell)) ? cell : undefined
  }

  /** 16 bytes that only those of the network can make. */
  beaconTag(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    return hmacSha256(this.#beacon, bytes).slice(0, 16)
  }

  #tagOf(cell: Uint8Array): Uint8Array<ArrayBuffer> {
    return hmacSha256(this.#tag, cell).slice(0, maskTagBytes)
  }

  /** The tag is the nonce, so that only equal cells share one; the AEAD's own tag is left out. */
  #xor(tag: Uint8Array, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const nonce = concat(tag, new Uint8Array(chaCha20Poly1305.nonceBytes - maskTagBytes))
    return chaCha20Poly1305.seal(this.#cipher, nonce, bytes).slice(0, bytes.length)
  }
}

/**
 * `medium`, on which only those who have `key` understand each other: all else is dropped.
 *
 * @throws `MESH_MEDIUM` where it carries too little for a mask.
 */
export function masked(medium: Medium, key: NetworkKey): Medium {
  const { name, kind } = medium
  const mtu = Math.min(medium.facts.mtu - maskTagBytes, limits.cell.value)
  if (mtu < limits.leastCell.value) {
    const reason = `mtu ${medium.facts.mtu} leaves no room for a mask`
    throw new Fault({ code: 'MESH_MEDIUM', medium: name, reason }, 'give it a larger mtu')
  }
  return {
    name,
    kind,
    facts: { ...medium.facts, mtu },
    start: (receive) =>
      medium.start((bytes, arrival) => {
        const cell = key.unmask(bytes)
        if (cell !== undefined) receive(cell, arrival)
      }),
    send: (cell, neighbour) => medium.send(key.mask(cell), neighbour),
    stop: () => medium.stop(),
  }
}
