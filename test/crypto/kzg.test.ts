import assert from 'node:assert/strict'

import { loadKzg } from '#crypto'

const infinity = `0xc0${'00'.repeat(47)}`
const generator =
  '0x97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac58' +
  '6c55e83ff97a1aeffb3af00adb22c6bb'

function scalar(value: bigint): string {
  return `0x${value.toString(16).padStart(64, '0')}`
}

describe('KZG', () => {
  it('proves the value of a constant polynomial at any point, and no other value', async () => {
    const kzg = await loadKzg()
    for (const point of [0n, 1n, 12_345n]) {
      assert.ok(kzg.verifyProof(infinity, scalar(point), scalar(0n), infinity))
      assert.ok(kzg.verifyProof(generator, scalar(point), scalar(1n), infinity))
      assert.ok(!kzg.verifyProof(generator, scalar(point), scalar(2n), infinity))
      assert.ok(!kzg.verifyProof(infinity, scalar(point), scalar(1n), infinity))
    }
  }).timeout(30_000)
})
