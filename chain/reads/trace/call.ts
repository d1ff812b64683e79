import { Fault } from '#base'

/** Traces of a message that no transaction carries. */
import { blockForVm } from '../../block/apply.ts'
import { readBlock } from '../../block/sealed.ts'
import type { CallRequest, Overrides } from '../../call-port.ts'
import type { BlockRef, BlockView, Header } from '../../port.ts'
import type { TraceConfig, TraceText } from '../../trace-port.ts'
import { type ReadContext, resolve, stateAt } from '../context.ts'
import type { Execution, ExecutionInit } from '../execution.ts'
import { limits } from '../limits.ts'
import { least, messageIn, type MessageRun } from '../message.ts'
import { overriddenHeader, overrideState } from '../overrides.ts'
import { Budget } from './budget.ts'
import { createTrace } from './kinds.ts'
import { Replay } from './replay.ts'

/** Undefined when there is no such block. Throws as `openMessage`, and `READ_TRACE_REFUSED`. */
export async function traceCall(
  context: ReadContext,
  request: CallRequest,
  at: BlockRef,
  config: TraceConfig,
  overrides: Overrides = {},
  index?: number,
): Promise<TraceText | undefined> {
  const number = resolve(context, at)
  const block = number === undefined ? undefined : readBlock(context.reader, number)
  if (number === undefined || block === undefined) return undefined
  const { header, transactions } = block
  const isAfterAll = index === undefined || index >= transactions.length
  const source = stateAt(context, isAfterAll ? number : number - 1n)
  const message = isAfterAll
    ? await messageIn(context, request, { header, source, overrides })
    : await messageIn(context, request, { header, source, overrides }, (_, init) =>
        within(context, block, index, init),
      )
  const { json, gasUsed } = await traceMessage(context, message, request, config)
  const before = isAfterAll ? undefined : transactions[index - 1]?.receipt
  return { json, workGas: gasUsed + (before?.cumulativeGasUsed ?? 0n) }
}

/** In the block itself, before its transaction `index`. */
async function within(
  context: ReadContext,
  block: BlockView,
  index: number,
  { isFree, overrides = {} }: ExecutionInit<Header>,
): Promise<Execution<Header>> {
  const replay = await Replay.open(context, block)
  await replay.skip(block.transactions.slice(0, index))
  const { execution } = replay
  const { executor, rules } = execution
  const { profile } = context
  const header = overriddenHeader(block.header, overrides.block ?? {})
  const shown = isFree === true ? { ...header, baseFeePerGas: 0n } : header
  const blobBaseFee = overrides.block?.blobBaseFee ?? profile.blobGasPrice?.(header)
  const { number: height, timestamp } = header
  executor.context = { networkId: profile.genesisHash, envelope: undefined, height, timestamp }
  await overrideState({ ...execution, profile }, overrides.state ?? [])
  return { ...execution, header, vmBlock: blockForVm(shown, rules, blobBaseFee) }
}

async function traceMessage(
  context: ReadContext,
  message: MessageRun,
  request: CallRequest,
  config: TraceConfig,
): Promise<{ readonly json: string; readonly gasUsed: bigint }> {
  const { executor, state, header } = message.execution
  const { from = new Uint8Array(20), to } = request
  const trace = createTrace(config, {
    budget: new Budget(context.interrupt),
    executor,
    parties: [from, ...(to === undefined ? [] : [to]), header.beneficiary],
  })
  const gasLimit = least(request.gas, BigInt(limits.callGas.value))
  let ran = false
  executor.evm.tracer = trace.tracer
  trace.ends?.begin(state)
  const { result } = await message.run(gasLimit, async () => {
    ran = true
    await trace.ends?.after(state)
  })
  executor.evm.tracer = undefined
  if (!ran) {
    const reason = result.failure?.message ?? 'refused'
    throw new Fault({ code: 'READ_TRACE_REFUSED', reason }, `${reason}: name more gas`)
  }
  await trace.ends?.before(state)
  const { gasUsed } = result
  return { json: trace.text({ gasLimit, gasUsed, firstLog: 0 }), gasUsed }
}
