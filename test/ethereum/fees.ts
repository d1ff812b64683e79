/** Base fee and blob base fee. @see EIP-1559, EIP-4844, EIP-7691, EIP-7918 */
import type { Common } from '@ethereumjs/common'

import type { Header } from '../../chain/port.ts'

const initialBaseFee = 1_000_000_000n
const elasticity = 2n
const denominator = 8n

/** Of the block after `parent`; undefined where `rules`, that block's, have none. */
export function nextBaseFee(parent: Header, rules: Common): bigint | undefined {
  if (!rules.isActivatedEIP(1559)) return undefined
  const { baseFeePerGas: fee, gasUsed } = parent
  if (fee === undefined) return initialBaseFee
  const target = parent.gasLimit / elasticity
  if (gasUsed === target) return fee
  if (gasUsed > target) {
    const step = (fee * (gasUsed - target)) / target / denominator
    return fee + (step > 1n ? step : 1n)
  }
  return fee - (fee * (target - gasUsed)) / target / denominator
}

/** factor · e^(numerator / divisor), as the EIP approximates it. */
function fakeExponential(factor: bigint, numerator: bigint, divisor: bigint): bigint {
  let sum = 0n
  for (let [index, term] = [1n, factor * divisor]; term > 0n; index++) {
    sum += term
    term = (term * numerator) / (divisor * index)
  }
  return sum / divisor
}

/** Wei per blob gas in a block with this excess. */
export function blobBaseFee(excessBlobGas: bigint, rules: Common): bigint {
  const { blobGasPriceUpdateFraction } = rules.getBlobGasSchedule()
  return fakeExponential(rules.param('minBlobGas'), excessBlobGas, blobGasPriceUpdateFraction)
}

/** Gas that a blob is worth at least, in execution gas. @see EIP-7918 */
const blobBaseCost = 8192n

/** Of the block after `parent`; `rules` are that block's. */
export function nextExcessBlobGas(parent: Header, rules: Common): bigint {
  const { targetBlobGasPerBlock: target, maxBlobGasPerBlock: max } = rules.getBlobGasSchedule()
  const before = parent.excessBlobGas ?? 0n
  const used = parent.blobGasUsed ?? 0n
  if (before + used < target) return 0n
  if (rules.isActivatedEIP(7918)) {
    const blobPrice = rules.param('blobGasPerBlob') * blobBaseFee(before, rules)
    if (blobBaseCost * (parent.baseFeePerGas ?? 0n) > blobPrice) {
      return before + (used * (max - target)) / max
    }
  }
  return before + used - target
}
