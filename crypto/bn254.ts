import type { Fp, Fp2, G1, G2 } from 'mcl-wasm'

import { compare } from '#base'

import { loadMcl } from './mcl.ts'

const engine = await loadMcl('BN_SNARK1')
// Asked for point by point below; the engine would otherwise test the order a second time.
engine.verifyOrderG1(false)
engine.verifyOrderG2(false)

const one = new Uint8Array(32)
one[31] = 1

/**
 * Arithmetic on alt_bn128 for the precompiles 0x06, 0x07 and 0x08. Inputs are the raw call data:
 * zeros stand for missing bytes and further bytes are ignored. `undefined` = not on the curve, not in
 * the subgroup, or a coordinate not in the field: the call fails.
 *
 * @see EIP-196, EIP-197
 */
export const bn254 = {
  /** Two points of G1 -> their sum, 64 bytes. */
  add(input: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    const bytes = exactly(128, input)
    const left = pointG1(bytes.subarray(0, 64))
    const right = pointG1(bytes.subarray(64))
    return left && right && encoded(engine.add(left, right))
  },
  /** A point of G1 and a scalar -> their product, 64 bytes. */
  multiply(input: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    const bytes = exactly(96, input)
    const point = pointG1(bytes.subarray(0, 64))
    if (point === undefined) return undefined
    const scalar = new engine.Fr()
    scalar.setBigEndianMod(bytes.subarray(64))
    return encoded(engine.mul(point, scalar))
  },
  /** Pairs of 192 bytes -> the word 1 when the product of their pairings is one, else 0. */
  pairing(input: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    if (input.length % 192 !== 0) return undefined
    let product = new engine.GT()
    product.setInt(1)
    for (let at = 0; at < input.length; at += 192) {
      const left = pointG1(input.subarray(at, at + 64))
      const right = left && pointG2(input.subarray(at + 64, at + 192))
      if (left === undefined || right === undefined) return undefined
      if (left.isZero() || right.isZero()) continue
      product = engine.mul(product, engine.millerLoop(left, right))
    }
    return engine.finalExp(product).isOne() ? new Uint8Array(one) : new Uint8Array(32)
  },
} as const

function exactly(size: number, input: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(size)
  bytes.set(input.subarray(0, size))
  return bytes
}

/** 64 bytes, x ‖ y, of which the zeros are infinity. Every point of the curve is in the group. */
function pointG1(bytes: Uint8Array): G1 | undefined {
  const point = new engine.G1()
  if (bytes.every((byte) => byte === 0)) return point
  const x = fieldElement(bytes.subarray(0, 32))
  const y = fieldElement(bytes.subarray(32))
  if (x === undefined || y === undefined) return undefined
  const z = new engine.Fp()
  z.setInt(1)
  point.setX(x)
  point.setY(y)
  point.setZ(z)
  return point.isValid() ? point : undefined
}

/** 128 bytes, x ‖ y with the imaginary parts first, of which the zeros are infinity. */
function pointG2(bytes: Uint8Array): G2 | undefined {
  const point = new engine.G2()
  if (bytes.every((byte) => byte === 0)) return point
  const x = extensionElement(bytes.subarray(0, 64))
  const y = extensionElement(bytes.subarray(64))
  if (x === undefined || y === undefined) return undefined
  const z = new engine.Fp2()
  z.setInt(1, 0)
  point.setX(x)
  point.setY(y)
  point.setZ(z)
  return point.isValid() && point.isValidOrder() ? point : undefined
}

function extensionElement(bytes: Uint8Array): Fp2 | undefined {
  const imaginary = fieldElement(bytes.subarray(0, 32))
  const real = fieldElement(bytes.subarray(32))
  if (imaginary === undefined || real === undefined) return undefined
  const element = new engine.Fp2()
  element.set_a(real)
  element.set_b(imaginary)
  return element
}

const modulus = Uint8Array.fromHex(
  '30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47',
)

function fieldElement(bytes: Uint8Array): Fp | undefined {
  if (compare(bytes, modulus) >= 0) return undefined
  const element = new engine.Fp()
  element.deserialize(bytes.toReversed())
  return element
}

function encoded(point: G1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(64)
  if (point.isZero()) return bytes
  point.normalize()
  bytes.set(point.getX().serialize().toReversed())
  bytes.set(point.getY().serialize().toReversed(), 32)
  return bytes
}
