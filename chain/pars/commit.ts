/**
 * From the linear order of a commit to blocks: one pass, nonce gaps inside the commit parked, a new
 * block whenever the next transaction does not fit.
 *
 * @see PIP-0002 "Order and blocks"
 */
import { isFault } from '#base'

import { decodeEnvelope, laneOf, type Network, type ParsEnvelope } from './envelope.ts'
import { blockBytes, limits } from './limits.ts'
import { type Position, stateFault } from './validity.ts'
import { publicKeyOf } from './verify.ts'
import type { StateView } from './view.ts'

/** The transactions that one author put forward together. */
export interface Body {
  readonly wires: readonly Uint8Array[]
}

/** Where a commit stands in the order. */
export interface CommitPlace {
  readonly epoch: bigint
  /** Rises from commit to commit of an epoch. */
  readonly index: bigint
}

/** What consensus orders: everything that a block depends on besides the state. */
export interface Commit extends CommitPlace {
  /** 32 bytes, unique; contracts reach it through the commit ring. */
  readonly digest: Uint8Array
  /** Seconds; one before the parent's counts as the parent's. */
  readonly timestamp: bigint
  readonly bodies: readonly Body[]
  /** Wire hashes (hexadecimal) whose signature this node has verified already. */
  readonly verified: readonly string[]
  /** A block, also of nothing. Only where one node is the whole network. */
  readonly evenEmpty?: boolean
}

/**
 * A transaction that is in no block of its commit, and why. What follows the end of a broken body
 * is not listed.
 */
export interface Skipped {
  /** keccak256 of the encoding. */
  readonly wireHash: Uint8Array
  /** A code `TX_*`. */
  readonly reason: string
}

/** A block that still takes transactions. */
export interface OpenBlock {
  readonly position: Position
  readonly gasLeft: bigint
  readonly bytesLeft: number
  run(envelope: ParsEnvelope): Promise<void>
}

export interface CommitPorts {
  readonly network: Network
  readonly rules: Parameters<typeof decodeEnvelope>[2]
  readonly view: StateView
  /** C1. A rejection is a fault of this host and ends the run. */
  verify(envelope: ParsEnvelope, publicKey: Uint8Array): Promise<boolean>
  /** The block that is open; opens the first. */
  current(): Promise<OpenBlock>
  /** Closes the open block and opens the next of the same commit. */
  next(): Promise<OpenBlock>
}

const badSignature = 'TX_BAD_SIGNATURE'
const gap = 'TX_NONCE_GAP'
const parkedAhead = BigInt(limits.parkedAhead.value)

export class CommitRun {
  readonly #ports: CommitPorts
  readonly #verified: ReadonlySet<string>
  readonly #verdicts = new Map<string, Promise<boolean>>()
  readonly #parked = new Map<string, ParsEnvelope>()
  /** Wire hashes. */
  readonly #ran = new Set<string>()
  readonly #skipped = new Map<string, Skipped>()
  /** Indices of the bodies that broke V or C1. */
  readonly broken: number[] = []

  constructor(commit: Pick<Commit, 'verified'>, ports: CommitPorts) {
    this.#ports = ports
    this.#verified = new Set(commit.verified)
  }

