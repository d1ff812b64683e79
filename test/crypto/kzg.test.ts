import assert from 'node:assert/strict'

import { fixed, hex, unhex } from '#base'
import { loadKzg, loadPointVerifier, sha256 } from '#crypto'

const infinity = unhex(`0xc0${'00'.repeat(47)}`)
const order = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n

/** A field element that nobody chose. */
function scalar(seed: number): Uint8Array {
  return fixed(BigInt(hex(sha256(fixed(seed, 8)))) % order, 32)
}

/** Few non-zero elements: the oracle takes seconds for a full blob. */
function blobOf(seed: number): string {
  const blob = new Uint8Array(4096 * 32)
  for (let index = 0; index < 5; index++) blob.set(scalar(seed + index), index * 32 * 700)
  return hex(blob)
}

describe('KZG point evaluation', function () {
  this.timeout(60_000)

  it('agrees with the complete library about proofs, and about every part changed', async () => {
    const [oracle, verify] = await Promise.all([loadKzg(), loadPointVerifier()])
    for (const seed of [100, 200, 300]) {
      const blob = blobOf(seed)
      const commitment = unhex(oracle.blobToKzgCommitment(blob))
      const z = scalar(seed + 50)
      const [proofText, yText] = oracle.computeProof(blob, hex(z))
      const [proof, y] = [unhex(proofText), unhex(yText)]
      assert.ok(verify(commitment, z, y, proof))
      assert.ok(oracle.verifyProof(hex(commitment), hex(z), hex(y), hex(proof)))
      const other = scalar(seed + 51)
      assert.ok(!verify(commitment, other, y, proof))
      assert.ok(!verify(commitment, z, other, proof))
      assert.ok(!verify(commitment, z, y, commitment))
      assert.ok(!verify(proof, z, y, proof))
    }
  })

  it('proves the value of a constant polynomial at any point, and no other value', async () => {
    const verify = await loadPointVerifier()
    for (const z of [0n, 1n, 12_345n, order - 1n]) {
      assert.ok(verify(infinity, fixed(z, 32), fixed(0, 32), infinity))
      assert.ok(!verify(infinity, fixed(z, 32), fixed(1, 32), infinity))
    }
  })

  it('takes bytes that encode no point of the group for no proof, as the library does', async () => {
    const [oracle, verify] = await Promise.all([loadKzg(), loadPointVerifier()])
    const [z, y] = [fixed(3, 32), fixed(0, 32)]
    const refusedByOracle = (proof: Uint8Array): boolean => {
      try {
        return !oracle.verifyProof(hex(infinity), hex(z), hex(y), hex(proof))
      } catch {
        return true
      }
    }
    const odd = [
      new Uint8Array(48),
      new Uint8Array(48).fill(0xff),
      unhex(`0x80${'00'.repeat(47)}`),
      unhex(`0xe0${'00'.repeat(47)}`),
      unhex(`0xc0${'00'.repeat(46)}01`),
      unhex(`0x40${'00'.repeat(47)}`),
      infinity.subarray(0, 47),
      ...Array.from({ length: 200 }, (_, seed) => {
        const bytes = new Uint8Array(48)
        bytes.set(sha256(fixed(seed, 8)), 16)
        bytes[0] = 0x80 | (seed & 0x3f)
        return bytes
      }),
    ]
    for (const proof of odd) {
      assert.equal(verify(infinity, z, y, proof), !refusedByOracle(proof), hex(proof))
    }
  })
})
