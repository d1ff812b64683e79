/**
 * What reaches the core. Every event is data; whatever takes time (signatures, disk, network,
 * execution) was done before by the adapter, which an effect asked for it.
 */
import type { Block, Digest, ExecAttestation, Header } from './block.ts'
import type { Commit } from './commit.ts'

/** The PeerId of a connection, authenticated by the transport. */
export type Peer = string

export type Event =
  | { readonly type: 'start' }
  /** The time of a `wake` has come. More often does no harm. */
  | { readonly type: 'tick' }
  /** A decoded block, pushed by its author or in answer to a `fetch`. */
  | { readonly type: 'received'; readonly from: Peer; readonly block: Block }
  /** Answers `verify`. */
  | { readonly type: 'verified'; readonly key: Digest; readonly valid: boolean }
  /** Answers `payload`: transactions for the own block of this round, owned by this validator. */
  | {
      readonly type: 'payload'
      readonly round: number
      readonly transactions: readonly Uint8Array[]
    }
  /** Answers `sign`. */
  | { readonly type: 'signed'; readonly digest: Digest; readonly signature: Uint8Array }
  /** Answers `persist`: its records, and all before them, survive a loss of power. In order. */
  | { readonly type: 'persisted'; readonly token: number }
  /** Whether transactions wait that this validator may put forward now. */
  | { readonly type: 'pool'; readonly waiting: boolean }
  /**
   * A commit is executed and its state is durable (W3). `heights` are its blocks of the chain, in
   * order; none when it made none.
   */
  | {
      readonly type: 'executed'
      readonly commit: number
      readonly heights: readonly ExecAttestation[]
    }
  /** Answers `fetchCommits`; `headers` vote for the last of `commits`. */
  | {
      readonly type: 'commits'
      readonly from: Peer
      readonly commits: readonly Commit[]
      readonly blocks: readonly Block[]
      readonly headers: readonly Header[]
    }
  /** A start-up question of a peer. */
  | { readonly type: 'asked'; readonly from: Peer; readonly author: number; readonly id: number }
  /**
   * Answers `ask`. The adapter has checked the answer's signature over its challenge, and those of
   * the two headers: the highest that `author` signed, and the highest of this validator that
   * `author` has seen.
   */
  | {
      readonly type: 'answered'
      readonly author: number
      readonly own: Header | undefined
      readonly yours: Header | undefined
    }
