import { RpcFault } from '../../errors.ts'
import type { Context } from '../../method.ts'
import type { ConsensusFace } from '../../node-face.ts'

/** Throws `RPC_COMMITTEE_ABSENT` where the node orders by itself. */
export function ordered({ node }: Pick<Context, 'node'>): ConsensusFace {
  if (node.consensus !== undefined) return node.consensus
  throw new RpcFault(
    { code: 'RPC_COMMITTEE_ABSENT' },
    'this network has no committee: one node orders it, and each of its blocks is final at once',
  )
}
