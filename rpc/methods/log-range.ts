/** The blocks that a filter of logs ranges over. */
import type { z } from 'zod'

import type { AsyncReads, BlockRef } from '#chain'

import { RpcFault } from '../errors.ts'
import type { LogRange } from '../filters/filter.ts'
import type { logFilter } from '../schema/filter.ts'
import { known } from './known.ts'

export interface Range {
  readonly from: bigint
  readonly to: bigint
}

/** The number that `block` stands for at `head`. What is final only the chain knows. */
export async function numberAt(
  block: BlockRef,
  head: bigint,
  reads: Pick<AsyncReads, 'header'>,
): Promise<bigint> {
  if (block === 'finalized') return known(await reads.header(block), block).header.number
  return fixedNumber(block) ?? head
}

/** Throws `RPC_LOGS_RANGE`. */
export function checkedRange({ from, to }: Range, head: bigint): Range {
  if (from > to) throw refused('invalid block range params: fromBlock is after toBlock')
  if (to > head) throw refused('block range extends beyond current head block')
  return { from, to }
}

/** Of a filter that is to last. Throws `RPC_LOGS_RANGE`. */
export function filterRange({
  blockHash,
  fromBlock,
  toBlock,
}: z.output<typeof logFilter>): LogRange {
  if (blockHash !== undefined && blockHash !== null) {
    throw refused('cannot watch one block for what is new in it: leave out blockHash')
  }
  if (fromBlock === 'finalized' || toBlock === 'finalized') {
    throw refused('cannot watch what is final: leave out finalized, and ask eth_getLogs for it')
  }
  const range = { from: fixedNumber(fromBlock ?? 'latest'), to: fixedNumber(toBlock ?? 'latest') }
  if (range.from !== undefined && range.to !== undefined && range.from > range.to) {
    throw refused('invalid block range params: fromBlock is after toBlock')
  }
  return range
}

/** Undefined for what moves with the head. */
function fixedNumber(block: BlockRef): bigint | undefined {
  if (typeof block === 'object') return 'number' in block ? block.number : undefined
  return block === 'earliest' ? 0n : undefined
}

export function refused(reason: string): RpcFault {
  return new RpcFault({ code: 'RPC_LOGS_RANGE' }, reason)
}
