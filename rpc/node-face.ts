/** How a node takes part in a network that a committee orders, as its operator is told. */
export interface NodeStatus {
  readonly role: 'sealer' | 'follower' | 'validator'
  /** What the order stands at; null where this node seals by itself. */
  readonly consensus: ConsensusStatus | null
  /** Connections. */
  readonly peers: number
}

export interface ConsensusStatus {
  readonly epoch: number
  /** Own index in the committee; null for a follower. */
  readonly author: number | null
  /** Whether it signs, or what it waits for. */
  readonly standing: string
  readonly execution: string
  readonly round: number
  /** Index of the last commit, of the last one executed, and of the last one that a quorum made. */
  readonly committed: number
  readonly executed: number
  readonly certified: number
  /** Highest block that a quorum has attested. */
  readonly finalized: number
  /** Blocks from its start to the highest that it was told of; null for a node that keeps up. */
  readonly sync: { readonly from: number; readonly to: number } | null
  readonly isIdle: boolean
  /** What the store of the order holds; bytes of a day at the present pace. */
  readonly retained: {
    readonly commits: number
    readonly bytes: number
    readonly bytesPerDay: number | null
  }
  /** By author: whether this node is connected to it, and the last round heard from it. */
  readonly validators: readonly {
    readonly peer: string
    readonly isConnected: boolean
    readonly round: number
  }[]
}

export interface PeerFacts {
  readonly peer: string
  readonly address: string
  readonly direction: 'inbound' | 'outbound'
  /** Of the committee, or one that the operator named. */
  readonly isReserved: boolean
  readonly client: string
  readonly head: number
}

/** What RPC sees of the node around the chain. */
export interface NodeFace {
  status(): NodeStatus
  peers(): readonly PeerFacts[]
}

/** A node that is its whole network. */
export const sealer: NodeFace = {
  status: () => ({ role: 'sealer', peers: 0, consensus: null }),
  peers: () => [],
}
