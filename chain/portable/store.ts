/** The store of a chain in the hands of a command, while no node runs. */
import { Fault } from '#base'
import { openLevel, type Store } from '#storage'

import { keys } from '../block/layout.ts'
import { Ledger } from '../block/ledger.ts'
import { readHeadNumber } from '../block/sealed.ts'
import { lastCommit } from '../engine/outcome.ts'
import { loadProfile, type ThreadInit } from '../engine/setup.ts'
import { loadEngines } from '../pars/engines.ts'
import type { ParsProfile } from '../pars/profile.ts'
import type { Head } from '../port.ts'
import { checkRetained, oldestHeight, prune } from '../state/index.ts'
import { type ChainRecord, exportChain } from './export.ts'
import { ChainImport, type ImportInit } from './import.ts'
import { replay } from './replay.ts'
import { verifyBlocks, verifyState } from './verify.ts'

export type { ChainRecord } from './export.ts'

/** A chain that no node runs. Dispose of it before one does. */
export class ChainStore implements AsyncDisposable {
  readonly profile: ParsProfile
  readonly head: Head
  readonly #store: Store

  private constructor(store: Store, profile: ParsProfile, head: Head) {
    this.#store = store
    this.profile = profile
    this.head = head
  }

  /**
   * Throws `STORE_LOCKED` while a node runs, `CHAIN_GENESIS_MISMATCH` for the store of another network,
   * and `CHAIN_EMPTY` where there is none.
   */
  static async open(init: Omit<ThreadInit, 'archive'>): Promise<ChainStore> {
    const profile = await profileOf(init)
    const store = await openLevel(init.path)
    try {
      if (isEmpty(store)) {
        throw new Fault({ code: 'CHAIN_EMPTY', path: init.path }, 'name a folder that a node made')
      }
      const { head } = await Ledger.open({ store, profile })
      return new ChainStore(store, profile, head)
    } catch (error) {
      await store.close()
      throw error
    }
  }

  /** The lowest height whose state can be read. */
  get oldest(): bigint {
    return oldestHeight(this.#store)
  }

  /** Index of the last commit that made a block. */
  get lastCommit(): bigint {
    return lastCommit(this.#store)?.index ?? 0n
  }

  export(): AsyncGenerator<ChainRecord> {
    return exportChain(this.#store)
  }

  /** As `verifyBlocks`. */
  blocks(): AsyncGenerator<bigint> {
    return verifyBlocks({ reader: this.#store, profile: this.profile })
  }

  /** As `verifyState`. */
  state(scratch: Store): AsyncGenerator<number> {
    return verifyState({ reader: this.#store, profile: this.profile, scratch })
  }

  /** As `replay`. */
  replay(from: bigint, scratch: Store): AsyncGenerator<bigint> {
    return replay({ reader: this.#store, profile: this.profile, scratch, from })
  }

  /** Forgets the state below `number`, a slice at a time. Gives the lowest height that is left. */
  async *prune(number: bigint): AsyncGenerator<bigint> {
    checkRetained(this.#store, number)
    if (number > readHeadNumber(this.#store)) {
      throw new Fault(
        { code: 'CHAIN_PRUNE_RANGE', height: number, head: readHeadNumber(this.#store) },
        'the state of the head is never forgotten: name a height up to it',
      )
    }
    for (;;) {
      const changes = await prune(this.#store, number)
      if (changes.length === 0) return
      await this.#store.write(changes, { sync: false })
      yield this.oldest
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store.close()
  }
}

/** Nothing wrote into it yet. */
function isEmpty(store: Store): boolean {
  return store.get(keys.meta('genesis')) === undefined
}

function profileOf(init: Omit<ThreadInit, 'archive'>): Promise<ParsProfile> {
  return loadEngines().then((engines) => loadProfile({ ...init, archive: true }, engines))
}

export interface ImportTarget extends Omit<ThreadInit, 'archive'> {
  readonly head: ImportInit['head']
}

/** A chain that is being imported; `finish` makes it one. Dispose of it in any case. */
export async function openImport({ head, ...init }: ImportTarget): Promise<
  AsyncDisposable & {
    take(record: ChainRecord): Promise<void>
    finish(): Promise<Head>
    hashOf(number: bigint): Uint8Array | undefined
  }
> {
  const profile = await profileOf(init)
  const store = await openLevel(init.path)
  try {
    const under = await ChainImport.begin({ store, profile, head })
    return {
      take: (record) => under.take(record),
      finish: () => under.finish(),
      hashOf: (number) => under.hashOf(number),
      [Symbol.asyncDispose]: () => store.close(),
    }
  } catch (error) {
    await store.close()
    throw error
  }
}
