/**
 * Verified transactions that wait for a block. In the order of cost: bytes, state, quotas, and only
 * then the signature; nothing unverified is stored, forwarded or counted.
 *
 * @see PIP-0002 "Pool"
 */
import { type Clock, Fault, hex, isFault, type Log } from '#base'
import { isPublished } from '#genesis'
import type { Reader } from '#storage'

import { decodeEnvelope, type Network, type ParsEnvelope } from '../pars/envelope.ts'
import { expiryFault, nextNonce, readSender, senderFault } from '../pars/validity.ts'
import { publicKeyOf } from '../pars/verify.ts'
import type { PoolFace, PooledTransaction } from '../port.ts'
import { admit, type PoolState, readmit } from './admission.ts'
import { Displacement } from './displacement.ts'
import type { PooledRecord, PoolJournal } from './journal.ts'
import { limits } from './limits.ts'
import { type Entry, SenderQueue } from './queue.ts'
import { Rates } from './rate.ts'
import { type Room, select } from './select.ts'
import { weightOf } from './weight.ts'
import { Window } from './window.ts'

export interface PoolInit {
  /** `dev`: published test keys may send. */
  readonly network: Network & { readonly dev: boolean }
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

export class Pool implements PoolFace {
  readonly #init: PoolInit
  readonly #byHash = new Map<string, Entry>()
  readonly #byWireHash = new Map<string, Entry>()
  readonly #senders = new Map<string, SenderQueue>()
  /** Senders with slots of expired transactions. */
  readonly #resting = new Set<string>()
  readonly #displacement = new Displacement()
  readonly #rates = new Rates({
    perSecond: limits.clientRate.value,
    burst: limits.clientBurst.value,
    clients: limits.clients.value,
  })
  readonly #window = new Window({
    width: limits.verifications.value,
    length: limits.verificationQueue.value,
  })
  /** Wire hashes: a payload hash would let a forged copy shut out the genuine one. */
  readonly #rejected = new Set<string>()
  /** By wire hash, from its arrival on. */
  readonly #entering = new Map<string, Promise<Uint8Array>>()
  /** By transaction hash, once its signature is verified. */
  readonly #storing = new Map<string, Promise<Uint8Array>>()
  #bytes = 0
  #sequence = 0

  constructor(init: PoolInit) {
    this.#init = init
  }

  get size(): number {
    return this.#byHash.size
  }

  /** Bytes of memory that all transactions held take. */
  get bytes(): number {
    return this.#bytes
  }

  async submit(wire: Uint8Array, client: string): Promise<Uint8Array> {
    if (!this.#rates.take(client, this.#init.clock.now())) {
      const limit = limits.clientRate.value
      throw new Fault({ code: 'POOL_RATE', client, limit }, 'send more slowly')
    }
    const envelope = this.#decode(wire)
    const id = envelope.wireHash.toHex()
    const entering =
      this.#entering.get(id) ?? this.#enter(envelope).finally(() => this.#entering.delete(id))
    this.#entering.set(id, entering)
    return entering
  }

  /**
   * Takes back what the journal holds; what the chain has passed over leaves it. Before the first
   * `submit`.
   */
  async restore(reader: Reader): Promise<void> {
    const records = await this.#init.journal.load(reader)
    const atOnce = limits.verificationQueue.value
    for (let start = 0; start < records.length; start += atOnce) {
      const some = records.slice(start, start + atOnce)
      const judged = await Promise.all(some.map(({ wire }) => this.#judge(wire)))
      for (const [index, record] of some.entries()) this.#takeBack(record, judged[index])
    }
    await this.settled()
  }

  /** Resolves when everything that was decided so far is on disk, or could not be put there. */
  settled(): Promise<void> {
    return this.#init.journal.settled()
  }

  /** @param hash Of the transaction or of its encoding. */
  byHash(hash: Uint8Array): PooledTransaction | undefined {
    const id = hash.toHex()
    const envelope = (this.#byHash.get(id) ?? this.#byWireHash.get(id))?.envelope
    if (envelope === undefined) return undefined
    const { wire, sender } = envelope
    const { nonceKey, nonce } = envelope.fields
    return { hash: envelope.hash, wire, sender, nonceKey, nonce }
  }

  pendingNonce(sender: Uint8Array): bigint {
    const next = nextNonce(this.#init.state().view, sender, 0n)
    return this.#senders.get(sender.toHex())?.pendingNonce(next) ?? next
  }

  /** What the next block can take, in the order it should run. Stays in the pool. */
  ready(room: Room): ParsEnvelope[] {
    // Key, nonces and funds were looked at on arrival, and again whenever a block changed them.
    const { timestamp, baseFee } = this.#init.state().position
    const fit = ({ envelope }: Entry): boolean =>
      envelope.fields.maxFeePerGas >= baseFee && expiryFault(envelope, timestamp) === undefined
    return select(this.#senders.values(), baseFee, room, fit)
  }

  /**
   * Head moved. `changed` are the senders to look at again: those whose account, nonce lanes or key
   * record the new blocks wrote.
   */
  headChanged(changed: readonly Uint8Array[]): void {
    this.#displacement.reset()
    this.#expire()
    const senders = new Map(changed.map((sender) => [sender.toHex(), sender]))
    for (const [id, sender] of senders) {
      const queue = this.#senders.get(id)
      if (queue !== undefined) this.#reconsider(sender, queue)
    }
    for (const id of [...senders.keys(), ...this.#resting]) this.#leave(id)
  }

  #decode(wire: Uint8Array): ParsEnvelope {
    return decodeEnvelope(wire.slice(), this.#init.network, this.#init.rules)
  }

  async #enter(envelope: ParsEnvelope): Promise<Uint8Array> {
    if (this.#rejected.has(envelope.wireHash.toHex())) throw badSignature()
    const twin = this.#storing.get(envelope.hash.toHex())
    if (twin !== undefined) return twin
    if (this.#isKnown(envelope.hash)) return envelope.hash
    this.#expectPlace(envelope)
    await this.#expectGenuine(envelope)
    return this.#store(envelope)
  }

  #isKnown(hash: Uint8Array): boolean {
    return this.#byHash.has(hash.toHex()) || this.#init.mined(hash)
  }

  /** S1-S6 and the caps. */
  #expectPlace(envelope: ParsEnvelope): void {
    const { network, state, clock } = this.#init
    if (!network.dev && isPublished(envelope.keyHash)) {
      throw new Fault(
        { code: 'POOL_TEST_KEY', keyHash: hex(envelope.keyHash) },
        'everybody knows the secret of this key: use one of your own',
      )
    }
    admit(envelope, state(), this.#senders.get(envelope.sender.toHex()), clock.now())
    this.#displacedBy(envelope)
  }

  /** C1. */
  async #expectGenuine(envelope: ParsEnvelope): Promise<void> {
    const publicKey = publicKeyOf(envelope, this.#init.state().view)
    if (await this.#window.run(() => this.#init.verify(envelope, publicKey))) return
    this.#rejected.add(envelope.wireHash.toHex())
    if (this.#rejected.size > limits.rejected.value) {
      const [oldest] = this.#rejected
      if (oldest !== undefined) this.#rejected.delete(oldest)
    }
    throw badSignature()
  }

  #store(envelope: ParsEnvelope): Promise<Uint8Array> {
    const id = envelope.hash.toHex()
    const storing =
      this.#storing.get(id) ?? this.#write(envelope).finally(() => this.#storing.delete(id))
    this.#storing.set(id, storing)
    return storing
  }

  /** First the disk, then the pool: a write that fails leaves the pool as it was. */
  async #write(envelope: ParsEnvelope): Promise<Uint8Array> {
    const { hash, wire } = envelope
    if (this.#isKnown(hash)) return hash
    // Head, and the rest of the sender's queue, may have moved since the signature was looked at.
    this.#expectPlace(envelope)
    const { journal, clock } = this.#init
    await journal.add({ hash, wire, receivedAt: clock.now() })
    try {
      if (this.#init.mined(hash)) this.#record(hash, undefined)
      else {
        this.#expectPlace(envelope)
        this.#insert(envelope)
      }
    } catch (error) {
      this.#record(hash, undefined)
      throw error
    }
    return hash
  }

  #insert(envelope: ParsEnvelope): void {
    for (const entry of this.#displacedBy(envelope)) this.#drop(entry, 'POOL_FULL')
    const { view, position } = this.#init.state()
    const id = envelope.sender.toHex()
    const queue = this.#senders.get(id) ?? new SenderQueue(envelope.sender)
    this.#senders.set(id, queue)
    const next = nextNonce(view, envelope.sender, envelope.fields.nonceKey)
    const entry: Entry = { envelope, sequence: this.#sequence++ }
    const replaced = queue.put(entry, next)
    if (replaced !== undefined) this.#forget(replaced, 'POOL_REPLACED')
    this.#byHash.set(envelope.hash.toHex(), entry)
    this.#byWireHash.set(envelope.wireHash.toHex(), entry)
    this.#bytes += weightOf(envelope)
    this.#displacement.add(entry, queue.worthOf(envelope, next, position.baseFee))
  }

  /** Those that give way to `envelope`. Throws `POOL_FULL`. */
  #displacedBy(envelope: ParsEnvelope): readonly Entry[] {
    const queue = this.#senders.get(envelope.sender.toHex())
    const except = queue?.at(envelope)
    const freed = except === undefined ? 0 : weightOf(except.envelope)
    const taken = this.#bytes - freed + weightOf(envelope)
    const bytes = taken - limits.bytes.value
    if (bytes <= 0) return []
    const { view, position } = this.#init.state()
    const { baseFee } = position
    const next = nextNonce(view, envelope.sender, envelope.fields.nonceKey)
    const worth = (queue ?? new SenderQueue(envelope.sender)).worthOf(envelope, next, baseFee)
    const found = this.#displacement.find(
      { bytes, worth, except },
      { queues: this.#senders.values(), baseFee, holds: (entry) => this.#holds(entry) },
    )
    if (found !== undefined) return found
    throw new Fault(
      { code: 'POOL_FULL', bytes: this.#bytes },
      'raise maxPriorityFeePerGas, or send it again later',
    )
  }

  #holds(entry: Entry): boolean {
    return this.#byHash.get(entry.envelope.hash.toHex()) === entry
  }

  /** Looks again at all that one sender has here. */
  #reconsider(sender: Uint8Array, queue: SenderQueue): void {
    const { view } = this.#init.state()
    for (const entry of queue.advance(view)) {
      const isMined = this.#init.mined(entry.envelope.hash)
      this.#forget(entry, isMined ? undefined : 'TX_NONCE_TOO_LOW')
    }
    const { any } = queue
    if (any === undefined) return
    const facts = readSender(view, sender, queue.recordSlot)
    const fault = senderFault(any.envelope, facts)
    if (fault === undefined) {
      for (const entry of queue.shed(facts.balance)) this.#forget(entry, 'POOL_OVERDRAWN')
    } else {
      for (const entry of queue.entries()) this.#drop(entry, fault.code)
    }
  }

  #expire(): void {
    const { timestamp } = this.#init.state().position
    const now = this.#init.clock.now()
    for (const entry of this.#byHash.values()) {
      if (expiryFault(entry.envelope, timestamp) === undefined) continue
      const sender = entry.envelope.sender.toHex()
      this.#senders.get(sender)?.expire(entry, now)
      this.#resting.add(sender)
      this.#forget(entry, 'TX_EXPIRED')
    }
  }

  #drop(entry: Entry, reason: string): void {
    const sender = entry.envelope.sender.toHex()
    this.#senders.get(sender)?.remove(entry)
    this.#forget(entry, reason)
    this.#leave(sender)
  }

  /** Forgets a sender who has nothing here, and had nothing for a while. */
  #leave(sender: string): void {
    const slots = this.#senders.get(sender)?.slots(this.#init.clock.now()) ?? 0
    if (slots > 0) return
    this.#senders.delete(sender)
    this.#resting.delete(sender)
  }

  /** After its queue let it go. @param reason Undefined when a block has it. */
  #forget(entry: Entry, reason: string | undefined): void {
    const { hash, wireHash } = entry.envelope
    if (!this.#byHash.delete(hash.toHex())) return
    this.#byWireHash.delete(wireHash.toHex())
    this.#bytes -= weightOf(entry.envelope)
    this.#record(hash, reason)
  }

  #record(hash: Uint8Array, reason: string | undefined): void {
    const { journal, clock, log } = this.#init
    const written =
      reason === undefined ? journal.done(hash) : journal.evict(hash, { reason, at: clock.now() })
    // What stays on disk against this is looked at again at the next start.
    written.catch((error: unknown) => log.error('pool journal', { error: String(error) }))
  }

  /** V, S and C1 of what the journal holds; the Fault that rules it out. */
  async #judge(wire: Uint8Array): Promise<ParsEnvelope | Fault> {
    try {
      const envelope = this.#decode(wire)
      readmit(envelope, this.#init.state(), undefined, 0)
      await this.#expectGenuine(envelope)
      return envelope
    } catch (error) {
      return refusal(error)
    }
  }

  #takeBack({ hash }: PooledRecord, judged: ParsEnvelope | Fault | undefined): void {
    if (this.#init.mined(hash)) return this.#record(hash, undefined)
    if (judged === undefined || judged instanceof Fault) return this.#record(hash, judged?.code)
    const { state, clock } = this.#init
    try {
      const queue = this.#senders.get(judged.sender.toHex())
      readmit(judged, state(), queue, clock.now())
      this.#insert(judged)
    } catch (error) {
      this.#record(hash, refusal(error).code)
    }
  }
}

/** A reason to let a transaction go; anything else is a fault of this host, and thrown. */
function refusal(error: unknown): Fault {
  if (isFault(error) && /^(?:TX|POOL)_/.test(error.code)) return error
  throw error
}

function badSignature(): Fault<{ code: 'TX_BAD_SIGNATURE' }> {
  return new Fault(
    { code: 'TX_BAD_SIGNATURE' },
    'the ML-DSA signature does not verify: sign the transaction hash (which binds the network id) under the context pars-tx-v1',
  )
}
