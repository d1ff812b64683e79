import type { Chain } from '#chain'
import { limits, parameters, type ValidatorStatus } from '#consensus'
import type { Network } from '#network'
import type { ConsensusFace, ConsensusStatus, NodeFace } from '#rpc'

import type { CommitteeNode } from './committee-node.ts'

/** What RPC tells of a node of a committee's network. */
export function nodeFace(
  {
    validator,
    network,
    seats,
    commits,
  }: Pick<CommitteeNode, 'commits' | 'network' | 'seats' | 'validator'>,
  chain: Pick<Chain, 'head'>,
): NodeFace {
  const from = Number(chain.head.header.number)
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
          sync: syncOf(validator.status, network, from),
          isIdle,
          retained: { ...retained, bytesPerDay: retained.bytesPerDay ?? null },
          validators: peers.map(({ author: member, peer, isConnected, heard }) => ({
            peer: seats.nodeOf(member) ?? peer,
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
    consensus: consensusFace(validator, seats),
    onCommit: (listener) => commits.add(listener),
  }
}

function consensusFace(
  validator: CommitteeNode['validator'],
  seats: CommitteeNode['seats'],
): ConsensusFace {
  return {
    committee() {
      const { epoch, root, total, quorum, members } = validator.committee
      const { peers } = validator.status
      return {
        epoch,
        root: Uint8Array.fromHex(root),
        total,
        quorum,
        members: members.map(({ publicKey, stake, account, peerId }, author) => ({
          publicKey,
          stake,
          account,
          peer: seats.nodeOf(author) ?? peerId,
          isConnected: peers[author]?.isConnected ?? false,
          round: peers[author]?.heard ?? 0,
        })),
      }
    },
    tips: () => validator.tips,
    prove: (block) => validator.proveFinality(block),
    checkpointInterval: limits.checkpointInterval.value,
    checkpoint: (height) => validator.checkpoint(height),
  }
}

/** Behind by more than what is on its way between two nodes that keep up. */
function syncOf(
  { committed, certified = committed, executedCommit, finalized }: ValidatorStatus,
  network: Pick<Network, 'peers'>,
  from: number,
): ConsensusStatus['sync'] {
  if (certified - executedCommit <= parameters.executionLag) return null
  // Whoever is nobody's choice can tell of any height.
  const heads = network
    .peers()
    .filter(({ isReserved }) => isReserved)
    .map(({ status }) => status.head.height)
  return { from, to: Math.max(from, finalized, ...heads) }
}
