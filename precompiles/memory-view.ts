/** `PrecompileView` over memory, metered as on the chain: what the conformance suite plays on. */
import { concat, equal, Fault, fixed, hex, toBigInt, unhex } from '#base'
import { keyHash, sha3_256 } from '#crypto'
import { isAlgorithm } from '#protocol'

import { topic } from './abi.ts'
import { logGas, payGas, readGas, schedule, writeGas } from './gas.ts'
import {
  type BlobTable,
  type EnvelopeKey,
  type KeyTable,
  type Precompile,
  PrecompileHalt,
  PrecompileRevert,
  type PrecompileView,
} from './plugin.ts'

/** How a call is made. */
export interface CallContext {
  readonly caller: Uint8Array
  readonly origin: Uint8Array
  readonly depth: number
  readonly isStatic: boolean
  readonly value: bigint
  readonly height: bigint
  readonly timestamp: bigint
  readonly networkId: Uint8Array
  readonly envelope: EnvelopeKey | undefined
  readonly gasLimit: bigint
}

const account = new Uint8Array(20).fill(0xaa)

/** Of a vector that says nothing else: a transaction of account 0xaa…aa on network 0x47…47. */
const defaultContext: CallContext = {
  caller: account,
  origin: account,
  depth: 0,
  isStatic: false,
  value: 0n,
  height: 1n,
  timestamp: 1_700_000_000n,
  networkId: new Uint8Array(32).fill(0x47),
  envelope: undefined,
  gasLimit: 16_777_216n,
}

export interface EmittedLog {
  readonly topics: readonly Uint8Array[]
  readonly data: Uint8Array
}

/** How a call ended. A revert or a halt has undone all else. */
export type Outcome =
  | {
      readonly status: 'returned'
      readonly output: Uint8Array
      readonly gas: bigint
      readonly logs: readonly EmittedLog[]
      /** Slots whose word differs from before, by slot in hexadecimal. */
      readonly storage: ReadonlyMap<string, Uint8Array>
    }
  | { readonly status: 'reverted'; readonly reason: string; readonly gas: bigint }
  | { readonly status: 'halted'; readonly reason: string; readonly gas: bigint }

type StoredKey = NonNullable<ReturnType<KeyTable['get']>>

/** What lasts from call to call. */
export class MemoryState {
  readonly storage = new Map<string, Uint8Array>()
  readonly keys = new Map<string, StoredKey>()
  /** By SHA3-256 in hexadecimal. */
  readonly blobs = new Map<string, Uint8Array>()
  /** Storage of other precompiles: by address, then by slot, in hexadecimal. */
  readonly others = new Map<string, ReadonlyMap<string, Uint8Array>>()
  /** Wei by address in hexadecimal; an address that is absent is an empty account. */
  readonly balances = new Map<string, bigint>()
}

/**
 * Calls `plugin` once, as a transaction of its own. What the plugin throws besides a revert or a halt
 * is a defect and passes through.
 */
export function callInMemory(
  plugin: Precompile,
  input: Uint8Array,
  state = new MemoryState(),
  changes: Partial<CallContext> = {},
): Outcome {
  const context = { ...defaultContext, ...changes }
  const view = new MemoryView(unhex(plugin.address), state, context)
  try {
    view.charge(plugin.gas(input))
    const output: unknown = plugin.stateful ? plugin.run(input, view) : plugin.run(input)
    if (view.ending !== undefined) throw view.ending
    if (!(output instanceof Uint8Array)) throw new TypeError('a plugin returns bytes')
    const storage = view.commit()
    return { status: 'returned', output, gas: view.gasUsed, logs: view.logs, storage }
  } catch (error) {
    if (error instanceof PrecompileRevert) {
      return { status: 'reverted', reason: error.message, gas: view.gasUsed }
    }
    if (error instanceof PrecompileHalt) {
      return { status: 'halted', reason: error.message, gas: context.gasLimit }
    }
    throw error
  }
}

const zero = new Uint8Array(32)
const maxTopics = 4
const paid = topic('Paid', [
  ['address', 'to'],
  ['uint256', 'amount'],
])

/** As on the chain, what a plugin catches does not count: once a call has ended it stays ended. */
export class MemoryView implements PrecompileView {
  ending: PrecompileHalt | undefined
  readonly address: Uint8Array
  readonly caller: Uint8Array
  readonly origin: Uint8Array
  readonly depth: number
  readonly isStatic: boolean
  readonly value: bigint
  readonly height: bigint
  readonly timestamp: bigint
  readonly networkId: Uint8Array
  readonly envelope: EnvelopeKey | undefined
  readonly keys: KeyTable
  readonly blobs: BlobTable
  readonly logs: EmittedLog[] = []
  gasUsed = 0n
  readonly #gasLimit: bigint
  readonly #state: MemoryState
  readonly #warm = new Set<string>()
  readonly #words = new Map<string, Uint8Array>()
  readonly #keys = new Map<string, StoredKey>()
  readonly #blobs = new Map<string, Uint8Array>()
  readonly #balances = new Map<string, bigint>()

  constructor(address: Uint8Array, state: MemoryState, context: CallContext) {
    this.address = address
    this.caller = context.caller
    this.origin = context.origin
    this.depth = context.depth
    this.isStatic = context.isStatic
    this.value = context.value
    this.height = context.height
    this.timestamp = context.timestamp
    this.networkId = context.networkId
    this.envelope = context.envelope
    this.#gasLimit = context.gasLimit
    this.#state = state
    this.keys = {
      get: (hash) => this.#keys.get(hash.toHex()) ?? state.keys.get(hash.toHex()),
      put: (algorithm, publicKey) => this.#putKey(algorithm, publicKey),
    }
    this.blobs = {
      get: (hash) => this.#blob(hash).slice(),
      put: (bytes) => this.#putBlob(bytes),
    }
    const { value } = context
    if (value > 0n) this.#balances.set(address.toHex(), this.#balance(address) + value)
  }

