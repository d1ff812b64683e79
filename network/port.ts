import type { Status } from './status/status.ts'

/** A class of traffic, each with its own budget per peer. @see limits */
export type TrafficClass = 'dag' | 'transactions' | 'sync'

/** What a handler may be told and may tell of the peer behind a stream. */
export interface Sender {
  /** PeerId, `Qm…`. */
  readonly peer: string
}

/**
 * One long stream to each peer, one frame per message, in order. The stream may end at any time and
 * what was queued is lost with it: whoever needs all of it resumes by a request.
 */
export interface PushProtocol {
  /** `/pars/<name>/<version>` */
  readonly id: string
  readonly traffic: TrafficClass
  /** Whether a peer may push here; everybody when absent. Others have their stream closed. */
  admits?(peer: string): boolean
  /**
   * Handles one frame (1..`limits.frame` bytes, valid during the call alone unless copied). The next
   * frame of that peer waits for its promise. Throw `malformed(...)` when the bytes can only come from
   * a peer that misbehaves: it is banned. Any other exception closes the stream and is logged.
   */
  receive(frame: Uint8Array, from: Sender): void | Promise<void>
  /** The own stream to `peer` took all that was queued after `push` had answered false. */
  drained?(peer: string): void
  /** The own stream to `peer` ended with frames still queued: those are lost. */
  interrupted?(peer: string): void
}

/** One stream per question. */
export interface RequestProtocol {
  readonly id: string
  readonly traffic: TrafficClass
  /** Bytes that each question counts for, on top of its answer: what finding one costs. */
  readonly cost?: number
  admits?(peer: string): boolean
  /**
   * The items of an answer, each 1..`limits.frame` bytes, taken one by one as the asker reads them.
   * It is cut at `limits.answerBytes`, and the asker told that there is more. Exceptions as in
   * `PushProtocol.receive`.
   */
  answer(
    request: Uint8Array,
    from: Sender,
  ): Iterable<Uint8Array> | AsyncIterable<Uint8Array> | Promise<Iterable<Uint8Array>>
}

export interface Answer {
  readonly items: readonly Uint8Array[]
  /** The answer was cut: ask again for what follows the last item. */
  readonly more: boolean
}

export interface HandshakeCounts {
  /** Before anything was computed for it. */
  readonly refused: number
  readonly begun: number
  readonly completed: number
}

/** What went through since the start, for people who watch. */
export interface TrafficFacts {
  /**
   * Payload bytes. Of gossip, which goes on from peer to peer within its library, `transactions` has
   * what came in alone.
   */
  readonly bytes: Readonly<
    Record<TrafficClass, { readonly received: number; readonly sent: number }>
  >
  readonly handshakes: HandshakeCounts
  /** Peers that are banned now. */
  readonly banned: number
}

/** `reject` only what is wrong in its bytes for everybody for ever: its sender is banned. */
export type Verdict = 'accept' | 'ignore' | 'reject'

/** A topic of gossip. */
export interface Topic {
  /** `transactions`, `checkpoints` */
  readonly name: string
  /** Takes a message in, or not; what is accepted goes on to others. */
  validate(message: Uint8Array, from: Sender): Verdict | Promise<Verdict>
}

export interface Peer {
  /** PeerId, `Qm…`. */
  readonly peer: string
  /** Multiaddr of the remote end. */
  readonly address: string
  readonly direction: 'inbound' | 'outbound'
  /** Of the committee or static. */
  readonly isReserved: boolean
  /** When the connection was verified, in milliseconds since 1970. */
  readonly since: number
  /** As it was last told. */
  readonly status: Status
}

export interface NetworkEvents {
  connected?(peer: Peer): void
  /** No connection to `peer` is left. */
  disconnected?(peer: string): void
  banned?(peer: string, reason: string): void
}

/**
 * What the rest of the house sees of the network. Consensus declares what it needs of this as a port
 * of its own; node/ joins the two.
 */
export interface NetworkPort {
  /** The own PeerId. */
  readonly peer: string
  /** Addresses to dial this node at, with `/p2p/`. */
  addresses(): readonly string[]
  peers(): readonly Peer[]
  traffic(): TrafficFacts
  /** Throws `NETWORK_ADDRESS`, `NETWORK_DIAL`. @returns The PeerId that was reached and verified. */
  dial(address: string): Promise<string>
  disconnect(peer: string): Promise<void>
  /**
   * Bans until the points have decayed; one of the committee, or a static one, loses its connection
   * alone.
   */
  blame(peer: string, reason: string): void
  /**
   * Queues a frame to a peer.
   * @returns False when it was not queued: the queue is full (`drained` follows) or the peer is gone.
   */
  push(peer: string, protocol: string, frame: Uint8Array): boolean
  /** Throws `NETWORK_REQUEST`. */
  request(peer: string, protocol: string, request: Uint8Array): Promise<Answer>
  /** Throws `NETWORK_GOSSIP_SIZE`. @returns How many peers it went to. */
  publish(topic: string, message: Uint8Array): Promise<number>
}
