/** What is answered of models and of claims. Times are seconds since 1970, amounts wei. */
import { z } from 'zod'

import {
  challengeStatuses,
  challengeTurns,
  claimStatuses,
  modelKinds,
  modelStatuses,
} from '#precompiles'

import { address as givenAddress, hash as givenHash, index } from './params.ts'
import { address, hash, quantity } from './results.ts'

export function pageSize(most: number) {
  return z
    .union([z.int(), index], { error: 'must be a whole number' })
    .refine((size) => size >= 1 && size <= most, { error: `must be 1 to ${most}` })
}

export const modelFilter = z.union(
  [
    z.strictObject({ owner: givenAddress }),
    z.strictObject({ publisher: givenAddress, name: z.string().min(1).max(64) }),
  ],
  { error: 'must be { owner }, or { publisher, name }' },
)

export const claimFilter = z.strictObject({ model: givenHash }, { error: 'must be { model }' })

const whole = z.int().nonnegative()

const summary = {
  id: hash,
  name: z.string(),
  version: whole,
  owner: address,
  status: z.enum(modelStatuses),
  kind: z.enum(modelKinds),
  runtime: whole,
  size: whole,
  hash,
  licence: z.string(),
}

/** Where the next page begins; null behind the last one. */
const next = whole.nullable()

export const modelPage = z.strictObject({
  total: whole,
  next,
  models: z.array(z.strictObject(summary)),
})

export const model = z.strictObject({
  ...summary,
  metadata: z.string(),
  cost: z
    .strictObject({
      macs: quantity,
      elements: quantity,
      inputBytes: whole,
      outputBytes: whole,
      activeFrom: quantity,
    })
    .nullable(),
  terms: z.strictObject({
    windowSeconds: whole,
    windowBlocks: whole,
    turnSeconds: whole,
    turnBlocks: whole,
    bond: quantity,
    attesters: hash.nullable(),
    threshold: whole,
  }),
})

/** Over when both have come. */
const moment = z.strictObject({ timestamp: whole, height: quantity })

const claimed = {
  id: hash,
  status: z.enum(claimStatuses),
  tier: z.literal('OPTIMISTIC').nullable(),
  model: hash,
  claimant: address,
  bond: quantity,
  traceTop: hash,
  inputHash: hash,
  outputHash: hash,
  made: moment,
  openChallenges: whole,
  totalChallenges: whole,
}

export const claimPage = z.strictObject({
  total: whole,
  next,
  claims: z.array(z.strictObject(claimed)),
})

export const claim = z.strictObject({
  ...claimed,
  windowEnds: moment,
  challenges: z.array(
    z.strictObject({
      number: whole,
      status: z.enum(challengeStatuses),
      turn: z.enum(challengeTurns),
      level: whole,
      index: whole,
      hash,
      challenger: address,
      bond: quantity,
      since: moment,
      turnEnds: moment.nullable(),
    }),
  ),
})
