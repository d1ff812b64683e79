import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import { renderFoundLogs } from '../../render/log.ts'
import { renderPending } from '../../render/transaction.ts'
import { identifier } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const getFilterChanges = defineMethod({
  name: 'eth_getFilterChanges',
  summary:
    'What came since the filter was asked last. After a long pause it takes several answers.',
  params: z.tuple([identifier]),
  paramNames: ['filter'],
  result: z.union([z.array(results.hash), z.array(results.log), z.array(results.transaction)]),
  long: true,
  cost: 5,
  handler: async ([id], { chain, reads, feeds, filters, view, clock }) => {
    const head = () => ({ reads, head: chain.head.header.number, pool: feeds.pool })
    const changes = await filters.changes(id, head)
    if (changes.kind === 'logs') return renderFoundLogs(changes.logs, clock)
    if (changes.kind === 'blocks' || !changes.whole) return changes.hashes.map(hex)
    return changes.hashes.flatMap((hash) => {
      const found = chain.pool.byHash(hash)
      return found === undefined ? [] : [renderPending(view, found)]
    })
  },
})
