import type { Chain, ParsEnvelope } from '#chain'
import {
  type Block,
  type Committee,
  isOwnersTurn,
  ownerRanks,
  type PayloadRequest,
} from '#consensus'
import { keccak256 } from '#crypto'

import { limits } from '../limits.ts'

interface ProposalsInit {
  readonly chain: Pick<Chain, 'pool' | 'profile' | 'head'>
  readonly committee: Committee
  /** The own author index; a node without one proposes nothing. */
  readonly self: number | undefined
  /** The round that consensus is in. */
  readonly round: () => number
}

/** Of SSZ, for each transaction of a body. */
const offsetBytes = 4

/**
 * Which of the pool's transactions an own block carries: those whose queue this validator owns, or
 * has waited for others to take long enough, and that are in no block of the DAG yet.
 */
export class Proposals {
  readonly #init: ProposalsInit
  readonly #ranks = new Map<string, number>()
  /** The round in which a transaction was first seen, by hash. */
  readonly #seen = new Map<string, number>()
  /** The round of the block of the DAG that has it, by wire hash. */
  readonly #underway = new Map<string, number>()
  /** Those of `#underway` that the pool held when their block came. */
  readonly #pooled = new Set<string>()

  constructor(init: ProposalsInit) {
    this.#init = init
  }

  /** The pool has a new one. */
  added({ hash, wireHash }: ParsEnvelope): void {
    this.#seen.set(hash.toHex(), this.#init.round())
    const id = wireHash.toHex()
    if (this.#underway.has(id)) this.#pooled.add(id)
    this.#sweep()
  }

  /** The DAG has a new block. */
  accepted({ round, body }: Block): void {
    for (const wire of body.transactions) {
      const id = keccak256(wire).toHex()
      this.#underway.set(id, round)
      if (this.#init.chain.pool.hasEncoding(id)) this.#pooled.add(id)
    }
  }

  /**
   * Execution is through with these: what is still in the pool may be proposed again.
   * @param ids Wire hashes.
   */
  executed(ids: readonly string[]): void {
    for (const id of ids) this.#land(id)
  }

  /** Blocks of this round and below are never committed any more. */
  abandoned(round: number): void {
    for (const [id, at] of this.#underway) if (at <= round) this.#land(id)
  }

  /**
   * Whether something waits to be put forward, be it by another: until its owner has done so the
   * rounds that a takeover is counted in must not be idle ones.
   */
  waiting(): boolean {
    const { pool, profile } = this.#init.chain
    if (this.#init.self === undefined || pool.size <= this.#pooled.size) return false
    // To look through a large pool costs more than a round too many.
    if (pool.size > limits.searchedPool.value) return true
    return this.#choose(profile.blockRoom, 1, () => true).length > 0
  }

  payload({ round, bytes, transactions }: PayloadRequest): readonly Uint8Array[] {
    if (this.#init.self === undefined) return []
    const wires: Uint8Array[] = []
    let left = bytes
    const isOwn = (envelope: ParsEnvelope): boolean => this.#isOwn(envelope, round)
    for (const { wire } of this.#choose(bytes, transactions, isOwn)) {
      left -= wire.length + offsetBytes
      if (left < 0) break
      wires.push(wire)
    }
    return wires
  }

  #choose(
    bytes: number,
    most: number,
    isWanted: (envelope: ParsEnvelope) => boolean,
  ): readonly ParsEnvelope[] {
    const { pool, head } = this.#init.chain
    let taken = 0
    return pool.ready({ gas: head.header.gasLimit, bytes }, (envelope) => {
      if (taken === most) return 'leave'
      if (this.#underway.has(envelope.wireHash.toHex())) return 'pass'
      if (!isWanted(envelope)) return 'leave'
      taken++
      return 'take'
    })
  }

  #isOwn({ hash, sender, fields }: ParsEnvelope, round: number): boolean {
    const id = hash.toHex()
    const seen = this.#seen.get(id) ?? round
    // The pool has it from before this process: its age counts from here on.
    if (seen === round) this.#seen.set(id, round)
    return isOwnersTurn(this.#rankOf(sender, fields.nonceKey), round - seen)
  }

  #rankOf(sender: Uint8Array, nonceKey: bigint): number {
    const { committee, self } = this.#init
    const id = `${sender.toHex()}:${nonceKey}`
    const known = this.#ranks.get(id)
    if (known !== undefined) return known
    const rank = ownerRanks(committee, sender, nonceKey).indexOf(self ?? -1)
    if (this.#ranks.size >= limits.rememberedRanks.value) this.#ranks.clear()
    this.#ranks.set(id, rank)
    return rank
  }

  #land(id: string): void {
    this.#underway.delete(id)
    this.#pooled.delete(id)
  }

  /** Lets go of what the pool has let go of, once that may be most of it. */
  #sweep(): void {
    const { pool } = this.#init.chain
    if (this.#seen.size < 2 * pool.size + limits.searchedPool.value) return
    for (const id of this.#seen.keys()) {
      if (pool.byHash(Uint8Array.fromHex(id)) === undefined) this.#seen.delete(id)
    }
  }
}
