import { z } from 'zod'

import { hex } from '#base'
import { keccak256 } from '#crypto'

import { defineMethod } from '../../method.ts'
import { data } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'

export const sha3 = defineMethod({
  name: 'web3_sha3',
  summary: 'keccak256 of data.',
  params: z.tuple([data]),
  paramNames: ['data'],
  result: results.hash,
  handler: ([bytes]) => hex(keccak256(bytes)),
})
