import { z } from 'zod'

import { hex, type Hex } from '#base'

import { RpcFault } from '../../errors.ts'
import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { quantity64 } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { ordered } from './ordered.ts'

const count = z.int().nonnegative()
const most = BigInt(Number.MAX_SAFE_INTEGER)

/** @see PIP-0007 "Checkpoints" */
export const getCheckpoint = defineMethod({
  name: 'pars_getCheckpoint',
  summary:
    'The checkpoint of a height with the signatures of a quorum; the newest without one. Made every so many heights.',
  params: z.tuple([quantity64.nullish()]),
  paramNames: ['height'],
  result: z.strictObject({
    version: count,
    chainId: results.quantity,
    genesisHash: results.hash,
    epoch: count,
    height: results.quantity,
    blockHash: results.hash,
    stateRoot: results.hash,
    historyRoot: results.hash,
    committeeRoot: results.hash,
    nextCommitteeRoot: results.hash,
    signatures: z.array(z.strictObject({ author: count, signature: results.data })),
  }),
  async handler([height], context) {
    const order = ordered(context)
    const wanted = height ?? 'latest'
    const isPossible = wanted === 'latest' || wanted <= most
    const found = isPossible
      ? await order.checkpoint(wanted === 'latest' ? wanted : Number(wanted))
      : undefined
    if (found === undefined) throw unknown(order.checkpointInterval)
    const { checkpoint, signatures } = found
    return {
      version: checkpoint.version,
      chainId: quantity(checkpoint.chainId),
      genesisHash: digest(checkpoint.genesisHash),
      epoch: checkpoint.epoch,
      height: quantity(checkpoint.height),
      blockHash: digest(checkpoint.blockHash),
      stateRoot: digest(checkpoint.stateRoot),
      historyRoot: digest(checkpoint.historyRoot),
      committeeRoot: digest(checkpoint.committeeRoot),
      nextCommitteeRoot: digest(checkpoint.nextCommitteeRoot),
      signatures: signatures.map(({ author, signature }) => ({
        author,
        signature: hex(signature),
      })),
    }
  },
})

function digest(text: string): Hex {
  return `0x${text}`
}

function unknown(interval: number): RpcFault {
  return new RpcFault(
    { code: 'RPC_CHECKPOINT_UNKNOWN', interval },
    `no such checkpoint here: one is made every ${interval} blocks, soon after the block is final`,
  )
}
