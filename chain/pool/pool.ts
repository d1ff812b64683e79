/**
 * Verified transactions that wait for a block. In the order of cost: bytes, state, quotas, and only
 * then the signature; nothing unverified is stored, forwarded or counted.
 *
 * @see PIP-0002 "Pool"
 */
import { type Clock, Fault, hex, isFault, type Log } from '#base'
import { keccak256 } from '#crypto'
import type { Reader } from '#storage'

import { decodeEnvelope, type Network, type ParsEnvelope } from '../pars/envelope.ts'
import { expiryFault, fundsFault, nextNonce, senderFault } from '../pars/validity.ts'
import type { PoolFace, PooledTransaction } from '../port.ts'
import { admit, type PoolState } from './admission.ts'
import type { PoolJournal } from './journal.ts'
import { limits } from './limits.ts'
import { type Entry, SenderQueue } from './queue.ts'
import { Rates } from './rate.ts'
import { select } from './select.ts'
import { Window } from './window.ts'

export interface PoolInit {
  readonly network: Network
  readonly rules: Parameters<typeof decodeEnvelope>[2]
  readonly clock: Clock
  readonly log: Log
  readonly journal: PoolJournal
  /** The state of head; asked anew for each decision. */
  readonly state: () => PoolState
  /** C1, off the event loop. */
  readonly verify: (envelope: ParsEnvelope, publicKey: Uint8Array) => Promise<boolean>
  /** Whether a block holds a transaction of this hash. */
  readonly mined: (hash: Uint8Array) => boolean
}

/** Why a transaction left the pool without a block. */
type Reason = 'replaced' | 'expired' | 'key-changed' | 'unfunded' | 'pool-full' | 'sender-has-code'

