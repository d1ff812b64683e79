import { toBigInt } from '#base'

/** Where a block came from, as its extra data says. @see PIP-0002 "Order and blocks" */
export function placeIn(extraData: Uint8Array): {
  readonly epoch: bigint
  readonly index: bigint
  /** Which block of the commit, from 0. */
  readonly block: number
} {
  return {
    epoch: toBigInt(extraData.subarray(0, 8)),
    index: toBigInt(extraData.subarray(8, 16)),
    block: Number(toBigInt(extraData.subarray(16, 20))),
  }
}
