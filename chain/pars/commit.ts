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
import type { StateView } from './view.ts'

/** The transactions that one author put forward together. */
export interface Body {
  readonly wires: readonly Uint8Array[]
}

/** What consensus orders: everything that a block depends on besides the state. */
export interface Commit {
  /** 32 bytes, unique; contracts reach it through the commit ring. */
  readonly digest: Uint8Array
  /** Seconds, never less than the parent's. */
  readonly timestamp: bigint
  readonly bodies: readonly Body[]
  /** Wire hashes (hexadecimal) whose signature this node has verified already. */
  readonly verified: readonly string[]
}

/** What became of a transaction that is in no block of its commit. */
export interface Skipped {
  /** keccak256 of the encoding. */
  readonly wireHash: Uint8Array
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
  /** C1; throws a Fault when the key that state promises is not there. */
  verify(envelope: ParsEnvelope, publicKey: Uint8Array): Promise<boolean>
  /** The block that is open; opens the first. */
  current(): Promise<OpenBlock>
  /** Closes the open block and opens the next of the same commit. */
  next(): Promise<OpenBlock>
}

/** Ends a body: what its author signed off on was never valid. */
const endOfBody = new Set(['TX_BAD_SIGNATURE'])
const parkedAhead = BigInt(limits.parkedAhead.value)

export class CommitRun {
  readonly #ports: CommitPorts
  readonly #verified: ReadonlySet<string>
  readonly #verdicts = new Map<string, Promise<boolean>>()
  readonly #parked = new Map<string, ParsEnvelope>()
  readonly skipped: Skipped[] = []
  /** Indices of the bodies that broke V or C1. */
  readonly broken: number[] = []

  constructor(commit: Commit, ports: CommitPorts) {
    this.#ports = ports
    this.#verified = new Set(commit.verified)
  }

  async run(bodies: readonly Body[]): Promise<void> {
    for (const [index, { wires }] of bodies.entries()) {
      const envelopes = this.#decode(wires)
      if (envelopes.length < wires.length) this.broken.push(index)
      this.#verifyAhead(envelopes)
      if (!(await this.#body(envelopes))) this.broken.push(index)
    }
    for (const { wireHash } of this.#parked.values()) {
      this.skipped.push({ wireHash, reason: 'TX_NONCE_GAP' })
    }
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

  /** Starts the verifications that a body will ask for, so that they run beside execution. */
  #verifyAhead(envelopes: readonly ParsEnvelope[]): void {
    for (const envelope of envelopes) {
      if (envelope.fullKey !== undefined) void this.#verdict(envelope, envelope.fullKey)
    }
  }

  #verdict(envelope: ParsEnvelope, publicKey: Uint8Array): Promise<boolean> {
    const id = envelope.wireHash.toHex()
    if (this.#verified.has(id)) return Promise.resolve(true)
    const known = this.#verdicts.get(id)
    if (known !== undefined) return known
    const verdict = this.#ports.verify(envelope, publicKey)
    this.#verdicts.set(id, verdict)
    return verdict
  }

  async #body(envelopes: readonly ParsEnvelope[]): Promise<boolean> {
    for (const envelope of envelopes) {
      const reason = await this.#offer(envelope)
      if (reason === undefined) {
        await this.#successors(envelope)
        continue
      }
      if (reason === 'parked') continue
      this.skipped.push({ wireHash: envelope.wireHash, reason })
      if (endOfBody.has(reason)) return false
    }
    return true
  }

  async #offer(envelope: ParsEnvelope): Promise<string | undefined> {
    const block = await this.#ports.current()
    const fault = stateFault(envelope, this.#ports.view, block.position)
    const gap = fault?.facts.code === 'TX_NONCE_GAP' ? fault.facts : undefined
    const near = gap !== undefined && gap.nonce - gap.next <= parkedAhead
    if (fault !== undefined && !near) return fault.code
    if (!(await this.#genuine(envelope))) return 'TX_BAD_SIGNATURE'
    if (!near) return this.#place(envelope)
    const key = parkingKey(envelope, envelope.fields.nonce)
    if (this.#parked.has(key)) return 'TX_NONCE_GAP'
    this.#parked.set(key, envelope)
    return 'parked'
  }

  #genuine(envelope: ParsEnvelope): Promise<boolean> {
    const publicKey =
      envelope.fullKey ?? this.#ports.view.publicKey(envelope.keyHash)?.publicKey
    if (publicKey === undefined) throw new TypeError('a record without its key')
    return this.#verdict(envelope, publicKey)
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
    return undefined
  }

  async #successors(consumed: ParsEnvelope): Promise<void> {
    for (let nonce = consumed.fields.nonce + 1n; ; nonce++) {
      const key = parkingKey(consumed, nonce)
      const parked = this.#parked.get(key)
      if (parked === undefined) return
      this.#parked.delete(key)
      const block = await this.#ports.current()
      const reason =
        stateFault(parked, this.#ports.view, block.position)?.code ?? (await this.#place(parked))
      if (reason === undefined) continue
      this.skipped.push({ wireHash: parked.wireHash, reason })
      return
    }
  }
}

function parkingKey(envelope: ParsEnvelope, nonce: bigint): string {
  return `${laneOf(envelope)}:${nonce}`
}
