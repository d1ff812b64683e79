import { empty } from '#base'

import type { CallRequest, CallResult, Overrides } from '../call-port.ts'
import type { BlockRef } from '../port.ts'
import type { CallContext } from './head-executions.ts'
import { limits } from './limits.ts'
import { least, type MessageRun, withMessage } from './message.ts'
import { checkOutput } from './output.ts'

/**
 * Runs a message on the state of a block and throws its effects away. Throws as `openMessage`, and
 * `READ_OUTPUT_TOO_LARGE`.
 */
export async function call(
  context: CallContext,
  request: CallRequest,
  at: BlockRef,
  overrides: Overrides = {},
): Promise<CallResult | undefined> {
  return withMessage(context, { request, at, overrides }, async (message) => {
    const run = await message.run(least(request.gas, BigInt(limits.callGas.value)))
    return checkOutput(run.result)
  })
}

/**
 * A gas limit with which `request` succeeds: what it spends where that is enough, else at most 1.5 %
 * above the least, or further above it where `limits.estimateGas` ended the search. A call gets at
 * most 63/64 of what its caller has left, so what a run spent is not always enough.
 */
export async function estimateGas(
  context: CallContext,
  request: CallRequest,
  at: BlockRef,
  overrides: Overrides = {},
): Promise<CallResult | undefined> {
  return withMessage(context, { request, at, overrides }, (message) => search(message, request.gas))
}

async function search(message: MessageRun, most: bigint | undefined): Promise<CallResult> {
  const cap = await message.affordable(least(most, message.maxGas))
  const widest = await message.run(cap)
  if (widest.result.failure !== undefined) return checkOutput(widest.result)
  const exact = await message.run(widest.needed)
  if (exact.result.failure === undefined) {
    return { gasUsed: widest.needed, output: empty, workGas: widest.spent + exact.spent }
  }
  const budget = BigInt(limits.estimateGas.value)
  let left = budget - widest.spent - exact.spent
  let enough = cap
  let tooLittle = widest.needed
  let next = tooLittle + tooLittle / 63n + 2300n
  while (left > 0n && (enough - tooLittle) * 1000n >= enough * 15n) {
    const gas = next < enough ? next : (tooLittle + enough) / 2n
    const { result, spent } = await message.run(gas)
    left -= spent
    if (result.failure === undefined) enough = gas
    else tooLittle = gas
    // The cap is usually far above the answer, so upwards in doublings: short runs first.
    next = least((tooLittle + enough) / 2n, 2n * tooLittle)
  }
  return { gasUsed: enough, output: empty, workGas: budget - left }
}