  get skipped(): readonly Skipped[] {
    return [...this.#skipped.values()]
  }

  /** Rejects only with a fault of this host: what it executed is then to be discarded. */
  async run(bodies: readonly Body[]): Promise<void> {
    for (const [index, { wires }] of bodies.entries()) {
      const envelopes = this.#decode(wires)
      const whole = envelopes.length === wires.length
      if (!(await this.#body(envelopes)) || !whole) this.broken.push(index)
    }
    for (const envelope of this.#parked.values()) this.#skip(envelope, gap)
  }

  /** V1-V5: the body ends before its first violation. */
  #decode(wires: readonly Uint8Array[]): ParsEnvelope[] {
    const envelopes: ParsEnvelope[] = []
    for (const wire of wires) {
      try {
        envelopes.push(decodeEnvelope(wire, this.#ports.network, this.#ports.rules))
      } catch (error) {
        if (!isFault(error)) throw error
        break
      }
    }
    return envelopes
  }

  /** False when the body ended at a signature that does not verify. */
  async #body(envelopes: readonly ParsEnvelope[]): Promise<boolean> {
    for (const [index, envelope] of envelopes.entries()) {
      await this.#verifyAhead(envelopes.slice(index + 1, index + 1 + limits.verifiedAhead.value))
      const reason = await this.#offer(envelope)
      if (reason === undefined) await this.#successors(envelope)
      else if (reason !== 'parked') this.#skip(envelope, reason)
      if (reason === badSignature) return false
    }
    return true
  }

  /**
   * Starts the verifications that come next, so that they run beside execution. What does not pass
   * S1-S6 now is left: a body of such transactions must not cost a verification each.
   */
  async #verifyAhead(envelopes: readonly ParsEnvelope[]): Promise<void> {
    const { view } = this.#ports
    const { position } = await this.#ports.current()
    for (const envelope of envelopes) {
      if (this.#verdictOf(envelope) !== undefined) continue
      if (stateFault(envelope, view, position, parkedAhead) !== undefined) continue
      // A rejection counts where the verdict is asked for, not here.
      this.#genuine(envelope).catch(() => undefined)
    }
  }

  #verdictOf({ wireHash }: ParsEnvelope): Promise<boolean> | undefined {
    const id = wireHash.toHex()
    return this.#verified.has(id) ? Promise.resolve(true) : this.#verdicts.get(id)
  }

  /** C1, once for each encoding. */
  #genuine(envelope: ParsEnvelope): Promise<boolean> {
    const known = this.#verdictOf(envelope)
    if (known !== undefined) return known
    const verdict = this.#ports.verify(envelope, publicKeyOf(envelope, this.#ports.view))
    this.#verdicts.set(envelope.wireHash.toHex(), verdict)
    return verdict
  }

  /** Runs or parks `envelope`, or says why not. */
  async #offer(envelope: ParsEnvelope): Promise<string | undefined> {
    const { position } = await this.#ports.current()
    const fault = stateFault(envelope, this.#ports.view, position)
    const { facts } = fault ?? {}
    const isNear = facts?.code === gap && facts.nonce - facts.next <= parkedAhead
    if (fault !== undefined && !isNear) return fault.code
    if (!(await this.#genuine(envelope))) return badSignature
    return isNear ? this.#park(envelope) : this.#place(envelope)
  }

  #park(envelope: ParsEnvelope): string {
    const key = parkingKey(envelope, envelope.fields.nonce)
    if (this.#parked.has(key)) return gap
    this.#parked.set(key, envelope)
    return 'parked'
  }

  /** Runs `envelope`, in the next block when this one has no room for it. */
  async #place(envelope: ParsEnvelope): Promise<string | undefined> {
    let block = await this.#ports.current()
    if (envelope.gasLimit > block.gasLeft || blockBytes(envelope.wire) > block.bytesLeft) {
      block = await this.#ports.next()
      const fault = stateFault(envelope, this.#ports.view, block.position)
      if (fault !== undefined) return fault.code
    }
    await block.run(envelope)
    const id = envelope.wireHash.toHex()
    this.#ran.add(id)
    this.#skipped.delete(id)
    return undefined
  }

  /** Runs what was parked behind the nonce that `consumed` took. */
  async #successors(consumed: ParsEnvelope): Promise<void> {
    for (let nonce = consumed.fields.nonce + 1n; ; nonce++) {
      const key = parkingKey(consumed, nonce)
      const parked = this.#parked.get(key)
      if (parked === undefined) return
      this.#parked.delete(key)
      const { position } = await this.#ports.current()
      const fault = stateFault(parked, this.#ports.view, position)
      const reason = fault?.code ?? (await this.#place(parked))
      if (reason !== undefined) return this.#skip(parked, reason)
    }
  }

  /** Of two copies of one encoding the second is no news when the first ran. */
  #skip({ wireHash }: ParsEnvelope, reason: string): void {
    const id = wireHash.toHex()
    if (!this.#ran.has(id)) this.#skipped.set(id, { wireHash, reason })
  }
}

function parkingKey(envelope: ParsEnvelope, nonce: bigint): string {
  return `${laneOf(envelope)}:${nonce}`
}
