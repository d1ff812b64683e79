/** The filter of eth_getLogs. */
import { z } from 'zod'

import { limits } from '../limits.ts'
import { address, hash, numberedBlock } from './params.ts'

const addresses = z.array(address).max(limits.filterAddresses.value, 'exceed max addresses')
const topic = z.union([hash, z.array(hash).max(limits.filterTopics.value)], {
  error: `must be a topic of 32 bytes, at most ${limits.filterTopics.value} of them, or null`,
})

export const logFilter = z.object(
  {
    fromBlock: numberedBlock.nullish(),
    toBlock: numberedBlock.nullish(),
    blockHash: hash.nullish(),
    address: z
      .union([address, addresses], {
        error: `must be an address or at most ${limits.filterAddresses.value} of them`,
      })
      .nullish()
      .transform((given) => (given instanceof Uint8Array ? [given] : (given ?? []))),
    topics: z
      .array(topic.nullish())
      .max(4, 'exceed max topics: a log has four')
      .nullish()
      .transform((positions) =>
        (positions ?? []).map((any) => (any instanceof Uint8Array ? [any] : (any ?? []))),
      ),
  },
  { error: 'must be a filter object' },
)
