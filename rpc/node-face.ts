import type { Hex } from '#base'

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

/** One step of the order that a committee agreed on, once this node has executed it. */
export interface CommitFacts {
  readonly epoch: number
  /** 1 for the first of an epoch. */
  readonly index: number
  /** 32 bytes in hexadecimal. */
  readonly digest: Hex
  /** Milliseconds since 1970, as the committee agreed on it. */
  readonly timestamp: number
  /** The block of the DAG that commits the others. */
  readonly leader: { readonly round: number; readonly author: number; readonly digest: Hex }
  /** Blocks of the DAG in it, the leader's included. */
  readonly vertices: number
  /** What execution made of it: none, one or several. */
  readonly blocks: readonly { readonly number: number; readonly hash: Hex }[]
}

/** What only the operator is told and may change. */
export interface AdminFace {
  /** The data folder. */
  readonly data: string
  /** Undefined where the node is its whole network. */
  readonly network: AdminNetwork | undefined
}

export interface AdminNetwork {
  /** The own PeerId. */
  readonly peer: string
  /** Where others dial this node, with `/p2p/`. */
  addresses(): readonly string[]
  /** Stays connected from now on. Throws `NETWORK_ADDRESS` and `NETWORK_STATIC_FULL`. */
  add(address: string): void
  /** @returns Whether the operator had named it. */
  remove(peer: string): Promise<boolean>
}

/** The validators of an epoch, and how this node hears them. */
interface CommitteeFacts {
  readonly epoch: number
  /** sha256 of its SSZ; 32 bytes. */
  readonly root: Uint8Array
  readonly total: bigint
  /** The stake that decides. */
  readonly quorum: bigint
  readonly members: readonly MemberFacts[]
}

interface MemberFacts {
  /** ML-DSA-65. */
  readonly publicKey: Uint8Array
  readonly stake: bigint
  /** 20 bytes: whom it works for. */
  readonly account: Uint8Array
  readonly peer: string
  readonly isConnected: boolean
  /** The last round heard from it. */
  readonly round: number
}

/** A header that attests a block. */
interface AttestationFacts {
  readonly author: number
  readonly core: Uint8Array
  readonly attestations: Uint8Array
  readonly signature: Uint8Array
}

interface CheckpointView {
  readonly version: number
  readonly chainId: bigint
  readonly genesisHash: string
  readonly epoch: number
  readonly height: number
  readonly blockHash: string
  readonly stateRoot: string
  readonly historyRoot: string
  readonly committeeRoot: string
  readonly nextCommitteeRoot: string
}

/** What RPC sees of the order that a committee makes. */
export interface ConsensusFace {
  committee(): CommitteeFacts
  tips(): readonly { readonly author: number; readonly round: number; readonly digest: string }[]
  /** Attestations by a quorum; undefined where this node has none. */
  prove(block: {
    readonly height: number
    readonly blockHash: string
    readonly commit: number
  }): Promise<readonly AttestationFacts[] | undefined>
  /** Heights between two checkpoints. */
  readonly checkpointInterval: number
  checkpoint(height: number | 'latest'): Promise<
    | {
        readonly checkpoint: CheckpointView
        readonly signatures: readonly { readonly author: number; readonly signature: Uint8Array }[]
      }
    | undefined
  >
}

/** What RPC sees of the node around the chain. */
export interface NodeFace {
  status(): NodeStatus
  peers(): readonly PeerFacts[]
  /**
   * Absent where this node orders by itself.
   * @param listener Runs for each commit, in their order, and must not throw.
   * @returns What ends that.
   */
  onCommit?(listener: (commit: CommitFacts) => void): () => void
  /** Absent where this node orders by itself. */
  readonly consensus?: ConsensusFace
  /** Absent where there is no node around the server. */
  readonly admin?: AdminFace
}

/** A node that is its whole network. */
export const sealer: NodeFace = {
  status: () => ({ role: 'sealer', peers: 0, consensus: null }),
  peers: () => [],
}
