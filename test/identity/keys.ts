import type { Random } from '#base'
import { mlDsa } from '#crypto'
import { type KdfCost, sealKey, type SealOptions } from '#identity'
import { testSeeds } from '#protocol'

/** As little as RFC 9106 allows: what is tested here does not depend on it. */
const least: KdfCost = { memoryKiB: 8, iterations: 1, parallelism: 1 }
export const password = 'correct horse'
export const networkId = new Uint8Array(32).fill(0x47)

export function countingRandom(): Random {
  let next = 0
  return { bytes: (size) => new Uint8Array(size).map(() => next++) }
}

export function seal(options: Partial<SealOptions> = {}) {
  return sealKey({
    key: mlDsa(0x65).fromSeed(testSeeds[0]!),
    networkId,
    password,
    random: countingRandom(),
    cost: least,
    ...options,
  })
}
