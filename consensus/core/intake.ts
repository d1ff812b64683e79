import { type Fault, isFault } from '#base'

import { limits } from '../limits.ts'
import type { Parameters } from '../parameters.ts'
import type { Block, BlockRef, Digest } from './block.ts'
import type { Dag } from './dag.ts'
import type { Effect } from './effects.ts'
import type { Peer } from './events.ts'
import { Slots } from './slots.ts'
import { Suspension } from './suspension.ts'
import { checkBlock, type Epoch } from './validity.ts'
import { type Unverified, Verification } from './verification.ts'

interface Early {
  readonly from: Peer
  readonly block: Block
}

/** The way of a block from the wire into the DAG: validity, signature, slot, ancestors. */
export class Intake {
  readonly slots: Slots
  readonly suspension: Suspension
  readonly #verification = new Verification()
  readonly #epoch: Epoch
  readonly #genesis: readonly BlockRef[]
  readonly #dag: Dag<Block>
  readonly #parameters: Parameters
  readonly #emit: (effect: Effect) => void
  #early: readonly Early[] = []

  constructor(
    epoch: Epoch,
    genesis: readonly BlockRef[],
    dag: Dag<Block>,
    parameters: Parameters,
    emit: (effect: Effect) => void,
  ) {
    this.#epoch = epoch
    this.#genesis = genesis
    this.#dag = dag
    this.#parameters = parameters
    this.#emit = emit
    this.slots = new Slots(epoch.committee)
    this.suspension = new Suspension(epoch.committee.size)
  }

  get unverified(): number {
    return this.#verification.size
  }

  /** When the first block that is ahead of the clock may be looked at. */
  get wake(): number | undefined {
    if (this.#early.length === 0) return undefined
    const times = this.#early.map(({ block }) => block.timestampMs)
    return Math.min(...times) - this.#parameters.clockDrift
  }

  /** Whether the block is here, be it in the DAG or waiting for ancestors, or garbage. */
  isSettled({ round, digest }: BlockRef): boolean {
    return round <= this.#dag.garbageRound || this.#dag.has(digest) || this.suspension.has(digest)
  }

  /** Checks `block` up to its signature, which a `verify` effect asks for. */
  receive(now: number, from: Peer, block: Block): void {
    if (this.isSettled(block)) return
    const { slots, suspension } = this
    const isWanted = suspension.isWanted(block.digest)
    if (slots.isProven(block.author) && slots.at(block).length > 0 && !isWanted) return
    const fault = this.#fault(block)
    if (fault?.code === 'CONSENSUS_EPOCH') return
    if (fault !== undefined) {
      const offence = fault.code === 'CONSENSUS_NETWORK' ? 'network' : 'structure'
      return this.#emit({ type: 'penalise', peer: from, offence })
    }
    if (block.timestampMs > now + this.#parameters.clockDrift && !isWanted) {
      return this.#wait(from, block)
    }
    const unverified = this.#verification.begin(block, from)
    if (unverified === 'failed') {
      this.#emit({ type: 'penalise', peer: from, offence: 'signature' })
    } else if (unverified !== undefined) {
      const { author, digest, header } = block
      const { signature } = header
      this.#emit({ type: 'verify', key: unverified.key, author, digest, signature })
    }
  }

  /** The block that waited for this verdict, when it is good. */
  verified(key: Digest, valid: boolean): Unverified | undefined {
    const unverified = this.#verification.end(key, valid)
    if (unverified !== undefined && !valid) {
      this.#emit({ type: 'penalise', peer: unverified.from, offence: 'signature' })
    }
    return valid ? unverified : undefined
  }

  /** Takes a block with a good signature; what the DAG accepts by it, in causal order. */
  admit(block: Block, from: Peer): readonly Block[] {
    if (this.isSettled(block)) return []
    const evidence = this.slots.prove(block)
    if (evidence !== undefined) this.#emit({ type: 'evidence', evidence })
    const isWanted = this.suspension.isWanted(block.digest)
    const isSecond = this.slots.at(block).length > 0
    if (isSecond && !(isWanted && this.slots.hasRoom(block))) return []
    const missing = this.#dag.missing(block)
    if (missing.length > 0 && !this.suspension.hasRoom(block, missing)) return []
    this.slots.fill(block)
    if (missing.length === 0) return this.insert(block)
    this.suspension.add(block, missing, from)
    return []
  }

  /** Puts `block`, whose ancestors are here, into the DAG; with it all that waited for it alone. */
  insert(block: Block): readonly Block[] {
    return this.#insertAll([block])
  }

  /** Lets go of rounds up to `garbageRound`; what the DAG accepts by it. */
  prune(garbageRound: number): readonly Block[] {
    this.slots.prune(garbageRound)
    this.#early = this.#early.filter(({ block }) => block.round > garbageRound)
    return this.#insertAll(this.suspension.prune(garbageRound))
  }

  /** Takes up the blocks whose time has come. */
  tick(now: number): void {
    const { clockDrift } = this.#parameters
    const due = this.#early.filter(({ block }) => block.timestampMs <= now + clockDrift)
    if (due.length === 0) return
    this.#early = this.#early.filter((early) => !due.includes(early))
    for (const { from, block } of due) this.receive(now, from, block)
  }

  #fault(block: Block): Fault | undefined {
    try {
      checkBlock(block, this.#epoch, this.#genesis)
      return undefined
    } catch (error) {
      if (isFault(error, 'CONSENSUS_NETWORK', 'CONSENSUS_EPOCH', 'CONSENSUS_BLOCK')) return error
      throw error
    }
  }

  #wait(from: Peer, block: Block): void {
    // Whose signature it is has not been looked at: it counts for whoever sent it.
    const others = this.#early.filter((early) => early.from === from)
    if (others.length >= limits.earlyBlocks.value) return
    if (others.some((early) => early.block.digest === block.digest)) return
    this.#early = [...this.#early, { from, block }]
  }

  #insertAll(blocks: readonly Block[]): readonly Block[] {
    const accepted: Block[] = []
    const ready = [...blocks]
    for (let block = ready.shift(); block !== undefined; block = ready.shift()) {
      if (this.#dag.has(block.digest)) continue
      this.suspension.release(block.digest)
      this.#dag.insert(block)
      if (this.#dag.has(block.digest)) accepted.push(block)
      ready.push(...this.suspension.resolve(block.digest))
    }
    return accepted
  }
}
