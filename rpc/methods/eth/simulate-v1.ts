import { z } from 'zod'

import type { SimulatedBlock } from '#chain'

import { RpcFault } from '../../errors.ts'
import { JsonText } from '../../json-text.ts'
import { limits } from '../../limits.ts'
import { defineMethod } from '../../method.ts'
import { Pieces } from '../../render/pieces.ts'
import { writeSimulated } from '../../render/simulated.ts'
import { callRequest, messageObject } from '../../schema/call.ts'
import { blockOverrides, stateOverrides } from '../../schema/overrides.ts'
import { blockOrLatest } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { blockUnknown } from '../known.ts'
import { metered } from '../metered.ts'

const block = z.object({
  blockOverrides: blockOverrides.nullish(),
  stateOverrides: stateOverrides.nullish(),
  calls: z.array(messageObject).max(limits.simulatedCalls.value).nullish(),
})

const payload = z.object(
  {
    blockStateCalls: z.array(block).min(1, 'must hold a block'),
    traceTransfers: z.boolean().nullish(),
    validation: z.boolean().nullish(),
    returnFullTransactions: z.boolean().nullish(),
  },
  { error: 'must be an object with blockStateCalls' },
)

/** Before the gas that its calls use: blocks have roots. */
const cost = 80

export const simulateV1 = defineMethod({
  name: 'eth_simulateV1',
  summary:
    'Calls in blocks that nobody makes, on top of a block: with their logs, roots and hashes.',
  differs: 'blockOverrides.withdrawals is empty or left out: simulated blocks withdraw nothing.',
  params: z.tuple([payload, blockOrLatest]),
  paramNames: ['payload', 'block'],
  result: z.array(results.simulatedBlock),
  long: true,
  cost,
  handler: async ([given, at], { chain, reads, view, clock, spend }, attempt) => {
    attempt.timesOutAs(timedOut)
    const { chainId } = chain
    const read = reads.simulate(
      {
        blocks: given.blockStateCalls.map((one) => ({
          ...(one.blockOverrides ? { block: one.blockOverrides } : {}),
          ...(one.stateOverrides ? { state: one.stateOverrides } : {}),
          calls: (one.calls ?? []).map((call) => callRequest(call, chainId)),
        })),
        validation: given.validation === true,
        traceTransfers: given.traceTransfers === true,
      },
      at,
    )
    const simulated = await metered(spend, undefined, read, gasOf)
    if (simulated === undefined) throw blockUnknown(at)
    const isFull = given.returnFullTransactions === true
    const pieces = new Pieces(clock)
    const texts: string[] = []
    for (const one of simulated) {
      texts.push(await writeSimulated(one, view, { isFull, chainId }, pieces))
    }
    return new JsonText(`[${texts.join(',')}]`)
  },
})

function gasOf(blocks: readonly SimulatedBlock[]): bigint {
  return blocks.flatMap(({ calls }) => calls).reduce((sum, { maxUsedGas }) => sum + maxUsedGas, 0n)
}

function timedOut(): RpcFault {
  return new RpcFault(
    { code: 'RPC_TIMEOUT_SIMULATION' },
    'simulation timed out: ask for fewer blocks, calls or gas at once',
  )
}
