import { z } from 'zod'

import { hex } from '#base'

import { limits } from '../../limits.ts'
import { defineMethod } from '../../method.ts'
import { address, block } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { absent } from './traced.ts'

const most = limits.storageEntries.value

/** Tools send the beginning of a hash, too. */
const start = z
  .string()
  .regex(/^0x[0-9a-fA-F]{0,64}$/, 'must be the beginning of a hash: 0x and at most 64 digits')
  .transform((text) => Uint8Array.fromHex(text.slice(2).padEnd(64, '0')))

export const storageRangeAt = defineMethod({
  name: 'debug_storageRangeAt',
  summary:
    'Storage of a contract before a transaction of a block, in the order of the hashes of its slots. Needs an archive for old blocks.',
  params: z.tuple([
    block,
    z.number().int().nonnegative(),
    address,
    start,
    z.number().int().nonnegative(),
  ]),
  paramNames: ['block', 'index', 'address', 'start', 'limit'],
  result: z.strictObject({
    storage: z.record(
      results.hash,
      z.strictObject({ key: results.hash.nullable(), value: results.hash }),
    ),
    nextKey: results.hash.nullable(),
  }),
  long: true,
  cost: 20,
  handler: async ([ref, index, account, from, count], { reads }) => {
    const range = await reads.storageRange(ref, index, account, from, Math.min(count, most))
    if (range === undefined) throw absent(ref)
    const entries = range.slots.map(({ hash: key, slot, value }) => [
      hex(key),
      { key: hex(slot), value: hex(value) },
    ])
    return {
      storage: Object.fromEntries(entries),
      nextKey: range.next === undefined ? null : hex(range.next),
    }
  },
})
