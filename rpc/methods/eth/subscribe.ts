import { z } from 'zod'

import { RpcFault } from '../../errors.ts'
import { limits } from '../../limits.ts'
import { type Context, defineMethod } from '../../method.ts'
import { logFilter } from '../../schema/filter.ts'
import * as results from '../../schema/results.ts'
import type { Session } from '../../subscriptions/session.ts'
import type { Subscription } from '../../subscriptions/subscription.ts'

const kinds = ['newHeads', 'logs', 'newPendingTransactions', 'syncing', 'dag', 'pips'] as const

const kind = z.enum(kinds, `must be one of ${kinds.join(', ')}`)

/** As eth_getLogs takes it; only what comes from now on is told, whatever range it names. */
const details = z.union([z.boolean(), logFilter], {
  error: 'must be a filter object for logs, true or false for newPendingTransactions',
})

type Details = z.output<typeof details> | null | undefined

export const subscribe = defineMethod({
  name: 'eth_subscribe',
  summary:
    'Notifies from now on, each event once and in order: newHeads, logs (with a filter), newPendingTransactions (with true: whole), syncing, dag (commits of the committee), pips (what is done about PIPs; what passes by time alone is not told).',
  cost: 10,
  params: z.tuple([kind, details.nullish()]),
  paramNames: ['kind', 'details'],
  result: results.data,
  handler: ([chosen, given], context) =>
    openSession(context).subscribe((subscription) => follow(chosen, given, subscription, context)),
})

/** Throws `RPC_NOTIFICATIONS`. */
export function openSession({ session }: Context): Session {
  if (session !== undefined) return session
  throw new RpcFault(
    { code: 'RPC_NOTIFICATIONS' },
    'notifications not supported: connect by WebSocket or IPC, or poll with eth_newFilter',
  )
}

/** Throws `RPC_PARAMS_INVALID`, `RPC_SUBSCRIPTION_ABSENT` and `RPC_SUBSCRIPTIONS_FULL`. */
function follow(
  chosen: z.output<typeof kind>,
  given: Details,
  subscription: Subscription,
  { feeds, view, spend }: Context,
): () => void {
  const isFilter = typeof given === 'object' && given !== null
  if (isFilter && chosen !== 'logs') throw superfluous('a filter', 'logs')
  if (given === true && chosen !== 'newPendingTransactions') {
    throw superfluous('true', 'newPendingTransactions')
  }
  switch (chosen) {
    case 'newHeads':
      return feeds.blocks.followHeads(subscription)
    case 'logs': {
      const { address = [], topics = [] } = isFilter ? given : {}
      const end = feeds.blocks.followLogs({ addresses: address, topics }, subscription)
      spend(Math.floor((address.length + topics.flat().length) / limits.unitWords.value))
      return end
    }
    case 'newPendingTransactions':
      return given === true
        ? feeds.pool.followWhole(view, subscription)
        : feeds.pool.followHashes(subscription)
    case 'syncing':
      return feeds.followSyncing(subscription)
    case 'dag':
      return feeds.followCommits(subscription)
    case 'pips':
    default:
      return feeds.blocks.followPips(subscription)
  }
}

function superfluous(what: string, kindOf: string): RpcFault {
  return new RpcFault(
    { code: 'RPC_PARAMS_INVALID', argument: 1 },
    `invalid argument 1: ${what} is for ${kindOf} alone`,
  )
}
