import type { Network } from '#network'
import type { AdminNetwork, NodeFace } from '#rpc'

/** A node as its operator sees it, too. @param network Undefined where the node is the whole of it. */
export function administered(
  node: NodeFace,
  { data, network }: { readonly data: string; readonly network: Network | undefined },
): NodeFace {
  return {
    ...node,
    admin: { data, network: network === undefined ? undefined : administrationOf(network) },
  }
}

function administrationOf(network: Network): AdminNetwork {
  return {
    peer: network.peer,
    addresses: () => network.addresses(),
    add: (address) => network.addStatic(address),
    remove: (peer) => network.removeStatic(peer),
  }
}
