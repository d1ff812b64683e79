import { RpcFault } from '../../errors.ts'
import type { AdminFace, AdminNetwork, NodeFace } from '../../node-face.ts'

/** Throws `RPC_ADMIN_ABSENT` for a server that stands in no node. */
export function administration({ admin }: NodeFace): AdminFace {
  if (admin !== undefined) return admin
  throw new RpcFault({ code: 'RPC_ADMIN_ABSENT' }, 'this server administers no node')
}

/** Throws `RPC_ADMIN_ABSENT`. */
export function networkOf(node: NodeFace): AdminNetwork {
  const { network } = administration(node)
  if (network !== undefined) return network
  throw new RpcFault(
    { code: 'RPC_ADMIN_ABSENT' },
    'this node is its whole network: it has no peers',
  )
}
