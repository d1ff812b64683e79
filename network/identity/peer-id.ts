/**
 * A PeerId is the multihash of a node's public key: an address with `/p2p/<PeerId>` authenticates
 * the ML-DSA-65 key behind it, and no other key is anywhere.
 *
 * @see PIP-0008 "Identity"
 * @see https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md
 */
import type { PeerId } from '@libp2p/interface'
import { peerIdFromMultihash, peerIdFromString } from '@libp2p/peer-id'

import { concat, Fault } from '#base'
import { mlDsa, sha256 } from '#crypto'

/** KeyType 4 in libp2p's key protobuf: MLDSA (libp2p/specs#710). */
const keyType = 4
const sha256Code = 0x12
const publicKeyBytes = mlDsa(0x65).publicKeyBytes

export interface Multihash {
  readonly code: typeof sha256Code
  readonly size: 32
  readonly digest: Uint8Array<ArrayBuffer>
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** sha2-256 multihash of the protobuf {Type: 4, Data: raw key}. @param publicKey 1952 bytes. */
export function keyMultihash(publicKey: Uint8Array): Multihash {
  if (publicKey.length !== publicKeyBytes) {
    throw new Fault(
      { code: 'NETWORK_KEY_LENGTH', bytes: publicKey.length },
      `a node's key is ML-DSA-65, ${publicKeyBytes} bytes`,
    )
  }
  const length = Uint8Array.of((publicKeyBytes & 0x7f) | 0x80, publicKeyBytes >> 7)
  const digest = sha256(concat(Uint8Array.of(0x08, keyType, 0x12), length, publicKey))
  return {
    code: sha256Code,
    size: 32,
    digest,
    bytes: concat(Uint8Array.of(sha256Code, 32), digest),
  }
}

/** The PeerId of a public key. It does not carry the key: libp2p could not encode one of ours. */
export function peerIdOf(publicKey: Uint8Array): PeerId {
  return peerIdFromMultihash(keyMultihash(publicKey))
}

/** Reads the text of a PeerId (`Qm…`). Throws `NETWORK_PEER_ID`. */
export function parsePeerId(text: string): PeerId {
  if (!/^Qm[1-9A-HJ-NP-Za-km-z]{44}$/.test(text)) throw notPeerId(text)
  try {
    return peerIdFromString(text)
  } catch (error) {
    throw notPeerId(text, { cause: error })
  }
}

function notPeerId(text: string, options?: ErrorOptions): Fault {
  const facts = { code: 'NETWORK_PEER_ID', text: text.slice(0, 80) } as const
  return new Fault(facts, 'give the Qm… of pars peers', options)
}
