import { z } from 'zod'

import type { FeeHistory } from '#chain'

import { RpcFault } from '../../errors.ts'
import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { numberedBlock, quantity64 } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

const percentiles = z.array(z.number(), { error: 'must be a list of numbers' })

const count = z.union([quantity64.transform(Number), z.number().int().nonnegative()], {
  error: 'must be a number of blocks',
})

export const feeHistory = defineMethod({
  name: 'eth_feeHistory',
  summary: 'Base fees, fullness and priority fees of recent blocks, oldest first.',
  differs: 'blob fields are zeros where there are no blobs.',
  params: z.tuple([count, numberedBlock, percentiles.nullish()]),
  paramNames: ['blockCount', 'newestBlock', 'rewardPercentiles'],
  result: results.feeHistory,
  long: true,
  cost: 10,
  handler: async ([blocks, newest, chosen], { chain, reads }) => {
    if (blocks === 0) return { oldestBlock: quantity(0), baseFeePerGas: [], gasUsedRatio: [] }
    const history = await reads.feeHistory(blocks, newest, chosen ?? [])
    if (history === undefined) throw beyondHead(chain.head.header.number)
    return render(history, (chosen ?? []).length > 0)
  },
})

function render(history: FeeHistory, rewarded: boolean): z.output<typeof results.feeHistory> {
  return {
    oldestBlock: quantity(history.oldest),
    baseFeePerGas: history.baseFees.map(quantity),
    gasUsedRatio: history.gasUsed.map(
      (used, index) => Number(used) / Number(history.gasLimits[index] ?? 1n),
    ),
    ...(rewarded ? { reward: history.rewards.map((block) => block.map(quantity)) } : {}),
    ...(history.blobBaseFees.length === 0
      ? {}
      : {
          baseFeePerBlobGas: history.blobBaseFees.map(quantity),
          blobGasUsedRatio: [...history.blobGasUsedRatios],
        }),
  }
}

function beyondHead(head: bigint): RpcFault {
  return new RpcFault(
    { code: 'RPC_BLOCK_BEYOND_HEAD', head },
    `request beyond head block: the latest is ${head}`,
  )
}
