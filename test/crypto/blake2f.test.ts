import assert from 'node:assert/strict'
import { hash } from 'node:crypto'

import { blake2f } from '#crypto'

import { Seeded } from '../seeded.ts'
import { blake2fTwin } from './blake2f-twin.ts'

// The state of BLAKE2b-512 without a key, and the block "abc".
const h = Uint8Array.fromHex(
  '48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5' +
    'd182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b',
)
const m = new Uint8Array(128)
m.set([0x61, 0x62, 0x63])
const t = Uint8Array.from([3, ...new Uint8Array(15)])

/** BLAKE2b-512 over nothing but `blake2f`. */
function blake2b(message: Uint8Array): string {
  let state: Uint8Array = h
  for (let at = 0; ; at += 128) {
    const block = new Uint8Array(128)
    block.set(message.subarray(at, at + 128))
    const final = at + 128 >= message.length
    const counter = new Uint8Array(16)
    new DataView(counter.buffer).setUint32(0, Math.min(at + 128, message.length), true)
    state = blake2f(12, state, block, counter, final)
    if (final) return state.toHex()
  }
}

describe('BLAKE2 F', () => {
  for (const [rounds, final, expected] of [
    [
      0,
      true,
      '08c9bcf367e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5' +
        'd282e6ad7f520e511f6c3e2b8c68059b9442be0454267ce079217e1319cde05b',
    ],
    [
      12,
      true,
      'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1' +
        '7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923',
    ],
    [
      12,
      false,
      '75ab69d3190a562c51aef8d88f1c2775876944407270c42c9844252c26d28752' +
        '98743e7f6d5ea2f2d3e8d226039cd31b4e426ac4f2d3d666a610c2116fde4735',
    ],
    [
      1,
      true,
      'b63a380cb2897d521994a85234ee2c181b5f844d2c624c002677e9703449d2fb' +
        'a551b3a8333bcdf5f2f7e08993d53923de3d64fcc68c034e717b9293fed7a421',
    ],
  ] as const) {
    it(`gives EIP-152's result for ${rounds} rounds, final ${final}`, () => {
      assert.equal(blake2f(rounds, h, m, t, final).toHex(), expected)
    })
  }

  it('makes BLAKE2b-512 as OpenSSL does, for messages of 0 to 400 bytes', () => {
    const random = new Seeded('blake2b')
    for (let size = 0; size <= 400; size++) {
      const message = random.bytes(size)
      assert.equal(blake2b(message), hash('blake2b512', message))
    }
  })

  it('equals a plain twin for 0 to 45 rounds of random input', () => {
    const random = new Seeded('blake2f')
    for (let rounds = 0; rounds <= 45; rounds++) {
      const [state, block, counters] = [random.bytes(64), random.bytes(128), random.bytes(16)]
      const final = rounds % 2 === 0
      const expected = blake2fTwin(rounds, state, block, counters, final)
      assert.equal(blake2f(rounds, state, block, counters, final).toHex(), expected.toHex())
    }
  })

  it('carries the state across slices of a long run', () => {
    for (const rounds of [49_999, 50_000, 50_001, 100_007]) {
      const expected = blake2fTwin(rounds, h, m, t, true).toHex()
      assert.equal(blake2f(rounds, h, m, t, true).toHex(), expected)
    }
  }).timeout(60_000)

  it('refuses wrong lengths and rounds out of range', () => {
    assert.throws(() => blake2f(1, h.subarray(1), m, t, true), { code: 'CRYPTO_LENGTH' })
    assert.throws(() => blake2f(1, h, m.subarray(1), t, true), { code: 'CRYPTO_LENGTH' })
    assert.throws(() => blake2f(1, h, m, t.subarray(1), true), { code: 'CRYPTO_LENGTH' })
    for (const rounds of [-1, 0.5, NaN, 2 ** 32]) {
      assert.throws(() => blake2f(rounds, h, m, t, true), { code: 'CRYPTO_PARAMETER' })
    }
  })
})
