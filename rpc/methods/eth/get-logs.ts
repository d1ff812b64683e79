import { z } from 'zod'

import type { BlockRef, ChainFace } from '#chain'

import { RpcFault } from '../../errors.ts'
import { limits } from '../../limits.ts'
import { defineMethod } from '../../method.ts'
import { renderFoundLog } from '../../render/log.ts'
import { logFilter } from '../../schema/filter.ts'
import * as results from '../../schema/results.ts'
import { blockUnknown } from '../known.ts'

export const getLogs = defineMethod({
  name: 'eth_getLogs',
  summary: 'Logs of a range of blocks, or of one block by hash, that match a filter.',
  params: z.tuple([logFilter]),
  paramNames: ['filter'],
  result: z.array(results.log),
  long: true,
  handler: async ([filter], { chain }) => {
    const range = await rangeOf(filter, chain)
    const found = await chain.reads.logs({
      ...range,
      addresses: filter.address,
      topics: filter.topics,
      limit: limits.logResults.value,
      byteLimit: limits.logBytes.value,
    })
    return found.map(renderFoundLog)
  },
})

interface Range {
  readonly from: bigint
  readonly to: bigint
}

async function rangeOf(
  { blockHash, fromBlock, toBlock }: z.output<typeof logFilter>,
  chain: ChainFace,
): Promise<Range> {
  const head = chain.head.header.number
  if (blockHash !== undefined && blockHash !== null) {
    if ((fromBlock ?? toBlock ?? undefined) !== undefined) {
      throw refused('cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other')
    }
    const block = await chain.reads.header({ hash: blockHash })
    if (block === undefined) throw blockUnknown({ hash: blockHash })
    return { from: block.header.number, to: block.header.number }
  }
  const from = numberOf(fromBlock ?? 'latest', head)
  const to = numberOf(toBlock ?? 'latest', head)
  if (from > to) throw refused('invalid block range params: fromBlock is after toBlock')
  if (to > head) throw refused('block range extends beyond current head block')
  return { from, to }
}

function numberOf(block: BlockRef, head: bigint): bigint {
  if (typeof block === 'object') return 'number' in block ? block.number : head
  return block === 'earliest' ? 0n : head
}

function refused(reason: string): RpcFault {
  return new RpcFault({ code: 'RPC_LOGS_RANGE' }, reason)
}
