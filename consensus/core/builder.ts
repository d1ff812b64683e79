import { limits } from '../limits.ts'
import type {
  Block,
  BlockRef,
  Body,
  CommitVote,
  Digest,
  ExecAttestation,
  HeaderCore,
} from './block.ts'
import { type Content, headerCore, signedBlock } from './build.ts'
import type { Effect } from './effects.ts'
import { headerDigest } from './hashes.ts'
import { bodySize } from './ssz.ts'
import type { Epoch } from './validity.ts'

/** What the other parts of the core say for an own header. */
export interface Saying {
  readonly ancestors: readonly BlockRef[]
  /** Above the attestation floor, ascending. */
  readonly attestations: readonly ExecAttestation[]
  readonly commitVotes: readonly CommitVote[]
}

type Stage =
  | { readonly name: 'idle' }
  | { readonly name: 'payload'; readonly round: number }
  | {
      readonly name: 'signature'
      readonly content: Content
      readonly core: HeaderCore
      readonly digest: Digest
    }
  | { readonly name: 'store'; readonly block: Block }

/**
 * The own block on its way: transactions are asked for, the header is signed, the block is stored,
 * and only then it exists. One at a time, each of a higher round than all before.
 */
export class Builder {
  readonly #epoch: Epoch
  readonly #author: number
  readonly #emit: (effect: Effect) => void
  #stage: Stage = { name: 'idle' }
  #last: Block | undefined
  #floor: number
  #attestFloor: number

  constructor(
    epoch: Epoch,
    author: number,
    last: Block | undefined,
    floors: { readonly floor: number; readonly attestFloor: number },
    emit: (effect: Effect) => void,
  ) {
    this.#epoch = epoch
    this.#author = author
    this.#last = last
    this.#floor = floors.floor
    this.#attestFloor = floors.attestFloor
    this.#emit = emit
  }

  get isIdle(): boolean {
    return this.#stage.name === 'idle'
  }

  /** The last own block that is durable. */
  get last(): Block | undefined {
    return this.#last
  }

  /** The highest round that was ever signed, or that must not be. */
  get floor(): number {
    return this.#floor
  }

  get attestFloor(): number {
    return this.#attestFloor
  }

  raise(floor: number): void {
    this.#floor = Math.max(this.#floor, floor)
  }

  /** Wants transactions for a block of `round`. */
  begin(round: number): void {
    this.#stage = { name: 'payload', round }
    const bytes = limits.bodyBytes.value
    this.#emit({ type: 'payload', round, bytes, transactions: limits.bodyTransactions.value })
  }

  /** Whether these transactions are the ones that a block waits for. */
  awaits(round: number): boolean {
    return this.#stage.name === 'payload' && this.#stage.round === round
  }

  cancel(): void {
    if (this.#stage.name === 'payload') this.#stage = { name: 'idle' }
  }

  /** Has the header of `round` signed. */
  build(wall: number, round: number, saying: Saying, transactions: readonly Uint8Array[]): void {
    if (round <= this.#floor) return this.cancel()
    const content = {
      author: this.#author,
      round,
      // Not held up by the block before: one wrong reading of a clock would last for ever.
      timestampMs: wall,
      ancestors: saying.ancestors,
      attestations: saying.attestations.slice(-limits.attestations.value),
      commitVotes: saying.commitVotes.slice(-limits.commitVotes.value),
      body: fitting(transactions),
    }
    const core = headerCore(content, this.#epoch)
    const digest = headerDigest(core)
    this.#floor = round
    this.#attestFloor = content.attestations.at(-1)?.height ?? this.#attestFloor
    this.#stage = { name: 'signature', content, core, digest }
    this.#emit({ type: 'sign', round, digest })
  }

  /** The block to store, if this is the signature it waits for. */
  signed(digest: Digest, signature: Uint8Array): Block | undefined {
    if (this.#stage.name !== 'signature' || this.#stage.digest !== digest) return undefined
    const { content, core } = this.#stage
    const block = signedBlock(content, core, signature)
    this.#stage = { name: 'store', block }
    return block
  }

  /** The block is durable. */
  stored(block: Block): void {
    this.#last = block
    this.#stage = { name: 'idle' }
  }
}

/** As many of `transactions` as a body holds. */
function fitting(transactions: readonly Uint8Array[]): Body {
  const taken: Uint8Array[] = []
  let size = 0
  for (const bytes of transactions) {
    const more = bodySize({ transactions: [bytes] })
    const isLong = bytes.length > limits.transactionBytes.value
    if (isLong || size + more > limits.bodyBytes.value) continue
    if (taken.length === limits.bodyTransactions.value) break
    taken.push(bytes)
    size += more
  }
  return { transactions: taken }
}
