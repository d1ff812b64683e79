import { z } from 'zod'

import { hex, type Hex } from '#base'

import { RpcFault } from '../../errors.ts'
import { limits } from '../../limits.ts'
import { defineMethod } from '../../method.ts'
import { blockOrLatest, slot } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { known } from '../known.ts'

const most = limits.storageValues.value

const requests = z
  .record(z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'must be an address'), z.array(slot), {
    error: 'must be an object of lists of storage keys by address',
  })
  .transform((byAddress) =>
    Object.entries(byAddress).map(([key, slots]) => ({
      address: Uint8Array.fromHex(key.slice(2)),
      slots: slots.map(({ word }) => word),
    })),
  )

export const getStorageValues = defineMethod({
  name: 'eth_getStorageValues',
  summary: 'Words of the storage of several contracts, all of one block.',
  params: z.tuple([requests, blockOrLatest]),
  paramNames: ['requests', 'block'],
  result: z.record(results.address, z.array(results.hash)),
  long: true,
  handler: async ([wanted, block], { reads }) => {
    const count = wanted.reduce((sum, { slots }) => sum + slots.length, 0)
    if (count === 0) throw invalid('names no storage key')
    if (count > most) throw tooMany()
    const values = known(await reads.storageValues(wanted, block), block)
    const entries = wanted.map(({ address }, index): [Hex, Hex[]] => [
      hex(address),
      (values[index] ?? []).map(hex),
    ])
    return Object.fromEntries(entries)
  },
})

function invalid(reason: string): RpcFault {
  return new RpcFault(
    { code: 'RPC_PARAMS_INVALID', argument: 0 },
    `invalid argument 0: requests ${reason}`,
  )
}

function tooMany(): RpcFault {
  return new RpcFault(
    { code: 'RPC_SLOTS_TOO_MANY', limit: most },
    `too many slots: ask for at most ${most} at once`,
  )
}
