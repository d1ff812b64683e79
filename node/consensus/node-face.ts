import type { NodeFace } from '#rpc'

import type { CommitteeNode } from './committee-node.ts'

/** What RPC tells of a node of a committee's network. */
export function nodeFace({ validator, network }: CommitteeNode): NodeFace {
  return {
    status() {
      const {
        author,
        standing,
        execution,
        round,
        committed,
        executedCommit,
        certified,
        finalized,
        isIdle,
        retained,
        peers,
      } = validator.status
      return {
        role: author === undefined ? 'follower' : 'validator',
        peers: network.peers().length,
        consensus: {
          epoch: 0,
          author: author ?? null,
          standing,
          execution,
          round,
          committed,
          executed: executedCommit,
          certified: certified ?? committed,
          finalized,
          isIdle,
          retained: { ...retained, bytesPerDay: retained.bytesPerDay ?? null },
          validators: peers.map(({ peer, isConnected, heard }) => ({
            peer,
            isConnected,
            round: heard,
          })),
        },
      }
    },
    peers: () =>
      network.peers().map(({ peer, address, direction, isReserved, status }) => ({
        peer,
        address,
        direction,
        isReserved,
        client: status.client,
        head: status.head.height,
      })),
  }
}
