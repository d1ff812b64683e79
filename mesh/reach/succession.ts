import { concat, fixed } from '#base'
import { mlDsa } from '#crypto'
import { contexts } from '#protocol'

import { malformed } from '../faults.ts'
import { limits } from '../limits.ts'
import { addressBytes, addressOf, anchorBytes, decodeAnchor, sigKeyHash } from './destination.ts'
import type { MeshIdentity } from './identity.ts'

const publicKeyBytes = mlDsa(0x65).publicKeyBytes
const anchorAt = 32 + publicKeyBytes
const successorAt = anchorAt + anchorBytes
const issuedAt = successorAt + addressBytes
const signatureAt = issuedAt + 4
const recordBytes = signatureAt + mlDsa(0x65).signatureBytes

/** What the holder of `address` says: from `issued` on it is `successor`. */
export interface Succession {
  /** 32 bytes. */
  readonly address: Uint8Array
  /** 32 bytes. */
  readonly successor: Uint8Array
  /** Seconds since 1970, as its signer's clock had it. */
  readonly issued: number
}

/**
 * The record by which an old address leads to a new one: `kemHash32 | ML-DSA-65 public key 1952 |
 * anchor21 | successor32 | issued4 | signature 3309`, 5350 bytes; the first three prove the old address,
 * and its key signs `address32 | successor32 | issued4`.
 *
 * @param now Milliseconds since 1970.
 */
export function signSuccession(
  old: MeshIdentity,
  successor: Uint8Array,
  now: number,
): Uint8Array<ArrayBuffer> {
  const { kemHash, anchor, address } = old.destination
  const issued = fixed(Math.floor(now / 1000), 4)
  const signature = old.signing.sign(concat(address, successor, issued), contexts.succession)
  return concat(kemHash, old.signing.publicKey, anchor, successor, issued, signature)
}

/** Verifies a record. Throws `MESH_MALFORMED`, also where the signature is not the old address's. */
export function readSuccession(record: Uint8Array): Succession {
  if (record.length !== recordBytes) throw malformed('succession', 'it has another length')
  const publicKey = record.subarray(32, anchorAt)
  const anchor = record.subarray(anchorAt, successorAt)
  decodeAnchor(anchor)
  const address = addressOf(record.subarray(0, 32), sigKeyHash(publicKey), anchor)
  const message = concat(address, record.subarray(successorAt, signatureAt))
  const signature = record.subarray(signatureAt)
  if (!mlDsa(0x65).verify(publicKey, message, signature, contexts.succession)) {
    throw malformed('succession', 'its signature is wrong')
  }
  const view = new DataView(record.buffer, record.byteOffset, record.length)
  const successor = new Uint8Array(record.subarray(successorAt, issuedAt))
  return { address, successor, issued: view.getUint32(issuedAt) }
}

/** Old addresses and where they lead: they stay valid as names of who holds the new one. */
export class Aliases {
  readonly #successors = new Map<string, Uint8Array>()

  /**
   * The first successor of an address stays: a second one is the mark of a stolen key.
   *
   * @returns Whether it is remembered, now or from before.
   */
  accept({ address, successor }: Succession): boolean {
    const known = this.#successors.get(address.toHex())
    if (known !== undefined) return known.toHex() === successor.toHex()
    if (this.#successors.size >= limits.aliases.value) return false
    if (this.current(successor).toHex() === address.toHex()) return false
    this.#successors.set(address.toHex(), successor)
    return true
  }

  /** The address that `address` leads to: itself where it has no successor. */
  current(address: Uint8Array): Uint8Array {
    let last = address
    let next = this.#successors.get(last.toHex())
    while (next !== undefined) {
      last = next
      next = this.#successors.get(last.toHex())
    }
    return last
  }

  /** All addresses that lead to `address`. */
  formerOf(address: Uint8Array): readonly Uint8Array[] {
    const wanted = address.toHex()
    return [...this.#successors.keys()]
      .filter((old) => this.current(Uint8Array.fromHex(old)).toHex() === wanted && old !== wanted)
      .map((old) => Uint8Array.fromHex(old))
  }
}