  get(slot: Uint8Array): Uint8Array {
    requireLength(slot, 32)
    this.charge(readGas(this.#touch(slot)))
    return this.#current(slot).slice()
  }

  getOf(owner: Uint8Array, slot: Uint8Array): Uint8Array {
    requireLength(owner, 20)
    if (equal(owner, this.address)) return this.get(slot)
    requireLength(slot, 32)
    this.charge(readGas(this.#touch(slot, owner)))
    return (this.#state.others.get(owner.toHex())?.get(slot.toHex()) ?? zero).slice()
  }

  put(slot: Uint8Array, word: Uint8Array): void {
    requireLength(slot, 32)
    requireLength(word, 32)
    this.#refuseStatic()
    if (this.#gasLimit - this.gasUsed <= schedule.writeSentry) this.#outOfGas()
    const original = toBigInt(this.#state.storage.get(slot.toHex()) ?? zero)
    const current = toBigInt(this.#current(slot))
    const warm = this.#touch(slot)
    this.charge(writeGas({ warm, original, current, value: toBigInt(word) }))
    this.#words.set(slot.toHex(), word.slice())
  }

  emit(topics: readonly Uint8Array[], data: Uint8Array): void {
    if (topics.length > maxTopics) throw new TypeError(`${topics.length} topics`)
    for (const entry of topics) requireLength(entry, 32)
    this.#refuseStatic()
    this.charge(logGas(topics.length, data.length))
    this.logs.push({ topics: topics.map((entry) => entry.slice()), data: data.slice() })
  }

  pay(to: Uint8Array, amount: bigint): void {
    requireLength(to, 20)
    if (amount < 0n) throw new TypeError('a negative payment')
    this.#refuseStatic()
    if (equal(to, this.address)) this.#end('payment to a precompile')
    this.charge(payGas(!this.#hasBalance(to)))
    const mine = this.#balance(this.address)
    if (mine < amount) this.#end('balance too small')
    this.#balances.set(this.address.toHex(), mine - amount)
    this.#balances.set(to.toHex(), this.#balance(to) + amount)
    this.logs.push({ topics: [paid], data: concat(fixed(toBigInt(to), 32), fixed(amount, 32)) })
  }

  charge(gas: bigint): void {
    if (this.ending !== undefined) throw this.ending
    if (gas < 0n) throw new TypeError('a negative charge')
    this.gasUsed += gas
    if (this.gasUsed > this.#gasLimit) this.#outOfGas()
  }

  /** Makes what the call wrote last. */
  commit(): ReadonlyMap<string, Uint8Array> {
    const changed = new Map<string, Uint8Array>()
    for (const [slot, word] of this.#words) {
      if (equal(word, this.#state.storage.get(slot) ?? zero)) continue
      changed.set(slot, word)
      this.#state.storage.set(slot, word)
    }
    for (const [hash, key] of this.#keys) this.#state.keys.set(hash, key)
    for (const [hash, blob] of this.#blobs) this.#state.blobs.set(hash, blob)
    for (const [holder, wei] of this.#balances) this.#state.balances.set(holder, wei)
    return changed
  }

  #putKey(algorithm: number, publicKey: Uint8Array): Uint8Array {
    if (!isAlgorithm(algorithm)) throw new TypeError(`algorithm ${algorithm} is unknown`)
    const hash = keyHash(algorithm, publicKey)
    this.#keys.set(hash.toHex(), { algorithm, publicKey: publicKey.slice() })
    return hash
  }

  #blob(hash: Uint8Array): Uint8Array {
    const found = this.#blobs.get(hash.toHex()) ?? this.#state.blobs.get(hash.toHex())
    if (found !== undefined) return found
    throw new Fault({ code: 'STATE_MISSING_BYTES', kind: 'blob', key: hex(hash) })
  }

  #putBlob(bytes: Uint8Array): Uint8Array {
    this.#refuseStatic()
    const hash = sha3_256(bytes)
    this.#blobs.set(hash.toHex(), bytes.slice())
    return hash
  }

  #current(slot: Uint8Array): Uint8Array {
    const name = slot.toHex()
    return this.#words.get(name) ?? this.#state.storage.get(name) ?? zero
  }

  #touch(slot: Uint8Array, owner = this.address): boolean {
    const name = `${owner.toHex()} ${slot.toHex()}`
    const warm = this.#warm.has(name)
    this.#warm.add(name)
    return warm
  }

  #hasBalance(holder: Uint8Array): boolean {
    return this.#balances.has(holder.toHex()) || this.#state.balances.has(holder.toHex())
  }

  #balance(holder: Uint8Array): bigint {
    const name = holder.toHex()
    return this.#balances.get(name) ?? this.#state.balances.get(name) ?? 0n
  }

  #refuseStatic(): void {
    if (this.isStatic) this.#end('state change in a static call')
  }

  #outOfGas(): never {
    this.#end('out of gas')
  }

  #end(reason: string): never {
    throw (this.ending ??= new PrecompileHalt(reason))
  }
}

function requireLength(bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new TypeError(`${bytes.length} bytes instead of ${length}`)
}
