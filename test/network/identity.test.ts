import assert from 'node:assert/strict'
import { createPublicKey, X509Certificate } from 'node:crypto'
import { inspect } from 'node:util'

import { mlDsa, sha256 } from '#crypto'
import { NodeKey, parsePeerId, peerIdOf } from '#network'

describe('node key', () => {
  const seed = new Uint8Array(32).fill(1)
  const key = new NodeKey(seed)

  it('is the ML-DSA-65 key of its seed', () => {
    assert.deepEqual(key.publicKey, mlDsa(0x65).fromSeed(seed).publicKey)
  })

  it('has the hash of its protobuf for a PeerId, which reads back', () => {
    // field 1 (Type) varint 4, field 2 (Data) of 1952 bytes: libp2p/specs#710.
    const hash = sha256(Buffer.concat([Buffer.from('080412a00f', 'hex'), key.publicKey]))
    assert.deepEqual(key.peerId.toMultihash().digest, hash)
    const text = key.peerId.toString()
    assert.match(text, /^Qm/)
    assert.ok(parsePeerId(text).equals(key.peerId))
    assert.equal(peerIdOf(key.publicKey).toString(), text)
    assert.equal(key.peerId.publicKey, undefined)
  })

  it('shows itself in a self-signed certificate that OpenSSL verifies', () => {
    const certificate = new X509Certificate(key.credentials().cert)
    assert.ok(certificate.verify(certificate.publicKey))
    assert.ok(certificate.checkIssued(certificate))
    assert.equal(certificate.publicKey.asymmetricKeyType, 'ml-dsa-65')
    const raw = certificate.publicKey.export({ format: 'raw-public' })
    assert.deepEqual(new Uint8Array(raw), key.publicKey)
    assert.ok(certificate.publicKey.equals(createPublicKey(key.credentials().key)))
  })

  it('is no other key', () => {
    key.assertApart(new NodeKey(new Uint8Array(32).fill(2)).publicKey)
    assert.throws(() => key.assertApart(key.publicKey), { code: 'NETWORK_KEY_REUSED' })
  })

  it('signs nothing for libp2p', () => {
    assert.throws(() => key.asPrivateKey().sign(new Uint8Array(1)), { code: 'NETWORK_KEY_USE' })
  })

  it('keeps its seed out of what is printed', () => {
    assert.doesNotMatch(inspect(key, { depth: 9 }), /0101010101|1, 1, 1, 1/)
    assert.doesNotMatch(JSON.stringify(key), /1,1,1,1/)
  })

  it('has 32 bytes of seed', () => {
    assert.throws(() => new NodeKey(new Uint8Array(31)), { code: 'CRYPTO_LENGTH' })
  })
})

describe('PeerIds', () => {
  it('of other lengths, alphabets and hashes are none', () => {
    const good = new NodeKey(new Uint8Array(32)).peerId.toString()
    const bad = ['', 'Qm', good.slice(1), `${good}1`, good.replace(/.$/, '0'), `12D3KooW${good}`]
    for (const text of bad)
      assert.throws(() => parsePeerId(text), { code: 'NETWORK_PEER_ID' }, text)
    assert.throws(() => peerIdOf(new Uint8Array(1312)), { code: 'NETWORK_KEY_LENGTH' })
  })
})
