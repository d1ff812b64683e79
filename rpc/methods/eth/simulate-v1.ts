import { z } from 'zod'

import { RpcFault } from '../../errors.ts'
import { limits } from '../../limits.ts'
import { defineMethod } from '../../method.ts'
import { renderSimulated } from '../../render/simulated.ts'
import { callRequest, messageObject } from '../../schema/call.ts'
import { blockOverrides, stateOverrides } from '../../schema/overrides.ts'
import { blockOrLatest } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

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

/** As many steps of gas as four calls at the cap of gas. */
const cost = 80

export const simulateV1 = defineMethod({
  name: 'eth_simulateV1',
  summary:
    'Calls in blocks that nobody makes, on top of a block: with their logs, roots and hashes.',
  params: z.tuple([payload, blockOrLatest]),
  paramNames: ['payload', 'block'],
  result: z.array(results.simulatedBlock),
  long: true,
  cost,
  handler: async ([given, at], { chain, reads, view }) => {
    const { chainId } = chain
    const simulated = await reads.simulate(
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
    if (simulated === undefined) throw headerNotFound()
    const isFull = given.returnFullTransactions === true
    return simulated.map((one) => renderSimulated(one, view, { isFull, chainId }))
  },
})

function headerNotFound(): RpcFault {
  return new RpcFault(
    { code: 'RPC_SIMULATION_BASE' },
    'header not found: no such block to stand on; ask eth_blockNumber for the latest',
  )
}
