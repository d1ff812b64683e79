import { Fault } from '#base'

import { readBlock, readHeader } from '../block/sealed.ts'
import type { BlockRef, FeeHistory, Head, PlacedTransaction } from '../port.ts'
import { type ReadContext, resolve } from './context.ts'
import { limits } from './limits.ts'

/** @param percentiles Ascending, 0 to 100. Throws `READ_PERCENTILES`. @see EIP-1559 */
export function feeHistory(
  context: ReadContext,
  blocks: number,
  newest: BlockRef,
  percentiles: readonly number[],
): FeeHistory | undefined {
  checkPercentiles(percentiles)
  const last = resolve(context, newest)
  if (last === undefined) return undefined
  const wanted = BigInt(Math.max(0, Math.min(blocks, limits.feeHistoryBlocks.value)))
  const count = wanted > last + 1n ? last + 1n : wanted
  const oldest = last + 1n - count
  const heads: Head[] = []
  for (let number = oldest; number <= last; number++) {
    const head = readHeader(context.reader, number)
    if (head !== undefined) heads.push(head)
  }
  const newestHead = heads.at(-1)
  const next = newestHead === undefined ? [] : [nextBaseFee(context, newestHead)]
  return {
    oldest,
    baseFees: [...heads.map(({ header }) => header.baseFeePerGas ?? 0n), ...next],
    gasUsed: heads.map(({ header }) => header.gasUsed),
    gasLimits: heads.map(({ header }) => header.gasLimit),
    rewards:
      percentiles.length === 0 ? [] : heads.map((head) => rewards(context, head, percentiles)),
    blobBaseFees: [...heads.map(() => 0n), ...next.map(() => 0n)],
    blobGasUsedRatios: heads.map(() => 0),
  }
}

function nextBaseFee(context: ReadContext, { header }: Head): bigint {
  const following = readHeader(context.reader, header.number + 1n)?.header.baseFeePerGas
  return following ?? context.profile.nextBaseFee(header) ?? 0n
}

function checkPercentiles(percentiles: readonly number[]): void {
  const limit = limits.feeHistoryPercentiles.value
  const ascending = percentiles.every(
    (value, index) => value >= 0 && value <= 100 && value >= (percentiles[index - 1] ?? 0),
  )
  if (!ascending || percentiles.length > limit) {
    throw new Fault(
      { code: 'READ_PERCENTILES', limit },
      'give ascending percentiles between 0 and 100',
    )
  }
}

function rewards(
  context: ReadContext,
  { header }: Head,
  percentiles: readonly number[],
): readonly bigint[] {
  const baseFee = header.baseFeePerGas ?? 0n
  const transactions = readBlock(context.reader, header.number)?.transactions ?? []
  const tips = transactions
    .map(({ receipt }: PlacedTransaction) => ({
      tip: receipt.effectiveGasPrice - baseFee,
      gas: receipt.gasUsed,
    }))
    .toSorted((a, b) => (a.tip < b.tip ? -1 : a.tip > b.tip ? 1 : 0))
  return percentiles.map((percentile) => {
    const threshold = (header.gasUsed * BigInt(Math.round(percentile * 100))) / 10_000n
    let sum = 0n
    for (const { tip, gas } of tips) {
      sum += gas
      if (sum >= threshold) return tip
    }
    return tips.at(-1)?.tip ?? 0n
  })
}