export class Pool implements PoolFace {
  readonly #init: PoolInit
  readonly #byHash = new Map<string, Entry>()
  readonly #senders = new Map<string, SenderQueue>()
  readonly #rates = new Rates({
    perSecond: limits.clientRate.value,
    burst: limits.clientBurst.value,
    clients: limits.clients.value,
  })
  readonly #window = new Window({
    width: limits.verifications.value,
    length: limits.verificationQueue.value,
  })
  readonly #rejected = new Set<string>()
  readonly #underWay = new Map<string, Promise<Uint8Array>>()
  #bytes = 0
  #sequence = 0

  constructor(init: PoolInit) {
    this.#init = init
  }

  get size(): number {
    return this.#byHash.size
  }

  /** Bytes of all encodings held. */
  get bytes(): number {
    return this.#bytes
  }

  submit(wire: Uint8Array, client: string): Promise<Uint8Array> {
    if (!this.#rates.take(client, this.#init.clock.now())) {
      const limit = limits.clientRate.value
      return Promise.reject(new Fault({ code: 'POOL_RATE', client, limit }, 'send more slowly'))
    }
    return this.#enter(wire)
  }

  /** Takes back what the journal holds; what the chain has passed over leaves it. */
  async restore(reader: Reader): Promise<void> {
    for (const { wire } of await this.#init.journal.load(reader)) {
      try {
        const hash = await this.#enter(wire)
        if (!this.#byHash.has(hash.toHex())) this.#record(hash, undefined)
      } catch (error) {
        this.#letGo(wire, error)
      }
    }
    await this.settled()
  }

  /** Resolves when everything that was decided so far is on disk, or could not be put there. */
  settled(): Promise<void> {
    return this.#init.journal.settled()
  }

  byHash(hash: Uint8Array): PooledTransaction | undefined {
    const envelope = this.#byHash.get(hash.toHex())?.envelope
    if (envelope === undefined) return undefined
    const { wire, sender } = envelope
    const { nonceKey, nonce } = envelope.fields
    return { hash: envelope.hash, wire, sender, nonceKey, nonce }
  }

  pendingNonce(sender: Uint8Array): bigint {
    const next = nextNonce(this.#init.state().view, sender, 0n)
    const queue = this.#senders.get(sender.toHex())
    return queue?.pendingNonce(next, `${sender.toHex()}:0`) ?? next
  }

  /** What the next block can take, in the order it should run. Stays in the pool. */
  ready(room: { readonly gas: bigint; readonly bytes: number }): ParsEnvelope[] {
    const { view, position } = this.#init.state()
    const fit = ({ envelope }: Entry): boolean =>
      expiryFault(envelope, position.timestamp) === undefined &&
      senderFault(envelope, view) === undefined &&
      fundsFault(envelope, view, position.baseFee) === undefined
    return select(this.#senders.values(), position.baseFee, room, fit)
  }

  /**
   * Head moved. `changed` are the senders to look at again: those whose account, nonce lanes or key
   * record the new blocks wrote.
   */
  headChanged(changed: readonly Uint8Array[]): void {
    for (const sender of changed) {
      const key = sender.toHex()
      const queue = this.#senders.get(key)
      if (queue === undefined) continue
      this.#reconsider(queue)
      if (this.#idle(queue)) this.#senders.delete(key)
    }
    this.#expire()
  }

  #enter(wire: Uint8Array): Promise<Uint8Array> {
    const id = keccak256(wire).toHex()
    const same = this.#underWay.get(id)
    if (same !== undefined) return same
    const entering = this.#admit(wire, id).finally(() => this.#underWay.delete(id))
    this.#underWay.set(id, entering)
    return entering
  }

  async #admit(wire: Uint8Array, id: string): Promise<Uint8Array> {
    if (this.#rejected.has(id)) throw badSignature()
    const { network, rules, journal, clock } = this.#init
    const envelope = decodeEnvelope(wire.slice(), network, rules)
    if (this.#known(envelope)) return envelope.hash
    this.#check(envelope)
    const publicKey = this.#publicKey(envelope)
    const genuine = await this.#window.run(() => this.#init.verify(envelope, publicKey))
    if (!genuine) {
      this.#reject(id)
      throw badSignature()
    }
    if (this.#known(envelope)) return envelope.hash
    this.#check(envelope)
    const stored = this.#insert(envelope)
    try {
      await journal.add(envelope.hash, envelope.wire, clock.now())
    } catch (error) {
      this.#remove(stored)
      throw error
    }
    return envelope.hash
  }

  #known({ hash }: ParsEnvelope): boolean {
    return this.#byHash.has(hash.toHex()) || this.#init.mined(hash)
  }

  #check(envelope: ParsEnvelope): void {
    const queue = this.#senders.get(envelope.sender.toHex())
    admit(envelope, this.#init.state(), queue, this.#init.clock.now())
    const full = this.#bytes + envelope.wire.length > limits.bytes.value
    if (full && queue?.at(envelope) === undefined && this.#cheaperThan(envelope) === undefined) {
      throw new Fault(
        { code: 'POOL_FULL', bytes: this.#bytes },
        'raise maxPriorityFeePerGas, or send it again later',
      )
    }
  }

  #publicKey(envelope: ParsEnvelope): Uint8Array {
    if (envelope.fullKey !== undefined) return envelope.fullKey
    const known = this.#init.state().view.publicKey(envelope.keyHash)
    if (known === undefined) {
      throw new Fault({ code: 'STATE_MISSING_BYTES', what: hex(envelope.keyHash) })
    }
    return known.publicKey
  }

  #insert(envelope: ParsEnvelope): Entry {
    const key = envelope.sender.toHex()
    const queue = this.#senders.get(key) ?? new SenderQueue()
    this.#senders.set(key, queue)
    const entry: Entry = { envelope, sequence: this.#sequence++ }
    const { view } = this.#init.state()
    const replaced = queue.put(entry, nextNonce(view, envelope.sender, envelope.fields.nonceKey))
    if (replaced !== undefined) this.#forget(replaced, 'replaced')
    this.#byHash.set(envelope.hash.toHex(), entry)
    this.#bytes += envelope.wire.length
    while (this.#bytes > limits.bytes.value) {
      const cheapest = this.#cheaperThan(envelope)
      if (cheapest === undefined) break
      this.#senders.get(cheapest.envelope.sender.toHex())?.remove(cheapest)
      this.#forget(cheapest, 'pool-full')
    }
    return entry
  }

  /** The pooled transaction with the lowest priority fee below that of `envelope`. */
  #cheaperThan(envelope: ParsEnvelope): Entry | undefined {
    let cheapest: Entry | undefined
    let fee = envelope.fields.maxPriorityFeePerGas
    for (const entry of this.#byHash.values()) {
      const offered = entry.envelope.fields.maxPriorityFeePerGas
      if (offered < fee) {
        cheapest = entry
        fee = offered
      }
    }
    return cheapest
  }

  #reconsider(queue: SenderQueue): void {
    const { view, position } = this.#init.state()
    for (const entry of [...queue.entries()]) {
      const { envelope } = entry
      const next = nextNonce(view, envelope.sender, envelope.fields.nonceKey)
      queue.advance(envelope, next)
      if (envelope.fields.nonce < next) {
        queue.remove(entry)
        this.#forget(entry, undefined)
        continue
      }
      const reason = senderFault(envelope, view)
      if (reason !== undefined) {
        queue.remove(entry)
        this.#forget(
          entry,
          isFault(reason, 'TX_SENDER_HAS_CODE') ? 'sender-has-code' : 'key-changed',
        )
      }
    }
    this.#shed(queue, view, position)
  }

  /** Lets the latest arrivals go until the balance covers the rest. */
  #shed(queue: SenderQueue, view: PoolState['view'], { timestamp }: PoolState['position']): void {
    const entries = [...queue.entries()].toSorted((a, b) => b.sequence - a.sequence)
    for (const entry of entries) {
      if (expiryFault(entry.envelope, timestamp) !== undefined) continue
      if (queue.cost <= (view.account(entry.envelope.sender)?.balance ?? 0n)) return
      queue.remove(entry)
      this.#forget(entry, 'unfunded')
    }
  }

  #expire(): void {
    const { timestamp } = this.#init.state().position
    for (const entry of this.#byHash.values()) {
      if (expiryFault(entry.envelope, timestamp) === undefined) continue
      this.#senders.get(entry.envelope.sender.toHex())?.expire(entry, this.#init.clock.now())
      this.#forget(entry, 'expired')
    }
    for (const [key, queue] of this.#senders) if (this.#idle(queue)) this.#senders.delete(key)
  }

  #idle(queue: SenderQueue): boolean {
    return queue.slots(this.#init.clock.now()) === 0
  }

  #remove(entry: Entry): void {
    this.#senders.get(entry.envelope.sender.toHex())?.remove(entry)
    if (this.#byHash.delete(entry.envelope.hash.toHex())) {
      this.#bytes -= entry.envelope.wire.length
    }
  }

  /** Drops an entry that its queue has let go already; `undefined` = its nonce is consumed. */
  #forget(entry: Entry, reason: Reason | undefined): void {
    const { hash, wire } = entry.envelope
    if (this.#byHash.delete(hash.toHex())) this.#bytes -= wire.length
    this.#record(hash, reason)
  }

  #record(hash: Uint8Array, reason: string | undefined): void {
    const { journal, clock, log } = this.#init
    const written =
      reason === undefined ? journal.done(hash) : journal.evict(hash, { reason, at: clock.now() })
    written.catch((error: unknown) => log.error('pool journal', { error: String(error) }))
  }

  #letGo(wire: Uint8Array, error: unknown): void {
    if (!isFault(error)) throw error
    const { hash } = decodeEnvelope(wire, this.#init.network, this.#init.rules)
    this.#record(hash, error.code === 'TX_NONCE_TOO_LOW' ? undefined : error.code)
  }

  #reject(id: string): void {
    this.#rejected.add(id)
    if (this.#rejected.size <= limits.rejected.value) return
    const [oldest] = this.#rejected
    if (oldest !== undefined) this.#rejected.delete(oldest)
  }
}

function badSignature(): Fault<{ code: 'TX_BAD_SIGNATURE' }> {
  return new Fault(
    { code: 'TX_BAD_SIGNATURE' },
    'the ML-DSA signature does not verify: sign the transaction hash (which binds the network id) under the context pars-tx-v1',
  )
}
