import assert from 'node:assert/strict'

import { concat, utf8 } from '#base'
import { chaCha20Poly1305, hkdfSha256, mlKem, shake256, X25519Key } from '#crypto'

import { answerLink, LinkAnswers, linkContexts } from '../../../mesh/link/index.ts'
import { ManualClock } from '../../manual-clock.ts'
import { Seeded } from '../../seeded.ts'
import { resident } from './pair.ts'

const random = new Seeded('by hand')

function h(domain: string, size: number, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return shake256(concat(utf8(`pars/mesh/1/${domain}\0`), ...parts), size)
}

function kdf(
  secret: Uint8Array,
  label: string,
  size: number,
  salt = new Uint8Array(0),
): Uint8Array<ArrayBuffer> {
  return hkdfSha256(secret, salt, utf8(`pars/mesh/1/link/${label}`), size)
}

describe('a link by hand', () => {
  const kem = mlKem(768)
  const host = resident(random)
  const ephemeral = kem.generate(random)
  const point = X25519Key.generate(random)
  const facts = Uint8Array.of(0x01, 0xf4, 0)
  const { ciphertext, sharedSecret } = kem.encapsulate(host.record.kemKey)
  const bound = concat(ciphertext, ephemeral.publicKey, point.publicKey, facts)
  const preimage = kdf(sharedSecret, 'lock', 16, h('link-request', 32, host.address, bound))
  const request = concat(h('lockh', 16, preimage), bound)
  const answers = new LinkAnswers(new ManualClock())
  const { proof, linkId, fresh } = answerLink(request, { ...host, answers, source: '' })
  const [back, theirPoint] = [proof.subarray(16, 1104), proof.subarray(1104, 1136)]

  function rootOf(...secrets: Uint8Array[]): Uint8Array<ArrayBuffer> {
    const transcript = h('link', 32, host.address, request, back, theirPoint)
    return kdf(concat(...secrets), 'root', 32, transcript)
  }

  const root = rootOf(sharedSecret, kem.decapsulate(ephemeral, back), point.agree(theirPoint))

  it('is made by the formulas of the specification alone', () => {
    assert.deepEqual(linkId, h('linkid', 16, request))
    assert.deepEqual(proof.slice(0, 16), preimage)
    assert.deepEqual(proof.slice(1136), kdf(root, 'proof', 16))
  })

  it('needs each of its three secrets', () => {
    const secrets = [sharedSecret, kem.decapsulate(ephemeral, back), point.agree(theirPoint)]
    for (const at of secrets.keys()) {
      const wrong = secrets.with(at, random.bytes(32))
      assert.notDeepEqual(kdf(rootOf(...wrong), 'proof', 16), proof.slice(1136))
    }
  })

  it('carries a cell made by hand, and its receipt', () => {
    const { session } = fresh!
    const counter = 0x123
    const epoch = kdf(root, 'epoch', 32)
    const header = Uint8Array.of(counter >> 8, counter & 0xff)
    const nonce = new Uint8Array(12)
    nonce.set(header, 10)
    const associated = concat(Uint8Array.of(0, linkContexts.data), header)
    const text = utf8('by hand')
    const key = kdf(epoch, 'cell initiator', 32)
    const sealed = chaCha20Poly1305.seal(key, nonce, text, associated)
    const mask = h('mask', 2, kdf(root, 'mask initiator', 32), sealed.subarray(-16))
    const masked = header.map((byte, at) => byte ^ mask[at]!)
    const opened = session.open(linkContexts.data, concat(masked, sealed))
    assert.deepEqual(opened?.plaintext, text)
    const receiptKey = kdf(epoch, 'receipt initiator', 32)
    assert.deepEqual(opened?.receipt, h('receipt', 16, receiptKey, nonce.subarray(4)))
  })
})
