/** What governance answers. Times are seconds since 1970, amounts and votes wei. */
import { z } from 'zod'

import { limits, pipStatuses, pipTypes, proposalStates, upgradeStates } from '#governance'

import { index } from './params.ts'
import { address, data, hash, quantity } from './results.ts'

/** A whole number, or the same as a quantity. */
export const count = z.union([z.int().nonnegative().max(0xffffffff), index], {
  error: 'must be a whole number below 2^32',
})

export const pageSize = z
  .union([z.int(), index], { error: 'must be a whole number' })
  .refine((most) => most >= 1 && most <= limits.pipPage.value, {
    error: `must be 1 to ${limits.pipPage.value}`,
  })

const whole = z.int().nonnegative()

const summary = {
  number: whole,
  category: z.string().nullable(),
  type: z.enum(pipTypes),
  title: z.string(),
  author: address,
  status: z.enum(pipStatuses),
  revision: whole,
  contentHash: hash,
  size: whole,
  tier: whole,
  submittedAt: whole,
  reviewEnds: whole.nullable(),
  proposalId: quantity.nullable(),
  executedAt: whole.nullable(),
  upgrades: z.array(whole),
}

export const pipPage = z.strictObject({ total: whole, pips: z.array(z.strictObject(summary)) })

const action = {
  target: address,
  value: quantity,
  data,
  text: z.string().nullable(),
}

const proposal = z.strictObject({
  id: quantity,
  state: z.enum(proposalStates),
  snapshot: whole,
  deadline: whole,
  eta: whole.nullable(),
  expiry: whole,
  tier: whole,
  timelock: whole,
  majority: whole,
  for: quantity,
  against: quantity,
  abstain: quantity,
  quorum: quantity.nullable(),
  hasQuorum: z.boolean(),
  hasMajority: z.boolean(),
})

export const pip = z.strictObject({
  ...summary,
  chunks: z.array(hash),
  actions: z.array(z.strictObject(action)),
  proposal: proposal.nullable(),
})

export const pipContent = z.strictObject({
  number: whole,
  revision: whole,
  title: z.string(),
  contentHash: hash,
  text: z.string().nullable(),
  data: data.nullable(),
})

export const pipSimulation = z.strictObject({
  number: whole,
  revision: whole,
  success: z.boolean(),
  reason: z.string().nullable(),
  gasUsed: quantity,
  actions: z.array(
    z.strictObject({
      ...action,
      success: z.boolean(),
      gasUsed: quantity,
      reason: z.string().nullable(),
      returnData: data,
      logs: z.array(
        z.strictObject({ address, topics: z.array(hash), data, text: z.string().nullable() }),
      ),
    }),
  ),
})

export const votes = z.strictObject({
  account: address,
  time: whole,
  votes: quantity,
  weight: quantity,
  delegatee: address,
  supply: quantity,
  locks: z
    .array(
      z.strictObject({
        id: whole,
        amount: quantity,
        end: whole.nullable(),
        kept: whole.nullable(),
      }),
    )
    .nullable(),
})

const plugin = {
  name: z.string(),
  version: z.string(),
  address,
  specHash: hash,
  module: z.string().nullable(),
  integrity: z.string().nullable(),
}

const upgrade = {
  id: whole,
  pip: whole,
  activation: whole,
  lapse: whole,
  plugins: z.array(z.strictObject(plugin)),
  settings: z.array(z.strictObject({ name: z.string(), value: quantity })),
}

export const upgradeSchedule = z.strictObject({
  pending: z.array(
    z.strictObject({
      ...upgrade,
      totalStake: quantity,
      readyStake: quantity,
      neededStake: quantity,
      isReady: z.boolean(),
    }),
  ),
  past: z.array(
    z.strictObject({
      ...upgrade,
      state: z.enum(upgradeStates),
      activatedAt: quantity.nullable(),
    }),
  ),
  activated: z.array(z.strictObject({ ...plugin, from: quantity })),
})

export const identity = z.strictObject({
  id: hash,
  controller: address,
  head: hash,
  sequence: quantity,
  controlEpoch: whole,
  isDeactivated: z.boolean(),
  offeredTo: address.nullable(),
  anchoredAt: whole,
  anchoredHeight: quantity,
})

export const prekeyRoot = z.strictObject({
  publisher: address,
  epoch: quantity,
  root: hash.nullable(),
  count: whole,
  publishedAt: whole,
  expiry: whole,
})

export const sessionKeys = z.strictObject({
  total: whole,
  keys: z.array(
    z.strictObject({
      id: whole,
      holder: address,
      notBefore: whole,
      expiry: whole,
      maxCalls: whole,
      calls: whole,
      perCall: quantity,
      budget: quantity,
      spent: quantity,
      isStanding: z.boolean(),
      allow: z.array(z.strictObject({ target: address, selector: data.nullable() })),
    }),
  ),
})
