import type { Log } from '@ethereumjs/evm'
import { Account, Address } from '@ethereumjs/util'

import { concat, fixed, padLeft, toBigInt, utf8 } from '#base'
import { keccak256 } from '#crypto'
import {
  type BlobTable,
  type EnvelopeKey,
  type KeyTable,
  logGas,
  payGas,
  PrecompileHalt,
  type PrecompileView,
  readGas,
  schedule,
  writeGas,
} from '#precompiles'

import type { State } from '../state/index.ts'
import type { TransactionContext } from './context.ts'
import { HostFault, hostCause } from './host-fault.ts'
import type { AccessJournal } from './journal.ts'
import { accountNow, blobNow, keyNow, originalNow, slotNow } from './state-now.ts'
import { Suspend } from './suspend.ts'

/** The message call that reached a plugin. */
export interface PluginMessage {
  readonly caller: Address
  readonly value: bigint
  readonly isStatic: boolean
  readonly depth: number
}

/** What a plugin runs on. */
export interface PluginHost {
  readonly state: State
  readonly journal: AccessJournal
  readonly context: TransactionContext
  /** The sender of the transaction. */
  readonly origin: Address
  /** Built-in or plugin. */
  isPrecompile(address: Uint8Array): boolean
}

/** A payment that a plugin made: a move of balance without a call. */
export interface Payout {
  readonly from: Address
  readonly to: Address
  readonly amount: bigint
  /** Of the plugin's frame. */
  readonly depth: number
}

const paidTopic = keccak256(utf8('Paid(address,uint256)'))
const maxTopics = 4
/** The account registry. @see PIP-0002 */
const keyOwner = 0x0606n
/** What has to do with models. @see PIP-0009 */
const blobOwners: ReadonlySet<bigint> = new Set([0x0302n, 0x0303n, 0x0304n, 0x0305n])

/**
 * A plugin's view of one call. Once a call has failed every further use of its view fails the same
 * way, so that a plugin which catches the exception cannot go on.
 */
export class PluginView implements PrecompileView {
  readonly logs: Log[] = []
  readonly payouts: Payout[] = []
  gasUsed = 0n
  /** What ends the call whatever the plugin returns. */
  ending: PrecompileHalt | HostFault | Suspend | undefined
  private readonly paid = new Map<
    string,
    { readonly address: Address; readonly account: Account }
  >()
  private closed = false
  private belowSentry = false
  private readonly host: PluginHost
  private readonly self: Address
  private readonly message: PluginMessage
  private readonly gasLimit: bigint

  constructor(host: PluginHost, self: Address, message: PluginMessage, gasLimit: bigint) {
    this.host = host
    this.self = self
    this.message = message
    this.gasLimit = gasLimit
  }

  get address(): Uint8Array {
    return this.self.toBytes()
  }
  get caller(): Uint8Array {
    return this.message.caller.toBytes()
  }
  get value(): bigint {
    return this.message.value
  }
  get isStatic(): boolean {
    return this.message.isStatic
  }
  get depth(): number {
    return this.message.depth
  }
  get origin(): Uint8Array {
    return this.host.origin.toBytes()
  }
  get height(): bigint {
    return this.host.context.height
  }
  get timestamp(): bigint {
    return this.host.context.timestamp
  }
  get networkId(): Uint8Array {
    return this.host.context.networkId.slice()
  }
  get envelope(): EnvelopeKey | undefined {
    const { envelope } = this.host.context
    return envelope && { algorithm: envelope.algorithm, key: envelope.key.slice() }
  }
  get keys(): KeyTable | undefined {
    if (toBigInt(this.self.bytes) !== keyOwner) return undefined
    return {
      get: (keyHash) => this.guarded(() => keyNow(this.host.state, keyHash)),
      put: (algorithm, publicKey) => {
        this.requireMutable()
        return this.guarded(() =>
          this.host.state.keys.put(concat(Uint8Array.of(algorithm), publicKey)),
        )
      },
    }
  }

  get blobs(): BlobTable | undefined {
    if (!blobOwners.has(toBigInt(this.self.bytes))) return undefined
    return {
      get: (hash) => this.guarded(() => blobNow(this.host.state, hash)),
      put: (bytes) => {
        this.requireMutable()
        return this.guarded(() => this.host.state.blobs.put(bytes.slice()))
      },
    }
  }

  get(slot: Uint8Array): Uint8Array {
    return this.read(this.self, slot)
  }

