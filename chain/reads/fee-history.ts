import { Fault } from '#base'

import type { OpenHeader } from '../block/apply.ts'
import { keys } from '../block/layout.ts'
import { unpackReceipts } from '../block/receipt.ts'
import { readHeader } from '../block/sealed.ts'
import type { BlockRef, FeeHistory, Head, Header } from '../port.ts'
import { type ReadContext, resolve } from './context.ts'
import { limits } from './limits.ts'

/**
 * Fewer blocks than asked for, the newest, where the chain or a limit has no more.
 *
 * @param percentiles Ascending, 0 to 100. Throws `READ_PERCENTILES`. @see EIP-1559
 */
export function feeHistory(
  context: ReadContext,
  blocks: number,
  newest: BlockRef,
  percentiles: readonly number[],
): FeeHistory | undefined {
  checkPercentiles(percentiles)
  const last = resolve(context, newest)
  if (last === undefined) return undefined
  const heads = newestHeads(context, last, blocks, percentiles.length > 0)
  const newestHead = heads.at(-1)
  const next = newestHead === undefined ? [] : [nextBaseFee(context, newestHead)]
  return {
    oldest: heads[0]?.header.number ?? last + 1n,
    baseFees: [...heads.map(({ header }) => header.baseFeePerGas ?? 0n), ...next],
    gasUsed: heads.map(({ header }) => header.gasUsed),
    gasLimits: heads.map(({ header }) => header.gasLimit),
    rewards:
      percentiles.length === 0 ? [] : heads.map((head) => rewards(context, head, percentiles)),
    blobBaseFees: [
      ...heads.map(({ header }) => blobBaseFee(context, header)),
      ...(newestHead === undefined ? [] : [nextBlobBaseFee(context, newestHead)]),
    ],
    blobGasUsedRatios: heads.map(({ header }) => blobGasUsedRatio(context, header)),
  }
}

/** Ascending. With rewards, as many as the limit on transactions lets in, at least one. */
function newestHeads(
  { reader, interrupt }: ReadContext,
  last: bigint,
  blocks: number,
  rewarded: boolean,
): readonly Head[] {
  const most = Math.min(blocks, limits.feeHistoryBlocks.value)
  const heads: Head[] = []
  let transactions = 0
  for (let number = last; number >= 0n && heads.length < most; number--) {
    interrupt.check()
    const head = readHeader(reader, number)
    if (head === undefined) break
    transactions += head.hashes.length
    const full = rewarded && transactions > limits.feeHistoryTransactions.value
    if (full && heads.length > 0) break
    heads.push(head)
  }
  return heads.toReversed()
}

function nextBaseFee(context: ReadContext, { header }: Head): bigint {
  const following = readHeader(context.reader, header.number + 1n)?.header.baseFeePerGas
  return following ?? context.profile.nextBaseFee(header) ?? 0n
}

function blobBaseFee({ profile }: ReadContext, header: OpenHeader): bigint {
  return profile.blobGasPrice?.(header) ?? 0n
}

/** Where no block follows, of one as old as its parent, so that time changes no rules. */
function nextBlobBaseFee(context: ReadContext, { header, hash }: Head): bigint {
  if (header.excessBlobGas === undefined) return 0n
  const { number, timestamp } = header
  const following = readHeader(context.reader, number + 1n)?.header
  const at = { number: number + 1n, timestamp }
  const next = following ?? {
    ...context.profile.simulation.header(header, at),
    parentHash: hash,
  }
  return blobBaseFee(context, next)
}

/** Of the most that the rules let into a block. Zero where there are no blobs. @see EIP-4844 */
function blobGasUsedRatio({ profile }: ReadContext, header: Header): number {
  if (profile.blobGasPrice === undefined || header.blobGasUsed === undefined) return 0
  const { maxBlobGasPerBlock } = profile.rules(header).getBlobGasSchedule()
  return Number(header.blobGasUsed) / Number(maxBlobGasPerBlock)
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
  context.interrupt.check()
  const baseFee = header.baseFeePerGas ?? 0n
  const packed = context.reader.get(keys.receipts(header.number))
  const tips = (packed === undefined ? [] : unpackReceipts(packed))
    .map(({ effectiveGasPrice, gasUsed }) => ({ tip: effectiveGasPrice - baseFee, gas: gasUsed }))
    .toSorted((a, b) => (a.tip < b.tip ? -1 : a.tip > b.tip ? 1 : 0))
  let at = 0
  let sum = tips[0]?.gas ?? 0n
  return percentiles.map((percentile) => {
    const threshold = (header.gasUsed * BigInt(Math.round(percentile * 100))) / 10_000n
    while (sum < threshold && at < tips.length - 1) sum += tips[++at]?.gas ?? 0n
    return tips[at]?.tip ?? 0n
  })
}
