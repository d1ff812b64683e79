import type { Hex } from '#base'

/** A number as Ethereum's JSON has it: no leading zeros, zero is `0x0`. */
export function quantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`
}
