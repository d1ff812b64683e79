import { z } from 'zod'

import { hex, toBigInt } from '#base'

import { RpcFault } from '../../errors.ts'
import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { block } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { known } from '../known.ts'
import { ordered } from './ordered.ts'

export const getFinality = defineMethod({
  name: 'pars_getFinality',
  summary:
    'Signed headers of the DAG by which validators with a quorum of the stake attest a block; verifyFinality of pars/sdk/finality checks them against the genesis.',
  params: z.tuple([block]),
  paramNames: ['block'],
  result: z.strictObject({
    number: results.quantity,
    hash: results.hash,
    epoch: z.int().nonnegative(),
    attestations: z.array(
      z.strictObject({
        author: z.int().nonnegative(),
        core: results.data,
        attestations: results.data,
        signature: results.data,
      }),
    ),
  }),
  long: true,
  async handler([ref], context) {
    const order = ordered(context)
    const { hash, header } = known(await context.reads.header(ref), ref)
    const found =
      header.number === 0n
        ? undefined
        : await order.prove({
            height: Number(header.number),
            blockHash: hash.toHex(),
            commit: Number(toBigInt(header.extraData.subarray(8, 16))),
          })
    if (found === undefined) throw unproven(header.number)
    return {
      number: quantity(header.number),
      hash: hex(hash),
      epoch: order.committee().epoch,
      attestations: found.map(({ author, core, attestations, signature }) => ({
        author,
        core: hex(core),
        attestations: hex(attestations),
        signature: hex(signature),
      })),
    }
  },
})

function unproven(number: bigint): RpcFault {
  return new RpcFault(
    { code: 'RPC_FINALITY_UNPROVEN', number: quantity(number) },
    'this node has no quorum of attestations of that block: it is not final yet, it is block 0, or they are older than the order is kept; ask for a later block, or for pars_getCheckpoint',
  )
}
