import { compare, concat, fixed, hex, type Hex, unhex } from '#base'
import { sha3_256 } from '#crypto'

/**
 * Root over addresses of attesters, which it puts into ascending order.
 *
 * @see precompiles/verify-inference/README.md "Proofs"
 */
export function attestersRoot(addresses: readonly Hex[]): Hex {
  const leaves = addresses.map((address) => unhex(address)).toSorted(compare)
  let level = leaves.map((address) => tagged(0, address))
  while (level.length > 1) {
    const below = level
    level = Array.from({ length: Math.ceil(below.length / 2) }, (_, index) => {
      const pair = below.slice(2 * index, 2 * index + 2)
      return pair.length === 2 ? tagged(1, ...pair) : concat(...pair)
    })
  }
  return hex(tagged(2, fixed(leaves.length, 4), ...level))
}

function tagged(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha3_256(concat(Uint8Array.of(tag), ...parts))
}
