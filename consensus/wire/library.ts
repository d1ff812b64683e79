import { type Fault, isFault, type Log } from '#base'
import { contexts } from '#protocol'

import type { Block, BlockRef, Digest } from '../core/block.ts'
import type { Committee } from '../core/committee.ts'
import type { StoreRecord } from '../core/effects.ts'
import { encodeBlock, unhexed } from '../core/ssz.ts'
import type { Verify } from '../ports.ts'
import type { DagStore } from '../store/dag-store.ts'
import { isVerified, travelling } from '../store/records.ts'

interface LibraryInit {
  readonly dag: DagStore
  readonly committee: Committee
  readonly verify: Verify
  readonly log: Log
  /** Of the accepted blocks in memory. */
  readonly inMemory: (digest: Digest) => Block | undefined
}

/**
 * Blocks for others. What came with a certified commit was taken over without a look at its
 * signature: that look comes here, before such a block is handed on.
 */
export class Library {
  readonly #init: LibraryInit
  /** Accepted without a look at the signature, not yet on disk. */
  readonly #unverified = new Map<Digest, number>()

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
      if (!isKnown && !(await this.#verify(block))) return undefined
      return encodeBlock(block.header, block.body)
    } catch (error) {
      if (!isFault(error, 'CONSENSUS_STORE_DAMAGED', 'CONSENSUS_FRAME')) throw error
      log.error('a stored block is damaged', facts(error))
      return undefined
    }
  }

  async #verify(block: Block): Promise<boolean> {
    const { committee, dag, verify } = this.#init
    const key = committee.members[block.author]?.publicKey
    if (key === undefined) return false
    const isGood = await verify(key, unhexed(block.digest), block.header.signature, contexts.dag)
    if (!isGood) return false
    this.#unverified.delete(block.digest)
    await dag.markVerified(block)
    return true
  }
}

function facts(fault: Fault): Readonly<Record<string, unknown>> {
  return { ...fault.facts }
}
