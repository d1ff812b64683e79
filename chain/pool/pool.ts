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
import type { ListedTransaction, PoolFace, PooledTransaction, Source } from '../port.ts'
import { admit, type PoolState, type SenderUse } from './admission.ts'
import { Displacement } from './displacement.ts'
import { ExpiredSlots } from './expired.ts'
import { Forgeries } from './forgeries.ts'
import { Gate, nameOf } from './gate.ts'
import type { PoolJournal } from './journal.ts'
import { limits } from './limits.ts'
import { type Entry, SenderQueue, type Tally, worthOf } from './queue.ts'
import { restore } from './restore.ts'
import { type Choice, type Room, select } from './select.ts'
import { badSignature, isObjective } from './verdict.ts'
import type { Verifier } from './verifier.ts'
import { weightOf } from './weight.ts'

export interface PoolInit {
  /** `dev`: published test keys may send. */
  readonly network: Network & { readonly dev: boolean }
  readonly rules: Parameters<typeof decodeEnvelope>[2]
  readonly clock: Clock
  readonly log: Log
  readonly journal: PoolJournal
  /** The state of head; asked anew for each decision. */
  readonly state: () => PoolState
  /** Shared with consensus, whose verifications go first. */
  readonly verifier: Verifier
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
  readonly #tally: Tally = { executable: 0 }
  readonly #expired = new ExpiredSlots()
  readonly #displacement = new Displacement()
  readonly #gate: Gate
  readonly #forgeries = new Forgeries()
  /** Verifications under way, by wire hash. */
  readonly #verifying = new Map<string, Promise<boolean>>()
  /** By transaction hash, once its signature is verified. */
  readonly #storing = new Map<string, Promise<Uint8Array>>()
  readonly #listeners = new Set<(envelope: ParsEnvelope) => void>()
  readonly #outcomes = new Map<string, number>()
  #bytes = 0
  #bytesStoring = 0
  #sequence = 0

  constructor(init: PoolInit) {
    this.#init = init
    this.#gate = new Gate(init.clock)
  }

  get size(): number {
    return this.#byHash.size
  }

  get executable(): number {
    return this.#tally.executable
  }

  /** Bytes of memory that all transactions held take. */
  get bytes(): number {
    return this.#bytes
  }

  /** What came of all that was offered: `accepted`, `known`, or the code of the refusal. */
  get outcomes(): ReadonlyMap<string, number> {
    return this.#outcomes
  }

  async submit(wire: Uint8Array, source: Source): Promise<Uint8Array> {
    try {
      const { hash, isKnown } = await this.#submit(wire, source)
      this.#count(isKnown ? 'known' : 'accepted')
      return hash
    } catch (error) {
      this.#count(isFault(error) ? error.code : 'failed')
      throw error
    }
  }

