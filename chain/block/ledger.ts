import { Account, Address } from '@ethereumjs/util'

import { concat, equal, Fault, hex, utf8 } from '#base'
import type { Change, Store } from '#storage'

import type { BlockView, Head } from '../port.ts'
import type { ChainProfile } from '../profile.ts'
import { headState, type State } from '../state/index.ts'
import { headerHash } from './header.ts'
import { height, keys, put } from './layout.ts'
import { RecentHashes } from './recent-hashes.ts'
import { blockChanges, readBlock, readHead, readHeader, type SealedBlock } from './sealed.ts'
import { Staging } from './staging.ts'

/** Raised when stored bytes mean something else than before. */
const format = 'pars-store/1'

export interface LedgerInit {
  readonly store: Store
  readonly profile: ChainProfile
}

/**
 * The chain on disk: its head, the state after it, and the one way to move both. Blocks are sealed
 * one by one, with their state, receipts and indexes, and written with the head as one synced
 * batch, or not at all.
 */
export class Ledger {
  readonly state: State
  readonly #staging: Staging
  readonly #hashes: RecentHashes
  #head: Head

  private constructor(store: Store, head: Head) {
    this.#staging = new Staging(store)
    this.state = headState(this.#staging)
    this.#hashes = new RecentHashes((number) => readHeader(this.#staging, number)?.hash)
    this.#head = head
  }

  /** Throws `CHAIN_GENESIS_MISMATCH` or `CHAIN_FORMAT` for a store of something else. */
  static async open({ store, profile }: LedgerInit): Promise<Ledger> {
    const found = store.get(keys.meta('genesis'))
    if (found === undefined) await writeGenesis(store, profile)
    else if (!equal(found, profile.genesisHash)) {
      throw new Fault(
        {
          code: 'CHAIN_GENESIS_MISMATCH',
          expected: hex(profile.genesisHash),
          found: hex(found),
        },
        'this data folder belongs to another network: name another folder or that genesis',
      )
    }
    const written = new TextDecoder().decode(store.get(keys.meta('format')) ?? utf8('none'))
    if (written !== format) {
      throw new Fault(
        { code: 'CHAIN_FORMAT', found: written, expected: format },
        'this data folder was written by another release',
      )
    }
    const ledger = new Ledger(store, readHead(store))
    if (!equal(ledger.state.root(), ledger.head.header.stateRoot)) {
      throw new Fault(
        { code: 'STORE_CORRUPT', what: 'state root' },
        'restore the data folder whole, or begin with an empty one',
      )
    }
    return ledger
  }

  get head(): Head {
    return this.#head
  }

  /** The hash of an earlier block, or undefined when there is none. */
  hashOf(number: bigint): Uint8Array | undefined {
    return this.#hashes.of(number)
  }

  /** The last blocks, as far as they come from the commit of this digest; oldest first. */
  blocksOf(digest: Uint8Array): readonly BlockView[] {
    const blocks: BlockView[] = []
    for (let { number } = this.#head.header; number > 0n; number--) {
      const root = readHeader(this.#staging, number)?.header.parentBeaconBlockRoot
      if (root === undefined || !equal(root, digest)) break
      const block = readBlock(this.#staging, number)
      if (block === undefined) break
      blocks.unshift(block)
    }
    return blocks
  }

  /** Moves head to `block`, whose state changes are those in `state`. Nothing is on disk yet. */
  seal(block: SealedBlock): void {
    const { number } = block.header
    this.#staging.add([
      ...this.state.changes({ height: number, history: true }),
      ...blockChanges(block),
      put(keys.meta('head'), height.encode(number)),
    ])
    this.state.sealed()
    this.#hashes.add(number, block.hash)
    this.#head = { hash: block.hash, header: block.header }
  }

  /** Puts all sealed blocks on disk. After a rejection the ledger is not to be used again. */
  write(also: readonly Change[] = []): Promise<void> {
    this.#staging.add(also)
    return this.#staging.write()
  }

  /** Forgets what was executed since the last sealed block. */
  discard(): void {
    this.state.discard()
  }
}

async function writeGenesis(store: Store, profile: ChainProfile): Promise<void> {
  const { changes, block } = await genesisBlock(store, profile)
  const meta = metaChanges(profile, 0n)
  await store.write([...changes, ...blockChanges(block), ...meta], { sync: true })
}

/** Block 0, and the state that it begins with. @param empty A store of nothing. */
export async function genesisBlock(
  empty: Store,
  profile: ChainProfile,
): Promise<{ readonly changes: readonly Change[]; readonly block: SealedBlock }> {
  const state = headState(empty)
  for (const { address, nonce, balance, code, storage } of profile.genesis.accounts) {
    const at = new Address(address)
    await state.putAccount(at, new Account(nonce, balance))
    if (code.length > 0) await state.putCode(at, code)
    for (const [slot, value] of storage) await state.putStorage(at, slot, value)
  }
  for (const { algorithm, publicKey } of profile.genesis.keys) {
    state.keys.put(concat(Uint8Array.of(algorithm), publicKey))
  }
  const header = { ...profile.genesis.header, stateRoot: state.root() }
  const block = {
    header,
    hash: headerHash(header),
    envelopes: [],
    receipts: [],
    tail: tailOf(header),
  }
  return { changes: state.changes({ height: 0n, history: false }), block }
}

/** What makes a store the chain of that network, with block `head` as its head. */
export function metaChanges({ genesisHash }: ChainProfile, head: bigint): Change[] {
  return [
    put(keys.meta('head'), height.encode(head)),
    put(keys.meta('genesis'), genesisHash),
    put(keys.meta('format'), utf8(format)),
  ]
}

/** What follows the transactions of an empty block: no ommers, and no withdrawals since Shanghai. */
export function tailOf(header: { readonly withdrawalsRoot?: Uint8Array }): readonly [][] {
  return header.withdrawalsRoot === undefined ? [[]] : [[], []]
}
