import { z } from 'zod'

import type { AsyncReads, ChainFace } from '#chain'

import { limits } from '../../limits.ts'
import { defineMethod } from '../../method.ts'
import { renderFoundLogs } from '../../render/log.ts'
import { logFilter } from '../../schema/filter.ts'
import * as results from '../../schema/results.ts'
import { blockUnknown } from '../known.ts'
import { checkedRange, numberAt, type Range, refused } from '../log-range.ts'

export const getLogs = defineMethod({
  name: 'eth_getLogs',
  summary: 'Logs of a range of blocks, or of one block by hash, that match a filter.',
  params: z.tuple([logFilter]),
  paramNames: ['filter'],
  result: z.array(results.log),
  long: true,
  cost: 50,
  handler: async ([filter], { chain, reads, clock }) => {
    const range = await rangeOf(filter, chain, reads)
    const found = await reads.logs({
      ...range,
      addresses: filter.address,
      topics: filter.topics,
      limit: limits.logResults.value,
      byteLimit: limits.logBytes.value,
    })
    return renderFoundLogs(found, clock)
  },
})

async function rangeOf(
  { blockHash, fromBlock, toBlock }: z.output<typeof logFilter>,
  chain: ChainFace,
  reads: AsyncReads,
): Promise<Range> {
  const head = chain.head.header.number
  if (blockHash !== undefined && blockHash !== null) {
    if ((fromBlock ?? toBlock ?? undefined) !== undefined) {
      throw refused('cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other')
    }
    const block = await reads.header({ hash: blockHash })
    if (block === undefined) throw blockUnknown({ hash: blockHash })
    return { from: block.header.number, to: block.header.number }
  }
  const [from, to] = await Promise.all([
    numberAt(fromBlock ?? 'latest', head, reads),
    numberAt(toBlock ?? 'latest', head, reads),
  ])
  return checkedRange({ from, to }, head)
}
