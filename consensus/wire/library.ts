import { type Fault, isFault, type Log } from '#base'
import { contexts } from '#protocol'

import type { Block, BlockRef, Digest, Header } from '../core/block.ts'
import type { StoreRecord } from '../core/effects.ts'
import { headerDigest, signedKey } from '../core/hashes.ts'
import { decodeBlock, encodeBlock, unhexed } from '../core/ssz.ts'
import { checkBlock, type Epoch, genesisRefs } from '../core/validity.ts'
import { limits } from '../limits.ts'
import type { Verify } from '../ports.ts'
import type { DagStore } from '../store/dag-store.ts'
import { isVerified, travelling } from '../store/records.ts'

interface LibraryInit {
  readonly dag: DagStore
  readonly epoch: Epoch
  readonly verify: Verify
  readonly log: Log
  /** Of the accepted blocks in memory. */
  readonly inMemory: (digest: Digest) => Block | undefined
  /** What others have under that digest, one after the other. */
  readonly copies: (ref: BlockRef) => AsyncIterable<Block>
}

/**
 * Blocks for others. What came with a certified commit was taken over without a look at its
 * signature: that look comes here, before such a block is handed on. Where it is garbage a copy of
 * another node takes its place.
 */
export class Library {
  readonly #init: LibraryInit
  /** Accepted without a look at the signature, not yet on disk. */
  readonly #unverified = new Map<Digest, number>()
  /** Digests with the signature that did not verify. */
  readonly #failed = new Set<Digest>()
  readonly #repairs = new Map<Digest, Promise<Block | undefined>>()

  constructor(init: LibraryInit) {
    this.#init = init
  }

  accepted(records: readonly StoreRecord[]): void {
    for (const record of records) {
      if (record.type !== 'block' || record.verified) continue
      this.#unverified.set(record.block.digest, record.block.round)
    }
  }

  prune(garbageRound: number): void {
    for (const [digest, round] of this.#unverified) {
      if (round <= garbageRound) this.#unverified.delete(digest)
    }
  }

  /** SSZ of a block with a good signature; undefined when this node has none. */
  async find(ref: BlockRef): Promise<Uint8Array | undefined> {
    const { dag, inMemory, log } = this.#init
    try {
      const stored = dag.blockBytes(ref)
      if (stored !== undefined && isVerified(stored)) return travelling(stored)
      const block = stored === undefined ? inMemory(ref.digest) : dag.block(ref)?.block
      if (block === undefined) return undefined
      const isKnown = stored === undefined && !this.#unverified.has(ref.digest)
      const good = isKnown || (await this.#take(block)) ? block : await this.#repaired(ref)
      return good === undefined ? undefined : encodeBlock(good.header, good.body)
    } catch (error) {
      if (!isFault(error, 'CONSENSUS_STORE_DAMAGED', 'CONSENSUS_FRAME')) throw error
      log.error('a stored block is damaged', facts(error))
      return undefined
    }
  }

  /** The header with a signature that verifies: its own, or that of another copy. */
  async genuine(header: Header): Promise<Header | undefined> {
    const { round, author } = header.core
    const digest = headerDigest(header.core)
    if (await this.#isGood(author, digest, header.signature)) return header
    const bytes = await this.find({ author, round, digest })
    return bytes === undefined ? undefined : decodeBlock(bytes).header
  }

  /** A good copy, from others. */
  #repaired(ref: BlockRef): Promise<Block | undefined> {
    const underWay = this.#repairs.get(ref.digest)
    if (underWay !== undefined) return underWay
    if (this.#repairs.size >= limits.repairs.value) return Promise.resolve(undefined)
    const repair = this.#repair(ref).finally(() => this.#repairs.delete(ref.digest))
    this.#repairs.set(ref.digest, repair)
    return repair
  }

  async #repair(ref: BlockRef): Promise<Block | undefined> {
    for await (const copy of this.#init.copies(ref)) {
      if (this.#isWhole(copy) && (await this.#take(copy))) return copy
    }
    return undefined
  }

  /** Whether the signature of `block` is good: then it is the one that is kept. */
  async #take(block: Block): Promise<boolean> {
    const { author, digest, header } = block
    if (!(await this.#isGood(author, digest, header.signature))) return false
    this.#unverified.delete(digest)
    await this.#init.dag.markVerified(block)
    return true
  }

  async #isGood(author: number, digest: Digest, signature: Uint8Array): Promise<boolean> {
    const { epoch, verify } = this.#init
    const publicKey = epoch.committee.members[author]?.publicKey
    const key = signedKey(digest, signature)
    if (publicKey === undefined || this.#failed.has(key)) return false
    if (await verify(publicKey, unhexed(digest), signature, contexts.dag)) return true
    this.#remember(key)
    return false
  }

  #remember(key: Digest): void {
    this.#failed.add(key)
    const [oldest] = this.#failed
    if (oldest !== undefined && this.#failed.size > limits.rememberedFailures.value) {
      this.#failed.delete(oldest)
    }
  }

  /** Whether lists and body are those that the digest binds. */
  #isWhole(block: Block): boolean {
    const { epoch } = this.#init
    try {
      checkBlock(block, epoch, genesisRefs(epoch))
      return true
    } catch (error) {
      if (isFault(error)) return false
      throw error
    }
  }
}

function facts(fault: Fault): Readonly<Record<string, unknown>> {
  return { ...fault.facts }
}
