// @ts-check
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import plugin from '../index.js'

/**
 * @param {number} outBytes
 * @param {Uint8Array} key
 * @param {Uint8Array} message
 */
function hash(outBytes, key, message) {
  return plugin.run(Uint8Array.of(outBytes, key.length, ...key, ...message))
}

/** Of RFC 7693, Appendix E: bytes of a Fibonacci generator. @param {number} length */
function sequence(length) {
  let a = Math.imul(0xdead4bad, length)
  let b = 1
  return Uint8Array.from({ length }, () => {
    const next = (a + b) | 0
    a = b
    b = next
    return (next >>> 24) & 0xff
  })
}

test('passes the self-test of RFC 7693, Appendix E', () => {
  const none = new Uint8Array(0)
  /** @type {number[]} */
  const all = []
  for (const outBytes of [20, 32, 48, 64]) {
    for (const length of [0, 3, 128, 129, 255, 1024]) {
      const message = sequence(length)
      all.push(...hash(outBytes, none, message))
      all.push(...hash(outBytes, sequence(outBytes), message))
    }
  }
  assert.equal(
    Buffer.from(hash(32, none, Uint8Array.from(all))).toString('hex'),
    'c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475',
  )
})

test('agrees with OpenSSL on BLAKE2b-512 of every length up to five blocks', () => {
  for (let length = 0; length <= 640; length++) {
    const message = sequence(length)
    const expected = createHash('blake2b512').update(message).digest()
    assert.deepEqual(Buffer.from(hash(64, new Uint8Array(0), message)), expected)
  }
})
