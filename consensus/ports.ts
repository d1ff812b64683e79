/**
 * What consensus needs of the world. The shapes of the network are those that network offers, so that a
 * composition root passes one to the other as it is; the simulator brings its own.
 */
import type { Clock, Log, Random } from '#base'
import type { Context } from '#protocol'
import type { Store } from '#storage'

import type { Block, Digest, ExecAttestation, Header } from './core/block.ts'
import type { CommittedBlocks, Decision } from './core/commit.ts'
import type { Peer } from './core/events.ts'
import type { Evidence } from './core/evidence.ts'

export interface Answer {
  readonly items: readonly Uint8Array[]
  /** The answer was cut: ask again for what follows the last item. */
  readonly more: boolean
}

export interface Network {
  /** Queues a frame. False when it was not queued: the queue is full (`drained` follows) or the peer is gone. */
  push(peer: Peer, protocol: string, frame: Uint8Array): boolean
  /** Rejects with a Fault when there is no answer. */
  request(peer: Peer, protocol: string, request: Uint8Array): Promise<Answer>
  /** Gossips. @returns How many peers it went to. */
  publish(topic: string, message: Uint8Array): Promise<number>
  /** Where a peer comes from, as far as its address tells: many names may be one machine. */
  originOf?(peer: Peer): string | undefined
  /** Holds against a peer what only one that misbehaves does. */
  blame(peer: Peer, reason: string): void
}

export interface Sender {
  readonly peer: Peer
}

/** A protocol of frames, as network takes it. What `receive` throws closes the stream. */
export interface PushHandler {
  readonly id: string
  readonly traffic: 'dag'
  /** The next frame of that peer waits for the promise. */
  receive(frame: Uint8Array, from: Sender): Promise<void>
  drained(peer: Peer): void
  interrupted(peer: Peer): void
}

/** A protocol of questions, as network takes it. */
export interface RequestHandler {
  readonly id: string
  readonly traffic: 'sync'
  /** Bytes that each question counts for, on top of its answer; what little costs little when absent. */
  readonly cost?: number
  admits?(peer: Peer): boolean
  answer(request: Uint8Array, from: Sender): AsyncIterable<Uint8Array>
}

/** A topic of gossip, as network takes it. */
export interface TopicHandler {
  readonly name: string
  validate(message: Uint8Array, from: Sender): Promise<'accept' | 'ignore' | 'reject'>
}

/** The validator's key. */
export interface Signer {
  /** ML-DSA-65, 1952 bytes. */
  readonly publicKey: Uint8Array
  sign(message: Uint8Array, context: Context): Promise<Uint8Array>
}

/** ML-DSA-65. A rejection is a fault of this host, never a verdict, and ends the validator. */
export type Verify = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
  context: Context,
) => Promise<boolean>

/** What one own block may carry. */
export interface PayloadRequest {
  readonly round: number
  /** Of all transactions together, as SSZ. */
  readonly bytes: number
  readonly transactions: number
}

/** What execution has on disk when consensus starts. */
export interface Executed {
  /** Index of the last commit whose state is durable; 0 before the first. */
  readonly commit: number
  /** Its results, ascending: the head, and as many before it as are not final. */
  readonly results: readonly ExecAttestation[]
  /** The highest height that was final. */
  readonly finalized: number
}

/** What a checkpoint says of one height. */
export interface CheckpointFacts {
  readonly blockHash: Digest
  readonly stateRoot: Digest
}

export interface Execution {
  executed(): Promise<Executed>
  /**
   * Executes the next commit: one call at a time, in the order of indices. Resolves once the state
   * and the commit's index are durable together (W3), with the blocks that it made, ascending. A
   * rejection ends execution, while ordering goes on.
   */
  execute(commit: CommittedBlocks): Promise<readonly ExecAttestation[]>
  /** Transactions that this validator may put forward in this round; they stay in the pool. */
  payload(request: PayloadRequest): readonly Uint8Array[]
  /**
   * Whether transactions wait that are in no block yet, be they this validator's to put forward or
   * another's: while they do, rounds are not idle.
   */
  waiting(): boolean
  /** Of an executed block; undefined when it is not kept. */
  facts(height: number): Promise<CheckpointFacts | undefined>
}

export interface Halt {
  readonly height: number
  readonly own: Digest
  readonly other: Digest
  /** Who attested the other block. */
  readonly authors: readonly number[]
  /** They are a quorum: this node is the one that is wrong. */
  readonly outvoted: boolean
}

/** What others may want to know. Each runs between two steps and must not throw. */
export interface Observers {
  /** For traces and metrics. */
  decided?(decision: Decision<Block>): void
  /** A block is in the DAG, and durable: its transactions are on their way. */
  accepted?(block: Block): void
  finalized?(height: number, blockHash: Digest): void
  /** Proves by itself that its author is to be slashed. */
  evidence?(evidence: Evidence): void
  /** `author` signed two checkpoints of one height: each as SSZ of the checkpoint and its signature. */
  contradiction?(author: number, first: Uint8Array, second: Uint8Array): void
  /** Validity stake attested another block than this node executed. Execution has stopped. */
  halted?(halt: Halt): void
  /** Another process signs with this validator's key. This one signs no more. */
  doppelganger?(header: Header): void
  /** Disk, signer or verifier failed: the validator has stopped. Or execution did: it alone has. */
  failed?(part: 'store' | 'signer' | 'verifier' | 'execution' | 'core', error: unknown): void
}

export interface Ports {
  readonly network: Network
  /** Undefined for a node that only follows. */
  readonly signer: Signer | undefined
  readonly verify: Verify
  readonly execution: Execution
  /** Of consensus alone. Whoever opened it closes it, after `stop`. */
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly observers?: Observers
}
