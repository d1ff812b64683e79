import { z } from 'zod'

import { hex, type Hex } from '#base'
import type { Rules } from '#chain'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import * as results from '../../schema/results.ts'

export const config = defineMethod({
  name: 'eth_config',
  summary:
    'Rules now and after upgrades to come (EIP-7910). In Pars they begin at heights, so a time to come is an estimate; there are no blobs, and precompiles include its own.',
  params: z.tuple([]),
  paramNames: [],
  result: results.config,
  handler: async (_, { chain, reads }) => {
    const { current, next, last } = await reads.rules()
    const shown = (rules: Rules) => render(rules, chain.chainId)
    return {
      current: shown(current),
      next: next === undefined ? null : shown(next),
      last: last === undefined ? null : shown(last),
    }
  },
})

function render(rules: Rules, chainId: bigint): z.output<typeof results.ruleSet> {
  const { target, max, fraction } = rules.blobs
  return {
    activationTime: Number(rules.activationTime),
    blobSchedule: {
      target: Number(target),
      max: Number(max),
      baseFeeUpdateFraction: Number(fraction),
    },
    chainId: quantity(chainId),
    forkId: hex(rules.forkId),
    precompiles: byName(rules.precompiles),
    systemContracts: byName(rules.systemContracts),
  }
}

function byName(named: Rules['precompiles']): Record<string, Hex> {
  return Object.fromEntries(named.map(([name, address]) => [name, hex(address)]))
}
