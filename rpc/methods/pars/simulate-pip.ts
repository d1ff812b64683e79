import { z } from 'zod'

import type { SimulatedCall, SimulationRequest } from '#chain'
import { failureOf, neededTier, readPip, readSimulation, simulationsOf } from '#governance'

import { type Context, defineMethod } from '../../method.ts'
import { renderSimulatedAction } from '../../render/governance.ts'
import { quantity } from '../../render/quantity.ts'
import * as governance from '../../schema/governance.ts'
import { known } from '../known.ts'
import { metered } from '../metered.ts'
import { governed } from './governed.ts'

/** Before the gas that its actions use, twice. */
const cost = 160

export const simulatePip = defineMethod({
  name: 'pars_simulatePip',
  summary:
    'What the execution of a PIP would come to in the next block, whoever decides on it meanwhile; and what its actions do one by one, each as the timelock would call it: its logs, or why it fails. Null for a number that nobody took.',
  params: z.tuple([governance.count]),
  paramNames: ['number'],
  result: governance.pipSimulation.nullable(),
  long: true,
  cost,
  handler: async ([number], context) => {
    const found = await governed(context, async (call) => {
      const pip = await readPip(call, number)
      if (pip === undefined) return undefined
      return { ...pip, tier: pip.proposal?.tier ?? (await neededTier(call, pip.actions)) }
    })
    if (found === undefined) return null
    const { whole, each } = simulationsOf(found, found.actions)
    const [[execution], calls] = await Promise.all([run(whole, context), run(each, context)])
    const reason = execution && failureOf(execution)
    return {
      number,
      revision: found.revision,
      success: execution?.failure === undefined,
      reason: reason ?? null,
      gasUsed: quantity(execution?.gasUsed ?? 0n),
      actions: readSimulation(found.actions, calls).map(renderSimulatedAction),
    }
  },
})

async function run(
  request: SimulationRequest,
  { reads, spend }: Context,
): Promise<readonly SimulatedCall[]> {
  const read = reads.simulate(request, 'latest')
  const blocks = await metered(spend, undefined, read, (all) =>
    all.flatMap(({ calls }) => calls).reduce((sum, { maxUsedGas }) => sum + maxUsedGas, 0n),
  )
  return known(blocks, 'latest').flatMap(({ calls }) => calls)
}
