/** The frames of a stored transaction, for what is derived from them. */
import type { Tracer } from '../../evm/index.ts'
import type { PlacedTransaction } from '../../port.ts'
import type { TracedFrame } from '../../trace-port.ts'
import type { ReadContext } from '../context.ts'
import { limits } from '../limits.ts'
import { Budget } from './budget.ts'
import { type CallNode, CallTree } from './call-tree.ts'
import { Replay } from './replay.ts'
import { place } from './transactions.ts'

/** Undefined when no block has it. Throws `STATE_PRUNED` and `READ_TRACE_TOO_LARGE`. */
export async function frames(
  context: ReadContext,
  hash: Uint8Array,
): Promise<readonly TracedFrame[] | undefined> {
  const found = place(context, hash)
  if (found === undefined) return undefined
  const { block, transaction } = found
  const replay = await Replay.open(context, block)
  await replay.skip(block.transactions.slice(0, transaction.index))
  const budget = new Budget(context.interrupt, limits.frameBytes.value)
  return framesOf(replay, transaction, budget)
}

/** Of the next transaction of a block that is run again. */
export async function framesOf(
  replay: Replay,
  transaction: PlacedTransaction,
  budget: Budget,
): Promise<readonly TracedFrame[]> {
  const tree = new CallTree(budget)
  await look(replay, transaction, tree.tracer)
  return tree.root === undefined ? [] : [...flat(tree.root, false)]
}

/** Runs the next transaction of a block with `tracer` looking at it. */
async function look(replay: Replay, transaction: PlacedTransaction, tracer: Tracer): Promise<void> {
  await replay.trace(transaction, replay.decode(transaction), { tracer, text: () => '' })
}

function* flat({ start, end, calls }: CallNode, isInUndone: boolean): Generator<TracedFrame> {
  const isUndone = isInUndone || end.failure !== undefined
  const to = start.to ?? end.created
  yield {
    kind: start.kind,
    depth: start.depth,
    from: start.from,
    ...(to === undefined ? {} : { to }),
    ...(start.value === undefined ? {} : { value: start.value }),
    input: start.input,
    output: end.output,
    ...(end.failure === undefined ? {} : { failure: end.failure }),
    isUndone,
  }
  for (const call of calls) yield* flat(call, isUndone)
}
