/** @see https://github.com/libp2p/specs/blob/master/pubsub/gossipsub/gossipsub-v1.1.md#peer-scoring */
import type { GossipsubOpts } from '@libp2p/gossipsub'

type PeerScore = GossipsubOpts['scoreParams']

/**
 * Without parameters per topic every score is zero, whatever a peer sends. Delivery rates (P3) are
 * not scored: transactions come in bursts, and a quiet hour would empty the mesh.
 */
const topicScore = {
  topicWeight: 1,
  timeInMeshWeight: 0.01,
  timeInMeshQuantum: 1_000,
  timeInMeshCap: 1_000,
  firstMessageDeliveriesWeight: 0.1,
  firstMessageDeliveriesDecay: 0.99,
  firstMessageDeliveriesCap: 100,
  meshMessageDeliveriesWeight: 0,
  meshMessageDeliveriesDecay: 0.5,
  meshMessageDeliveriesCap: 100,
  meshMessageDeliveriesThreshold: 20,
  meshMessageDeliveriesWindow: 10,
  meshMessageDeliveriesActivation: 5_000,
  meshFailurePenaltyWeight: 0,
  meshFailurePenaltyDecay: 0.5,
  invalidMessageDeliveriesWeight: -20,
  invalidMessageDeliveriesDecay: 0.99,
} as const

export function peerScore(topics: readonly string[]): PeerScore {
  return {
    topics: Object.fromEntries(topics.map((topic) => [topic, { ...topicScore }])),
    // Admission counts addresses already, and a devnet lives on one.
    IPColocationFactorWeight: 0,
    behaviourPenaltyThreshold: 6,
    // Fresh identities are free: what is kept of each that left is soon forgotten.
    retainScore: 60_000,
  }
}

export const scoreThresholds: GossipsubOpts['scoreThresholds'] = {
  gossipThreshold: -40,
  publishThreshold: -80,
  graylistThreshold: -160,
  acceptPXThreshold: 1_000,
  opportunisticGraftThreshold: 1,
}
