import { z } from 'zod'

import { RpcFault } from '../../errors.ts'
import { LogsFilter } from '../../filters/filter.ts'
import { limits } from '../../limits.ts'
import { defineMethod } from '../../method.ts'
import { renderFoundLogs } from '../../render/log.ts'
import { identifier } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { checkedRange } from '../log-range.ts'

export const getFilterLogs = defineMethod({
  name: 'eth_getFilterLogs',
  summary: 'All logs that match a filter of eth_newFilter, as eth_getLogs finds them.',
  params: z.tuple([identifier]),
  paramNames: ['filter'],
  result: z.array(results.log),
  long: true,
  cost: 50,
  handler: async ([id], { chain, reads, filters, clock }) => {
    const filter = filters.get(id)
    if (!(filter instanceof LogsFilter)) throw noLogs()
    const head = chain.head.header.number
    const { from = head, to = head } = filter.range
    const found = await reads.logs({
      ...checkedRange({ from, to }, head),
      ...filter.pattern,
      limit: limits.logResults.value,
      byteLimit: limits.logBytes.value,
    })
    return renderFoundLogs(found, clock)
  },
})

function noLogs(): RpcFault {
  return new RpcFault(
    { code: 'RPC_FILTER_UNKNOWN' },
    'filter not found: this one is not for logs; use eth_getFilterChanges',
  )
}