  getOf(owner: Uint8Array, slot: Uint8Array): Uint8Array {
    requireLength(owner, 20)
    // Precompiles are warm from the start: another address would have to be warmed and paid for.
    if (!this.host.isPrecompile(owner)) throw new TypeError('not the address of a precompile')
    return this.read(new Address(owner.slice()), slot)
  }

  put(slot: Uint8Array, word: Uint8Array): void {
    requireLength(slot, 32)
    requireLength(word, 32)
    this.requireMutable()
    const { journal, state } = this.host
    if (this.gasLimit - this.gasUsed <= BigInt(schedule.writeSentry)) {
      this.belowSentry = true
      this.outOfGas()
    }
    const value = toBigInt(word)
    const warm = journal.isWarmedStorage(this.self.bytes, slot)
    const price = this.guarded(() =>
      writeGas({
        warm,
        original: toBigInt(originalNow(state, this.self, slot)),
        current: toBigInt(slotNow(state, this.self, slot)),
        value,
      }),
    )
    journal.warmSlot(this.self.bytes, slot)
    this.charge(price)
    this.guarded(() => {
      state.putStorageNow(this.self, slot.slice(), word.slice())
    })
  }

  emit(topics: readonly Uint8Array[], data: Uint8Array): void {
    if (topics.length > maxTopics) throw new TypeError(`${topics.length} topics`)
    for (const topic of topics) requireLength(topic, 32)
    this.requireMutable()
    this.charge(logGas(topics.length, data.length))
    this.logs.push([this.self.bytes, topics.map((topic) => topic.slice()), data.slice()])
  }

  pay(to: Uint8Array, amount: bigint): void {
    requireLength(to, 20)
    if (amount < 0n) throw new TypeError('a negative payment')
    this.requireMutable()
    if (this.host.isPrecompile(to)) this.end(new PrecompileHalt('payment to a precompile'))
    const payee = new Address(to.slice())
    const receiver = this.account(payee)
    this.charge(payGas(receiver.isEmpty()))
    const payer = this.account(this.self)
    if (payer.balance < amount) this.end(new PrecompileHalt('balance too small'))
    payer.balance -= amount
    receiver.balance += amount
    this.logs.push([this.self.bytes, [paidTopic], concat(padLeft(to, 32), fixed(amount, 32))])
    this.payouts.push({ from: this.self, to: payee, amount, depth: this.depth })
  }

  charge(gas: bigint): void {
    this.requireOpen()
    if (gas < 0n) throw new TypeError('a negative charge')
    this.gasUsed += gas
    if (this.gasUsed > this.gasLimit) this.outOfGas()
  }

  /** Writes the balances that `pay` moved. */
  async settle(): Promise<void> {
    for (const { address, account } of this.paid.values()) {
      await this.host.journal.putAccount(address, account)
    }
  }

  /** Ends the view's life: a plugin that kept it gets nothing more from it. */
  close(): void {
    this.closed = true
  }

  private read(owner: Address, slot: Uint8Array): Uint8Array {
    requireLength(slot, 32)
    this.charge(readGas(!this.host.journal.warmSlot(owner.bytes, slot)))
    return padLeft(
      this.guarded(() => slotNow(this.host.state, owner, slot)),
      32,
    )
  }

  /** As the payments so far left it. */
  private account(address: Address): Account {
    const key = address.toString()
    const known = this.paid.get(key)
    if (known !== undefined) return known.account
    const account = this.guarded(() => accountNow(this.host.state, address)) ?? new Account()
    this.paid.set(key, { address, account })
    return account
  }

  private requireOpen(): void {
    if (this.closed) throw new TypeError('the call that this view belongs to is over')
    if (this.ending !== undefined) throw this.ending
  }

  private requireMutable(): void {
    this.requireOpen()
    if (this.message.isStatic) this.end(new PrecompileHalt('state change in a static call'))
  }

  get isOutOfGas(): boolean {
    return this.gasUsed > this.gasLimit || this.belowSentry
  }

  private outOfGas(): never {
    this.end(new PrecompileHalt('out of gas'))
  }

  private end(ending: PrecompileHalt | HostFault | Suspend): never {
    this.ending = ending
    throw ending
  }

  /** Whatever the state throws is this host's trouble, and not for the plugin to catch. */
  private guarded<Value>(use: () => Value): Value {
    this.requireOpen()
    try {
      return use()
    } catch (error) {
      const ending =
        error instanceof Suspend ? error : new HostFault(hostCause(error) ?? 'state', error)
      return this.end(ending)
    }
  }
}

function requireLength(bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new TypeError(`${bytes.length} bytes instead of ${length}`)
}
