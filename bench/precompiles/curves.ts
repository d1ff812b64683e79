/** Calls of the curve precompiles, in the encodings of their EIPs. */
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { bn254 } from '@noble/curves/bn254.js'

import { concat, fixed, hex, unhex } from '#base'
import { loadKzg, sha256 } from '#crypto'

import type { Case } from './case.ts'

/** A scalar of full length that nobody chose. */
function scalar(seed: number, order: bigint): bigint {
  return BigInt(`0x${sha256(fixed(seed, 8)).toHex()}`) % order
}

function repeat(count: number, part: (index: number) => Uint8Array): Uint8Array {
  return concat(...Array.from({ length: count }, (_, index) => part(index)))
}

const words = (size: number, numbers: readonly bigint[]): Uint8Array =>
  concat(...numbers.map((number) => fixed(number, size)))

const bnOrder = bn254.fields.Fr.ORDER
const bn1 = (seed: number): Uint8Array => {
  const { x, y } = bn254.G1.Point.BASE.multiply(scalar(seed, bnOrder)).toAffine()
  return words(32, [x, y])
}
const bn2 = (seed: number): Uint8Array => {
  const { x, y } = bn254.G2.Point.BASE.multiply(scalar(seed, bnOrder)).toAffine()
  return words(32, [x.c1, x.c0, y.c1, y.c0])
}
const bnPair = (seed: number): Uint8Array => concat(bn1(seed), bn2(seed))

/** EIP-196, EIP-197. */
export function bn254Cases(): Case[] {
  const allOnes = new Uint8Array(32).fill(0xff)
  return [
    { name: 'bn254 add', to: 0x06, input: concat(bn1(1), bn1(2)) },
    { name: 'bn254 multiply', to: 0x07, input: concat(bn1(1), allOnes) },
    ...[0, 1, 2, 4, 16].map((pairs) => ({
      name: `bn254 pairing of ${pairs}`,
      to: 0x08,
      input: repeat(pairs, bnPair),
    })),
  ]
}

const blsOrder = bls12_381.fields.Fr.ORDER
const bls1 = (seed: number): Uint8Array => {
  const { x, y } = bls12_381.G1.Point.BASE.multiply(scalar(seed, blsOrder)).toAffine()
  return words(64, [x, y])
}
const bls2 = (seed: number): Uint8Array => {
  const { x, y } = bls12_381.G2.Point.BASE.multiply(scalar(seed, blsOrder)).toAffine()
  return words(64, [x.c0, x.c1, y.c0, y.c1])
}
const blsPair = (seed: number): Uint8Array => concat(bls1(seed), bls2(seed))
const blsField = (seed: number): Uint8Array =>
  fixed((scalar(seed, blsOrder) * scalar(seed + 1, blsOrder)) % bls12_381.fields.Fp.ORDER, 64)
const factor = (seed: number): Uint8Array => fixed(scalar(seed + 1000, blsOrder), 32)

/** EIP-2537. */
export function blsCases(): Case[] {
  return [
    { name: 'BLS G1 add', to: 0x0b, input: concat(bls1(1), bls1(2)) },
    ...[1, 2, 4, 16, 128, 512].map((pairs) => ({
      name: `BLS G1 MSM of ${pairs}`,
      to: 0x0c,
      input: repeat(pairs, (index) => concat(bls1(index), factor(index))),
    })),
    { name: 'BLS G2 add', to: 0x0d, input: concat(bls2(1), bls2(2)) },
    ...[1, 2, 4, 16, 128, 512].map((pairs) => ({
      name: `BLS G2 MSM of ${pairs}`,
      to: 0x0e,
      input: repeat(pairs, (index) => concat(bls2(index), factor(index))),
    })),
    ...[1, 2, 4, 16].map((pairs) => ({
      name: `BLS pairing of ${pairs}`,
      to: 0x0f,
      input: repeat(pairs, blsPair),
    })),
    { name: 'BLS map to G1', to: 0x10, input: blsField(1) },
    { name: 'BLS map to G2', to: 0x11, input: concat(blsField(1), blsField(3)) },
  ]
}

/** EIP-4844: an opening of a polynomial of degree 4095, by the complete library. */
export async function pointEvaluationCase(): Promise<Case> {
  const library = await loadKzg()
  const blob = new Uint8Array(4096 * 32)
  blob.set(fixed(scalar(1, blsOrder), 32))
  const z = fixed(scalar(2, blsOrder), 32)
  const commitment = unhex(library.blobToKzgCommitment(hex(blob)))
  const [proof, y] = library.computeProof(hex(blob), hex(z))
  const versioned = sha256(commitment)
  versioned[0] = 1
  return {
    name: 'point evaluation',
    to: 0x0a,
    input: concat(versioned, z, unhex(y), commitment, unhex(proof)),
  }
}