  async #submit(
    wire: Uint8Array,
    source: Source,
  ): Promise<{ readonly hash: Uint8Array; readonly isKnown: boolean }> {
    this.#gate.enter(source, wire.length)
    try {
      const { envelope, known } = this.#screen(wire, source)
      if (known !== undefined) return { hash: await known, isKnown: true }
      const { stored } = await this.#verified(envelope, nameOf(source))
      return { hash: await stored, isKnown: false }
    } catch (error) {
      // What else that peer has waiting is not worth a verification any more.
      if (source.kind === 'peer' && isObjective(error)) {
        this.#init.verifier.drop('pool', nameOf(source))
      }
      throw error
    }
  }

  /**
   * Takes back what the journal holds; what the chain has passed over leaves it. Before the first
   * `submit`.
   */
  async restore(reader: Reader): Promise<void> {
    const { clock, journal, state, verifier, mined } = this.#init
    const { pooled: records, expired } = await journal.load(reader)
    const now = clock.now()
    for (const { sender, at } of expired) this.#expired.add(sender.toHex(), Math.min(at, now))
    await restore(records, {
      state,
      verifier,
      mined,
      decode: (wire) => this.#decode(wire),
      isGenuine: (envelope) => this.#isGenuine(envelope),
      useOf: (sender) => this.#useOf(sender),
      insert: (envelope) => this.#insert(envelope),
      record: (hash, reason, sender) => this.#record(hash, reason, sender),
    })
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
    return pooled(envelope)
  }

  list(sender?: Uint8Array): readonly ListedTransaction[] {
    if (sender === undefined) return [...this.#senders.values()].flatMap(listed)
    const queue = this.#senders.get(sender.toHex())
    return queue === undefined ? [] : listed(queue)
  }

  pendingNonce(sender: Uint8Array, nonceKey = 0n): bigint {
    const next = nextNonce(this.#init.state().view, sender, nonceKey)
    return this.#senders.get(sender.toHex())?.pendingNonce(nonceKey, next) ?? next
  }

  /**
   * What the next block can take, in the order it should run. Stays in the pool.
   * @param choose Asked for those that could run; all are taken without it.
   */
  ready(room: Room, choose: (envelope: ParsEnvelope) => Choice = () => 'take'): ParsEnvelope[] {
    // Key, nonces and funds were looked at on arrival, and again whenever a block changed them.
    const { timestamp, baseFee } = this.#init.state().position
    return select(this.#senders.values(), baseFee, room, ({ envelope }) => {
      const isFit =
        envelope.fields.maxFeePerGas >= baseFee && expiryFault(envelope, timestamp) === undefined
      return isFit ? choose(envelope) : 'leave'
    })
  }

  /** Whether the pool holds this very encoding, and so has verified it. @param id Hexadecimal. */
  hasEncoding(id: string): boolean {
    return this.#byWireHash.has(id)
  }

  /** @param listener Runs for each transaction that comes in, and must not throw. */
  onAdded(listener: (envelope: ParsEnvelope) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
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
  }

  /** The chain went back: what waits here may belong to what never was. */
  clear(): void {
    for (const entry of this.#byHash.values()) this.#drop(entry, 'POOL_CLEARED')
  }

  #count(outcome: string): void {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1)
  }

  #decode(wire: Uint8Array): ParsEnvelope {
    return decodeEnvelope(wire.slice(), this.#init.network, this.#init.rules)
  }

  /** What costs no verification: V, S1-S6, the caps, and what is known already. */
  #screen(
    wire: Uint8Array,
    source: Source,
  ): { readonly envelope: ParsEnvelope; readonly known: Promise<Uint8Array> | undefined } {
    let isFree = true
    try {
      const envelope = this.#decode(wire)
      if (this.#forgeries.has(envelope.wireHash)) throw badSignature()
      const known = this.#known(envelope.hash)
      if (known === undefined) {
        this.#expectPlace(envelope)
        isFree = false
      }
      return { envelope, known }
    } finally {
      if (isFree) this.#gate.pardon(source, wire.length)
    }
  }

  /** The answer about a payload that the pool, its disk or a block has already. */
  #known(hash: Uint8Array): Promise<Uint8Array> | undefined {
    return this.#storing.get(hash.toHex()) ?? (this.#has(hash) ? Promise.resolve(hash) : undefined)
  }

  #has(hash: Uint8Array): boolean {
    return this.#byHash.has(hash.toHex()) || this.#init.mined(hash)
  }

  /** S1-S6 and the caps. */
  #expectPlace(envelope: ParsEnvelope): void {
    const { network, state } = this.#init
    if (!network.dev && isPublished(envelope.keyHash)) {
      throw new Fault(
        { code: 'POOL_TEST_KEY', keyHash: hex(envelope.keyHash) },
        'everybody knows the secret of this key: use one of your own',
      )
    }
    admit(envelope, state(), this.#useOf(envelope.sender))
    this.#displacedBy(envelope)
  }

  #useOf(sender: Uint8Array): SenderUse {
    const id = sender.toHex()
    const expired = this.#expired.count(id, this.#init.clock.now())
    return { queue: this.#senders.get(id), expired }
  }

  /**
   * C1, when the source has its turn; what came in between may have made it needless. Resolves when
   * the turn ends, before the disk has it.
   */
  #verified(
    envelope: ParsEnvelope,
    source: string,
  ): Promise<{ readonly stored: Promise<Uint8Array> }> {
    const asked = { priority: 'pool', source, bytes: envelope.wire.length } as const
    return this.#init.verifier.run(asked, async () => {
      const known = this.#known(envelope.hash)
      if (known !== undefined) return { stored: known }
      this.#expectDisk()
      this.#expectPlace(envelope)
      if (!(await this.#isGenuine(envelope))) throw badSignature()
      return { stored: this.#store(envelope) }
    })
  }

  #expectDisk(): void {
    if (this.#bytesStoring < limits.storing.value) return
    throw new Fault(
      { code: 'POOL_BUSY', waiting: Math.ceil(this.#bytesStoring / limits.verificationSlot.value) },
      'the disk does not keep up: send it again later',
    )
  }

  /** C1, once for each encoding that comes several times at once. */
  async #isGenuine(envelope: ParsEnvelope): Promise<boolean> {
    if (this.#forgeries.has(envelope.wireHash)) return false
    const id = envelope.wireHash.toHex()
    const underWay = this.#verifying.get(id)
    if (underWay !== undefined) return underWay
    const publicKey = publicKeyOf(envelope, this.#init.state().view)
    const verifying = this.#init.verify(envelope, publicKey)
    this.#verifying.set(id, verifying)
    try {
      const genuine = await verifying
      if (!genuine) this.#forgeries.add(envelope.wireHash)
      return genuine
    } finally {
      this.#verifying.delete(id)
    }
  }

  #store(envelope: ParsEnvelope): Promise<Uint8Array> {
    const id = envelope.hash.toHex()
    const twin = this.#storing.get(id)
    if (twin !== undefined) return twin
    const { length } = envelope.wire
    this.#bytesStoring += length
    const storing = this.#write(envelope).finally(() => {
      this.#storing.delete(id)
      this.#bytesStoring -= length
    })
    this.#storing.set(id, storing)
    return storing
  }

  /** First the disk, then the pool: a write that fails leaves the pool as it was. */
  async #write(envelope: ParsEnvelope): Promise<Uint8Array> {
    const { hash, wire } = envelope
    if (this.#has(hash)) return hash
    // Head, and the rest of the sender's queue, may have moved since the signature was looked at.
    this.#expectPlace(envelope)
    const { journal, clock } = this.#init
    await journal.add({ hash, wire, receivedAt: clock.now() })
    try {
      if (this.#init.mined(hash)) this.#record(hash)
      else {
        this.#expectPlace(envelope)
        this.#insert(envelope)
      }
    } catch (error) {
      this.#record(hash)
      throw error
    }
    return hash
  }

  #insert(envelope: ParsEnvelope): void {
    for (const entry of this.#displacedBy(envelope)) this.#drop(entry, 'POOL_FULL')
    const { view, position } = this.#init.state()
    const id = envelope.sender.toHex()
    const queue = this.#senders.get(id) ?? new SenderQueue(envelope.sender, this.#tally)
    this.#senders.set(id, queue)
    const next = nextNonce(view, envelope.sender, envelope.fields.nonceKey)
    const entry: Entry = { envelope, sequence: this.#sequence++ }
    const replaced = queue.put(entry, next)
    if (replaced !== undefined) this.#forget(replaced, 'POOL_REPLACED')
    this.#byHash.set(envelope.hash.toHex(), entry)
    this.#byWireHash.set(envelope.wireHash.toHex(), entry)
    this.#bytes += weightOf(envelope)
    const worth = worthOf(envelope, next, position.baseFee, queue)
    this.#displacement.add({ entry, worth, depth: envelope.fields.nonce - next })
    for (const listener of this.#listeners) listener(envelope)
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
    const worth = worthOf(envelope, next, baseFee, queue)
    const found = this.#displacement.find(
      { bytes, worth, except },
      {
        queues: this.#senders.values(),
        baseFee,
        worth: (entry) => this.#queueOf(entry)?.worthNow(entry, baseFee),
      },
    )
    if (found !== undefined) return found
    throw new Fault(
      { code: 'POOL_FULL', bytes: this.#bytes },
      'raise maxPriorityFeePerGas, or send it again later',
    )
  }

  /** The queue that holds `entry`, unless it has left. */
  #queueOf(entry: Entry): SenderQueue | undefined {
    const queue = this.#senders.get(entry.envelope.sender.toHex())
    return queue?.at(entry.envelope) === entry ? queue : undefined
  }

  /** Looks again at all that one sender has here. */
  #reconsider(sender: Uint8Array, queue: SenderQueue): void {
    const { view } = this.#init.state()
    for (const entry of queue.advance(view)) {
      const isMined = this.#init.mined(entry.envelope.hash)
      this.#forget(entry, isMined ? undefined : 'TX_NONCE_TOO_LOW')
    }
    const { any } = queue
    if (any === undefined) return this.#leave(sender.toHex())
    const facts = readSender(view, sender, queue.recordSlot)
    const fault = senderFault(any.envelope, facts)
    if (fault === undefined) {
      for (const entry of queue.shed(facts.balance)) this.#forget(entry, 'POOL_OVERDRAWN')
      this.#leave(sender.toHex())
    } else {
      for (const entry of queue.entries()) this.#drop(entry, fault.code)
    }
  }

  #expire(): void {
    const { timestamp } = this.#init.state().position
    for (const entry of this.#byHash.values()) {
      if (expiryFault(entry.envelope, timestamp) === undefined) continue
      this.#drop(entry, 'TX_EXPIRED')
    }
  }

  #drop(entry: Entry, reason: string): void {
    const sender = entry.envelope.sender.toHex()
    this.#senders.get(sender)?.remove(entry)
    this.#forget(entry, reason)
    this.#leave(sender)
  }

  /** Forgets a sender who has nothing here. */
  #leave(sender: string): void {
    if (this.#senders.get(sender)?.size === 0) this.#senders.delete(sender)
  }

  /** After its queue let it go. @param reason Undefined when a block has it. */
  #forget(entry: Entry, reason: string | undefined): void {
    const { hash, wireHash, sender } = entry.envelope
    if (!this.#byHash.delete(hash.toHex())) return
    this.#byWireHash.delete(wireHash.toHex())
    this.#bytes -= weightOf(entry.envelope)
    this.#record(hash, reason, sender)
  }

  /** @param sender Needed of what expired: it keeps its slot. */
  #record(hash: Uint8Array, reason?: string, sender?: Uint8Array): void {
    const { journal, clock, log } = this.#init
    const at = clock.now()
    const expired = reason === 'TX_EXPIRED' ? sender : undefined
    if (expired !== undefined) this.#expired.add(expired.toHex(), at)
    const written =
      reason === undefined ? journal.done(hash) : journal.evict(hash, { reason, at, expired })
    // What stays on disk against this is looked at again at the next start.
    written.catch((error: unknown) => log.error('pool journal', { error: String(error) }))
  }
}

function pooled({ hash, wire, sender, fields }: ParsEnvelope): PooledTransaction {
  return { hash, wire, sender, nonceKey: fields.nonceKey, nonce: fields.nonce }
}

function listed(queue: SenderQueue): readonly ListedTransaction[] {
  const executable = new Set([...queue.runnable()].flat())
  return [...queue.entries()]
    .map((entry) => ({ ...pooled(entry.envelope), isExecutable: executable.has(entry) }))
    .toSorted((a, b) => Number(a.nonceKey - b.nonceKey) || Number(a.nonce - b.nonce))
}
