import { createPrivateKey, type KeyObject } from 'node:crypto'

import type { PeerId, PrivateKey } from '@libp2p/interface'

import { equal, Fault, type Random } from '#base'
import { mlDsa } from '#crypto'

import { pem, selfSignedCertificate } from './certificate.ts'
import { keyMultihash, peerIdOf } from './peer-id.ts'

/**
 * The ML-DSA-65 key by which a node is known on the network. It signs TLS handshakes alone, under the
 * empty context that no other signature of Pars uses, and is neither a validator's nor an account's.
 */
export class NodeKey {
  readonly publicKey: Uint8Array<ArrayBuffer>
  readonly peerId: PeerId
  readonly #key: KeyObject

  /** @param seed ξ, 32 bytes. Throws `CRYPTO_LENGTH`. */
  constructor(seed: Uint8Array) {
    this.publicKey = mlDsa(0x65).fromSeed(seed).publicKey
    this.peerId = peerIdOf(this.publicKey)
    this.#key = createPrivateKey({
      key: new Uint8Array(seed),
      format: 'raw-seed',
      asymmetricKeyType: 'ml-dsa-65',
    })
  }

  static generate(random: Random): NodeKey {
    return new NodeKey(random.bytes(32))
  }

  /** What TLS needs, in PEM. The certificate is made anew each time: ML-DSA signs hedged. */
  credentials(): { readonly key: string; readonly cert: string } {
    return {
      key: this.#key.export({ type: 'pkcs8', format: 'pem' }),
      cert: pem('CERTIFICATE', selfSignedCertificate(this.#key)),
    }
  }

  /** Throws `NETWORK_KEY_REUSED` when `others` holds this key: one leak must not be two. */
  assertApart(...others: readonly Uint8Array[]): void {
    if (others.some((other) => equal(other, this.publicKey))) {
      throw new Fault(
        { code: 'NETWORK_KEY_REUSED' },
        'make a node key of its own, apart from validator and account keys',
      )
    }
  }

  /**
   * libp2p knows no ML-DSA keys. It takes one of type RSA for what it is to us: a key whose PeerId is
   * a hash. Nothing is ever signed with it; TLS holds the real key.
   */
  asPrivateKey(): PrivateKey {
    const multihash = keyMultihash(this.publicKey)
    const cid = this.peerId.toCID()
    const publicKey = {
      type: 'RSA',
      raw: this.publicKey,
      toCID: () => cid,
      toMultihash: () => multihash,
      toString: () => this.peerId.toString(),
      equals: (other: { raw?: Uint8Array }) =>
        equal(other.raw ?? new Uint8Array(0), this.publicKey),
      verify: refuse,
    }
    const key = { type: 'RSA', raw: this.publicKey, publicKey, sign: refuse, equals: refuse }
    return key as unknown as PrivateKey
  }
}

function refuse(): never {
  throw new Fault({ code: 'NETWORK_KEY_USE' }, 'the node key signs TLS handshakes alone')
}
