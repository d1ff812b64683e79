import { z } from 'zod'

import { defineMethod } from '../../method.ts'
import { looseInteger } from '../../schema/loose.ts'
import { needed } from '../needed.ts'

const request = z
  .strictObject({ blocks: looseInteger.nullish(), timestamp: looseInteger.nullish() })
  .transform(({ blocks, timestamp }) => ({
    blocks: blocks ?? 1n,
    ...(timestamp === null || timestamp === undefined ? {} : { timestamp }),
  }))

export const mine = defineMethod({
  name: 'evm_mine',
  summary:
    'Makes a block, or `blocks` of them, of what the pool has; empty where it has nothing. A timestamp is of the first.',
  params: z.tuple([
    z
      .union([looseInteger.transform((timestamp) => ({ blocks: 1n, timestamp })), request], {
        error: 'must be a timestamp, or one of { blocks, timestamp }',
      })
      .nullish(),
  ]),
  paramNames: ['options'],
  result: z.literal('0x0'),
  writes: true,
  needs: 'dev',
  async handler([options], { dev }) {
    await needed(dev).mine(options ?? { blocks: 1n })
    return '0x0' as const
  },
})
