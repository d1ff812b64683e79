import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import * as results from '../../schema/results.ts'
import { ordered } from './ordered.ts'

const count = z.int().nonnegative()

export const getValidators = defineMethod({
  name: 'pars_getValidators',
  summary:
    'The validators of the present epoch in the order of their indices, with their stake, and how this node hears them.',
  params: z.tuple([]),
  paramNames: [],
  result: z.strictObject({
    epoch: count,
    committeeRoot: results.hash,
    totalStake: results.quantity,
    quorumStake: results.quantity,
    validators: z.array(
      z.strictObject({
        index: count,
        publicKey: results.data,
        account: results.address,
        stake: results.quantity,
        peer: z.string(),
        isConnected: z.boolean(),
        round: count,
      }),
    ),
  }),
  handler(_, context) {
    const { epoch, root, total, quorum, members } = ordered(context).committee()
    return {
      epoch,
      committeeRoot: hex(root),
      totalStake: quantity(total),
      quorumStake: quantity(quorum),
      validators: members.map(({ publicKey, account, stake, ...heard }, index) => ({
        index,
        publicKey: hex(publicKey),
        account: hex(account),
        stake: quantity(stake),
        ...heard,
      })),
    }
  },
})
