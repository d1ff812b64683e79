import { Fault, hex } from '#base'

/** A stored block run again, transaction by transaction, with somebody looking at some of them. */
import { applyTransaction } from '../../block/apply.ts'
import type { BlockView, Header, PlacedTransaction, StoredReceipt } from '../../port.ts'
import type { Envelope } from '../../profile.ts'
import type { ReadContext } from '../context.ts'
import { type Execution, reopenBlock } from '../execution.ts'
import type { Trace, TraceEnds } from './trace.ts'

export class Replay {
  readonly execution: Execution<Header>
  readonly #context: ReadContext
  #cumulativeGasUsed = 0n

  private constructor(context: ReadContext, execution: Execution<Header>) {
    this.#context = context
    this.execution = execution
  }

  /** Throws `READ_TRACE_GENESIS` and `STATE_PRUNED`. */
  static async open(context: ReadContext, { header }: Pick<BlockView, 'header'>): Promise<Replay> {
    if (header.number === 0n) {
      throw new Fault(
        { code: 'READ_TRACE_GENESIS' },
        'genesis is not traceable: nothing runs in block 0',
      )
    }
    return new Replay(context, await reopenBlock(context, header))
  }

  /** Runs transactions that nobody looks at. */
  async skip(transactions: readonly PlacedTransaction[]): Promise<void> {
    for (const placed of transactions) await this.#run(placed, () => Promise.resolve())
  }

  /** The JSON of `trace`, which no other run had. */
  async trace(placed: PlacedTransaction, envelope: Envelope, trace: Trace): Promise<string> {
    const { executor, state } = this.execution
    executor.evm.tracer = trace.tracer
    if (trace.ends === undefined) {
      await this.#run(placed, () => Promise.resolve())
      executor.evm.tracer = undefined
    } else {
      await this.#tryOut(placed, trace.ends)
      executor.evm.tracer = undefined
      await trace.ends.before(state)
      await this.skip([placed])
    }
    const { receipt, firstLog } = placed
    return trace.text({ gasLimit: envelope.gasLimit, gasUsed: receipt.gasUsed, firstLog })
  }

  decode({ wire }: PlacedTransaction): Envelope {
    return this.#context.profile.decode(wire, this.execution.header)
  }

  /** Runs it, lets `look` see the state, and undoes it. */
  async #tryOut(placed: PlacedTransaction, ends: TraceEnds): Promise<void> {
    const { state } = this.execution
    const before = this.#cumulativeGasUsed
    await state.checkpoint()
    ends.begin(state)
    await this.#run(placed, () => ends.after(state))
    await state.revert()
    this.#cumulativeGasUsed = before
  }

  async #run(placed: PlacedTransaction, look: () => Promise<void>): Promise<void> {
    this.#context.interrupt.check()
    const { executor, state, vmBlock } = this.execution
    const envelope = this.decode(placed)
    await state.checkpoint()
    await this.#context.profile.blocks.prepare(this.execution, envelope)
    const receipt = await applyTransaction(executor, envelope, vmBlock, this.#cumulativeGasUsed)
    checkSame(receipt, placed)
    await look()
    await state.commit()
    this.#cumulativeGasUsed = receipt.cumulativeGasUsed
  }
}

function checkSame(again: StoredReceipt, { receipt, hash }: PlacedTransaction): void {
  const { gasUsed, status } = receipt
  if (again.gasUsed === gasUsed && again.status === status) return
  throw new Fault(
    { code: 'READ_REPLAY_DIFFERS', hash: hex(hash), gasUsed, again: again.gasUsed },
    'running a stored transaction again gave another result: check this data folder',
  )
}
