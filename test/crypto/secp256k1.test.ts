import assert from 'node:assert/strict'

import { secp256k1 } from '@noble/curves/secp256k1.js'

import { fixed, toBigInt } from '#base'
import { recoverPublicKey } from '#crypto'

import { loadRecovery } from '../../crypto/secp256k1.ts'
import { Seeded } from '../seeded.ts'
import { orUndefined } from './wycheproof.ts'

const n = secp256k1.Point.CURVE().n
const p = secp256k1.Point.CURVE().p

function byNoble(hash: Uint8Array, signature: Uint8Array, recovery: number): string | undefined {
  return orUndefined(() => {
    const [r, s] = [toBigInt(signature.subarray(0, 32)), toBigInt(signature.subarray(32))]
    const point = new secp256k1.Signature(r, s, recovery).recoverPublicKey(hash)
    return point.toHex(false).slice(2)
  })
}

/** How many of the four recovery ids give a key; every engine must give noble's. */
async function agree(hash: Uint8Array, signature: Uint8Array): Promise<number> {
  const engines = [recoverPublicKey, await loadRecovery('wasm'), await loadRecovery('native')]
  let recovered = 0
  for (const recovery of [0, 1, 2, 3]) {
    const expected = byNoble(hash, signature, recovery)
    if (expected !== undefined) recovered++
    for (const engine of engines) {
      if (engine === undefined) continue
      assert.equal(engine(hash, signature, recovery)?.toHex(), expected)
    }
  }
  return recovered
}

describe('Recovery of secp256k1 keys', () => {
  const random = new Seeded('secp256k1')

  it('finds the signer, in the native and the WebAssembly engine', async () => {
    const wasm = await loadRecovery('wasm')
    const native = (await loadRecovery('native')) ?? wasm
    for (let round = 0; round < 40; round++) {
      const [secret, hash] = [random.bytes(32), random.bytes(32)]
      const options = { prehash: false, format: 'recovered' } as const
      const signed = secp256k1.sign(hash, secret, options)
      const expected = secp256k1.getPublicKey(secret, false).subarray(1)
      for (const engine of [recoverPublicKey, native, wasm]) {
        assert.deepEqual(engine(hash, signed.subarray(1), signed[0] ?? 0), expected)
      }
    }
  })

  it('agrees with noble on random signatures and every recovery id', async () => {
    let recovered = 0
    for (let round = 0; round < 40; round++) {
      recovered += await agree(random.bytes(32), random.bytes(64))
    }
    assert.ok(recovered > 20, String(recovered))
  })

  it('agrees with noble at the edges of the ranges', async () => {
    const edges = [0n, 1n, 2n, n - 1n, n, n + 1n, p - n - 1n, p - n, p - 1n, 2n ** 256n - 1n]
    const hashes = [new Uint8Array(32), new Uint8Array(32).fill(0xff), random.bytes(32)]
    let recovered = 0
    for (const r of edges) {
      for (const s of edges) {
        const signature = Uint8Array.from([...fixed(r, 32), ...fixed(s, 32)])
        for (const hash of hashes) recovered += await agree(hash, signature)
      }
    }
    assert.ok(recovered > 0)
  }).timeout(60_000)

  it('answers undefined to wrong lengths and recovery ids', async () => {
    const wasm = await loadRecovery('wasm')
    const native = (await loadRecovery('native')) ?? wasm
    const [hash, signature] = [random.bytes(32), new Uint8Array(64).fill(1)]
    for (const engine of [native, wasm]) {
      assert.equal(engine(hash.subarray(1), signature, 0), undefined)
      assert.equal(engine(hash, signature.subarray(1), 0), undefined)
      assert.equal(engine(hash, new Uint8Array(65), 0), undefined)
      for (const id of [-1, 4, 27, 0.5, NaN]) assert.equal(engine(hash, signature, id), undefined)
    }
  })
})
