import { z } from 'zod'

import { hex } from '#base'

import { defineMethod } from '../../method.ts'
import { data } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const sendRawTransaction = defineMethod({
  name: 'eth_sendRawTransaction',
  summary:
    'Takes a signed transaction into the pool; answers its hash once it is verified and on disk.',
  differs:
    'takes type 0x50 alone, signed with ML-DSA; its hash is that of the signed payload, known before it is sent.',
  cost: 10,
  params: z.tuple([data]),
  paramNames: ['transaction'],
  result: results.hash,
  writes: true,
  handler: async ([wire], { chain, client }, attempt) => {
    attempt.begin()
    return hex(await chain.pool.submit(wire, { kind: 'client', id: client }))
  },
})
