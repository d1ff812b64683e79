import { equal, Fault } from '#base'

import { readBlock } from '../../block/sealed.ts'
import type { BlockView, PlacedTransaction } from '../../port.ts'
import { changesOf } from '../../state/index.ts'
import type { FoundTransactions, TracedFrame } from '../../trace-port.ts'
import { headNumber, type ReadContext } from '../context.ts'
import { limits } from '../limits.ts'
import { Budget } from '../trace/budget.ts'
import { framesOf } from '../trace/frames.ts'
import { Replay } from '../trace/replay.ts'

type Found = FoundTransactions['found'][number]

/**
 * Transactions that have to do with an account, by the blocks that changed it, as far back as history
 * is kept. A search that looked through `limits.searchBlocks` gives what it found by then, or throws
 * `READ_SEARCH_LONG` if that is nothing.
 */
export async function transactionsOf(
  context: ReadContext,
  address: Uint8Array,
  direction: 'before' | 'after',
  beside: bigint | undefined,
  count: number,
): Promise<FoundTransactions> {
  const head = headNumber(context)
  const newestFirst = direction === 'before'
  const range = newestFirst
    ? { from: 0n, to: beside === undefined || beside > head ? head : beside - 1n }
    : { from: beside === undefined ? 0n : beside + 1n, to: head }
  const found: Found[] = []
  let isEnd = true
  let looked = 0
  for await (const number of changesOf(context.reader, address, { ...range, newestFirst })) {
    if (found.length >= count || looked >= limits.searchBlocks.value) {
      isEnd = false
      if (found.length === 0) throw tooLong(number, direction)
      break
    }
    looked++
    const block = readBlock(context.reader, number)
    if (block === undefined) continue
    const inBlock = await matches(context, block, address)
    found.push(...(newestFirst ? inBlock.toReversed() : inBlock))
  }
  const isFromEnd = beside === undefined
  return {
    found: newestFirst ? found : found.toReversed(),
    isOldest: newestFirst ? isEnd : isFromEnd,
    isNewest: newestFirst ? isFromEnd : isEnd,
  }
}

/** What a receipt already tells is believed; where it tells nothing, the block is run again. */
async function matches(
  context: ReadContext,
  block: BlockView,
  address: Uint8Array,
): Promise<readonly Found[]> {
  const { hash, header, transactions } = block
  const isPlain = transactions.every((transaction) => names(transaction, address))
  const replay =
    isPlain || transactions.length === 0 ? undefined : await Replay.open(context, block)
  const found: Found[] = []
  for (const transaction of transactions) {
    const isNamed = names(transaction, address)
    const frames = replay && (await framesOf(replay, transaction, new Budget(context.interrupt)))
    if (isNamed || frames?.some((frame) => concerns(frame, address)) === true) {
      found.push({ block: { hash, header }, transaction })
    }
  }
  return found
}

function names({ receipt }: PlacedTransaction, address: Uint8Array): boolean {
  const { sender, to, contractAddress, logs } = receipt
  const named = [sender, to, contractAddress, ...logs.map((log) => log.address)]
  return named.some((one) => one !== undefined && equal(one, address))
}

function concerns({ from, to }: TracedFrame, address: Uint8Array): boolean {
  return equal(from, address) || (to !== undefined && equal(to, address))
}

function tooLong(reached: bigint, direction: 'before' | 'after'): Fault {
  const limit = limits.searchBlocks.value
  const next = direction === 'before' ? reached + 1n : reached - 1n
  return new Fault(
    { code: 'READ_SEARCH_LONG', limit, reached },
    `${limit} blocks changed this account without one of its transactions: go on ${direction} block ${next}`,
  )
}
