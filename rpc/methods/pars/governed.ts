import type { BlockRef } from '#chain'
import type { StateCall } from '#precompiles'

import { limits } from '../../limits.ts'
import type { Context } from '../../method.ts'
import { known } from '../known.ts'
import { workOf } from '../metered.ts'

/**
 * What `read` finds in contracts and precompiles of the network, on one block for all of its calls: the
 * head as it is now. Their gas is charged together.
 */
export async function governed<Result>(
  { chain, reads, spend }: Pick<Context, 'chain' | 'reads' | 'spend'>,
  read: (call: StateCall) => Promise<Result>,
): Promise<Result> {
  const at: BlockRef = { number: chain.head.header.number }
  let gas = 0n
  try {
    return await read(async (to, data) => {
      const result = known(await reads.call({ to, data }, at), at)
      gas += workOf(result)
      return { output: result.output, isReverted: result.failure !== undefined }
    })
  } finally {
    spend(Math.floor(Number(gas) / limits.unitGas.value))
  }
}
