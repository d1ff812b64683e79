/** A network of one engine over memory: what a test signs runs exactly as on a node. */
import { empty, hex, type Hex, silent, unhex } from '#base'
import { addressOfKey, keccak256, mlDsa, type SigningKey } from '#crypto'
import { type Genesis, preset } from '#genesis'
import { discover } from '#precompiles'
import type { Precompile } from '#precompiles'
import {
  contexts,
  encodeTransaction,
  requiredGas,
  signingPayload,
  testSeeds,
  type Transaction,
  type UnsignedTransaction,
} from '#protocol'
import { openMemory, type Store } from '#storage'

import { findTransaction, readBlock } from '../../../chain/block/sealed.ts'
import type { CallRequest, CallResult } from '../../../chain/call-port.ts'
import { type CommitResult, Engine } from '../../../chain/engine/engine.ts'
import type { Commit } from '../../../chain/pars/commit.ts'
import { loadEngines } from '../../../chain/pars/engines.ts'
import { type ParsProfile, parsProfile } from '../../../chain/pars/profile.ts'
import { headView } from '../../../chain/pars/state-view.ts'
import { nextNonce } from '../../../chain/pars/validity.ts'
import type { Head, StoredReceipt } from '../../../chain/port.ts'
import { reads, uninterrupted } from '../../../chain/reads/index.ts'

export interface Account {
  readonly key: SigningKey
  readonly address: Uint8Array
}

export function accountOf(key: SigningKey): Account {
  return { key, address: addressOfKey(key.algorithm, key.publicKey) }
}

export function freshKey(name: string, algorithm: 0x44 | 0x65 | 0x87 = 0x65): SigningKey {
  return mlDsa(algorithm).fromSeed(keccak256(new TextEncoder().encode(name)))
}

/** The funded accounts of the devnet preset. */
export const accounts: readonly Account[] = testSeeds.map((seed) =>
  accountOf(mlDsa(0x65).fromSeed(seed)),
)

/** With contracts of other code in the genesis. */
function withCode(profile: ParsProfile, code: ReadonlyMap<Hex, Uint8Array>): ParsProfile {
  const others = profile.genesis.accounts.filter(({ address }) => !code.has(hex(address)))
  const added = Array.from(code, ([address, bytes]) => {
    return { address: unhex(address), nonce: 1n, balance: 0n, code: bytes, storage: [] }
  })
  const state = [...others, ...added]
  return { ...profile, genesis: { ...profile.genesis, accounts: state } }
}

type Draft = Partial<Omit<UnsignedTransaction, 'chainId' | 'sender'>>

export class Network {
  readonly store: Store
  readonly profile: ParsProfile
  #engine: Engine
  #timestamp: bigint
  #last: Commit | undefined

  private constructor(store: Store, profile: ParsProfile, engine: Engine) {
    this.store = store
    this.profile = profile
    this.#engine = engine
    this.#timestamp = engine.head.header.timestamp
  }

  static async start(
    change: (genesis: Genesis) => Genesis = (genesis) => genesis,
    extra: readonly Precompile[] = [],
    code: ReadonlyMap<Hex, Uint8Array> = new Map(),
  ): Promise<Network> {
    const genesis = change(preset('devnet'))
    const engines = await loadEngines()
    const profile = withCode(parsProfile(genesis, [...(await discover()), ...extra], engines), code)
    const store = openMemory()
    const engine = await Engine.open({ store, profile, log: silent, archive: true })
    return new Network(store, profile, engine)
  }

  get timestamp(): bigint {
    return this.#timestamp
  }

  /** Goes on with a new engine over the same store, without anything the old one remembered. */
  async reopen(): Promise<void> {
    const { store, profile } = this
    this.#engine = await Engine.open({ store, profile, log: silent, archive: true })
  }

  get headTimestamp(): bigint {
    return this.head.header.timestamp
  }

  get head(): Head {
    return this.#engine.head
  }

  /** Lets `seconds` pass before the next commit. */
  wait(seconds: number): void {
    this.#timestamp += BigInt(seconds)
  }

  nonce(account: Uint8Array, nonceKey = 0n): bigint {
    return nextNonce(headView(this.store), account, nonceKey)
  }

  balance(account: Uint8Array): bigint {
    return headView(this.store).account(account)?.balance ?? 0n
  }

  exists(account: Uint8Array): boolean {
    return headView(this.store).account(account) !== undefined
  }

  draft(sender: Account, fields: Draft = {}): UnsignedTransaction {
    const complete: UnsignedTransaction = {
      chainId: this.profile.chainId,
      nonceKey: 0n,
      nonce: this.nonce(sender.address, fields.nonceKey),
      validUntil: 0n,
      maxPriorityFeePerGas: 10n ** 9n,
      maxFeePerGas: 10n ** 11n,
      gasLimit: 2_000_000n,
      to: accounts[9]?.address ?? empty,
      value: 0n,
      data: empty,
      accessList: [],
      sender: sender.address,
      algorithm: sender.key.algorithm,
      key: sender.key.publicKey,
      ...fields,
    }
    const least = requiredGas(complete)
    return complete.gasLimit < least && fields.gasLimit === undefined
      ? { ...complete, gasLimit: least }
      : complete
  }

  sign(
    key: SigningKey,
    draft: UnsignedTransaction,
    networkId = this.profile.genesisHash,
  ): Transaction {
    const hash = keccak256(signingPayload(draft, networkId))
    return { ...draft, signature: key.sign(hash, contexts.transaction) }
  }

  wire(sender: Account, fields: Draft = {}): Uint8Array {
    return encodeTransaction(this.sign(sender.key, this.draft(sender, fields)))
  }

  /** Executes bodies as the next commit, a second later. */
  async commit(...bodies: readonly (readonly Uint8Array[])[]): Promise<CommitResult> {
    this.#timestamp += 1n
    const commit: Commit = {
      epoch: 0n,
      index: (this.#last?.index ?? -1n) + 1n,
      digest: keccak256(this.#engine.head.hash),
      timestamp: this.#timestamp,
      bodies: bodies.map((wires) => ({ wires })),
      verified: [],
    }
    this.#last = commit
    return this.#engine.execute(commit)
  }

  /** The last commit once more, as after a crash of whoever waited for its answer. */
  repeat(): Promise<CommitResult> {
    if (this.#last === undefined) throw new Error('no commit yet')
    return this.#engine.execute(this.#last)
  }

  /** Runs one transaction in a commit of its own; undefined when it was skipped. */
  async run(sender: Account, fields: Draft = {}): Promise<StoredReceipt | undefined> {
    const wire = this.wire(sender, fields)
    await this.commit([wire])
    return this.receipt(wire)
  }

  receipt(wire: Uint8Array): StoredReceipt | undefined {
    const place = findTransaction(this.store, keccak256(wire))
    if (place === undefined) return undefined
    return readBlock(this.store, place.number)?.transactions[place.index]?.receipt
  }

  async call(request: CallRequest): Promise<CallResult> {
    const reader = this.store.snapshot()
    try {
      const result = await reads.call(
        { reader, profile: this.profile, interrupt: uninterrupted },
        request,
        'latest',
      )
      if (result === undefined) throw new Error('no head')
      return result
    } finally {
      await reader.close()
    }
  }

  close(): Promise<void> {
    return this.#engine.close()
  }
}
