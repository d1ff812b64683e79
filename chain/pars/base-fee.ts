/**
 * EIP-1559 with the denominator scaled to the block time, so that the base fee needs at least ten
 * seconds of full blocks to double however short the blocks are.
 *
 * @see PIP-0001 "Fees"
 */
import type { Header } from '../port.ts'

/** Wei. Below it a full block would be free. */
export const baseFeeFloor = 1_000_000_000n
const elasticity = 2n
/** Ethereum's, for blocks of 12 s. */
const smallestDenominator = 8n
/** 10,000 ms / ln 2, rounded up: (1 + 1/d)^(10,000 / T) <= 2 for d >= this / T. */
const doublingTime = 14_427n

export function baseFeeDenominator(targetBlockMs: bigint): bigint {
  const scaled = (doublingTime + targetBlockMs - 1n) / targetBlockMs
  return scaled > smallestDenominator ? scaled : smallestDenominator
}

export function nextBaseFee(parent: Header, targetBlockMs: bigint): bigint {
  const base = parent.baseFeePerGas ?? baseFeeFloor
  const target = parent.gasLimit / elasticity
  const denominator = baseFeeDenominator(targetBlockMs)
  if (parent.gasUsed === target) return base
  if (parent.gasUsed > target) {
    const step = (base * (parent.gasUsed - target)) / target / denominator
    return base + (step > 0n ? step : 1n)
  }
  const next = base - (base * (target - parent.gasUsed)) / target / denominator
  return next > baseFeeFloor ? next : baseFeeFloor
}
