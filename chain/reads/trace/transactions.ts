/** Traces of what is in blocks. */
import { findTransaction, readBlock } from '../../block/sealed.ts'
import type { BlockRef, BlockView, PlacedTransaction } from '../../port.ts'
import type { TraceConfig, TraceText } from '../../trace-port.ts'
import { type ReadContext, resolve } from '../context.ts'
import { Budget } from './budget.ts'
import { data, list, object } from './json.ts'
import { createTrace } from './kinds.ts'
import { Replay } from './replay.ts'

interface Found {
  readonly block: BlockView
  readonly transaction: PlacedTransaction
}

/** A stored transaction with its block. */
export function place({ reader }: ReadContext, hash: Uint8Array): Found | undefined {
  const found = findTransaction(reader, hash)
  const block = found && readBlock(reader, found.number)
  const transaction = found && block?.transactions[found.index]
  return block === undefined || transaction === undefined ? undefined : { block, transaction }
}

/** Undefined when no block has it. Throws `STATE_PRUNED` and `READ_TRACE_TOO_LARGE`. */
export async function traceTransaction(
  context: ReadContext,
  hash: Uint8Array,
  config: TraceConfig,
): Promise<TraceText | undefined> {
  const found = place(context, hash)
  if (found === undefined) return undefined
  const { block, transaction } = found
  const replay = await Replay.open(context, block)
  await replay.skip(block.transactions.slice(0, transaction.index))
  const json = await traceOf(replay, transaction, config, new Budget(context.interrupt))
  return { json, workGas: transaction.receipt.cumulativeGasUsed }
}

/** Undefined when there is no such block. Throws as `traceTransaction`, and `READ_TRACE_GENESIS`. */
export async function traceBlock(
  context: ReadContext,
  ref: BlockRef,
  config: TraceConfig,
): Promise<TraceText | undefined> {
  const number = resolve(context, ref)
  const block = number === undefined ? undefined : readBlock(context.reader, number)
  if (block === undefined) return undefined
  const replay = await Replay.open(context, block)
  const budget = new Budget(context.interrupt)
  const traces: string[] = []
  for (const transaction of block.transactions) {
    const result = await traceOf(replay, transaction, config, budget)
    traces.push(
      object([
        ['txHash', data(transaction.hash)],
        ['result', result],
      ]),
    )
  }
  return { json: list(traces), workGas: block.header.gasUsed }
}

function traceOf(
  replay: Replay,
  transaction: PlacedTransaction,
  config: TraceConfig,
  budget: Budget,
): Promise<string> {
  const { executor, header } = replay.execution
  const envelope = replay.decode(transaction)
  const { sender, to } = envelope
  const parties = [sender, ...(to === undefined ? [] : [to]), header.beneficiary]
  return replay.trace(transaction, envelope, createTrace(config, { budget, executor, parties }))
}
