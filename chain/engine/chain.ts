import { type Clock, Fault, isFault, type Log } from '#base'
import { openLevel, type Snapshot, type Store } from '#storage'

import { findTransaction } from '../block/sealed.ts'
import type { Commit, CommitPlace } from '../pars/commit.ts'
import type { ParsProfile } from '../pars/profile.ts'
import { headView } from '../pars/state-view.ts'
import { verifyEnvelope } from '../pars/verify.ts'
import type { StateView } from '../pars/view.ts'
import { PoolJournal } from '../pool/journal.ts'
import { Pool } from '../pool/pool.ts'
import type { Verifier } from '../pool/verifier.ts'
import type { AsyncReads, ChainFace, Head } from '../port.ts'
import type { CommitResult } from './engine.ts'
import { loadProfile, type ThreadInit } from './setup.ts'
import { EngineThread, ReaderThreads } from './threads.ts'

export interface ChainInit extends ThreadInit {
  readonly clock: Clock
  readonly log: Log
  /** All verifications of the node go through one. */
  readonly verifier: Verifier
  /** Execution has stopped for good; ordering may go on. Called once, with what it stopped at. */
  readonly onStopped?: (commit: Commit, error: Error) => void
}

/**
 * A chain as the main thread holds it: the pool here, execution in the engine thread, reads in the
 * reader threads.
 */
export class Chain implements ChainFace {
  readonly profile: ParsProfile
  readonly pool: Pool
  readonly reads: AsyncReads
  readonly #init: ChainInit
  readonly #engine: EngineThread
  readonly #readers: ReaderThreads
  readonly #store: Store
  readonly #listeners = new Set<(head: Head) => void>()
  #head: Head
  #lastCommit: CommitPlace | undefined
  #snapshot: Snapshot
  #view: StateView
  #busy: Promise<unknown> = Promise.resolve()
  #stopped: Fault | undefined

  private constructor(
    init: ChainInit,
    parts: {
      profile: ParsProfile
      engine: EngineThread
      readers: ReaderThreads
      store: Store
      head: Head
      lastCommit: CommitPlace | undefined
    },
  ) {
    this.#init = init
    this.profile = parts.profile
    this.#engine = parts.engine
    this.#readers = parts.readers
    this.#store = parts.store
    this.#head = parts.head
    this.#lastCommit = parts.lastCommit
    this.#snapshot = parts.store.snapshot()
    this.#view = headView(this.#snapshot)
    this.reads = parts.readers.reads
    this.pool = new Pool({
      network: parts.profile,
      rules: parts.profile.rules(),
      clock: init.clock,
      log: init.log,
      journal: new PoolJournal((changes) => this.#engine.remote.persist(changes)),
      state: () => ({ view: this.#view, position: this.#nextPosition() }),
      verifier: init.verifier,
      verify: verifyEnvelope,
      mined: (hash) => findTransaction(this.#snapshot, hash) !== undefined,
    })
  }

  /** Opens or creates the chain in `init.path` and takes back the pool. Rejects with a Fault. */
  static async open(init: ChainInit): Promise<Chain> {
    const { path, genesis, archive, modules, project, log } = init
    const thread: ThreadInit = { path, genesis, archive, modules, project }
    const profile = await loadProfile(thread)
    await using opened = new AsyncDisposableStack()
    const engine = opened.adopt(new EngineThread(thread, log), (one) => one.close())
    const head = await engine.remote.head()
    const lastCommit = await engine.remote.lastCommit()
    const readers = opened.adopt(new ReaderThreads(thread, log), (all) => all.close())
    await readers.ready()
    const store = opened.adopt(await openLevel(path), (one) => one.close())
    const chain = new Chain(init, { profile, engine, readers, store, head, lastCommit })
    await chain.pool.restore(store)
    opened.move()
    return chain
  }

  get chainId(): bigint {
    return this.profile.chainId
  }

  get genesisHash(): Uint8Array {
    return this.profile.genesisHash
  }

  get head(): Head {
    return this.#head
  }

  get nextBaseFee(): bigint {
    return this.profile.nextBaseFee(this.#head.header)
  }

  /**
   * The last commit that was executed; after a restart the last one that made a block. What follows
   * it is to be executed, again or for once.
   */
  get lastCommit(): CommitPlace | undefined {
    return this.#lastCommit
  }

  /** Set when execution has stopped for good. */
  get stopped(): Fault | undefined {
    return this.#stopped
  }

  readsUntil(signal: AbortSignal): AsyncReads {
    return this.#readers.readsUntil(signal)
  }

  onHead(listener: (head: Head) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Executes a commit after those before it. Rejects with `CHAIN_STOPPED` once execution has stopped. */
  execute(commit: Commit): Promise<CommitResult> {
    const run = this.#busy.then(() => this.#execute(commit))
    this.#busy = run.catch(() => undefined)
    return run
  }

  /** Tells readers that a quorum has attested the hash of block `number`. */
  finalize(number: bigint): Promise<void> {
    return this.#engine.remote.finalize(number)
  }

  async close(): Promise<void> {
    await this.#busy
    await this.pool.settled()
    await this.#readers.close()
    await this.#snapshot.close()
    await this.#store.close()
    await this.#engine.close()
  }

  async #execute(commit: Commit): Promise<CommitResult> {
    if (this.#stopped !== undefined) throw this.#stopped
    const result = await this.#attempt(commit)
    this.#lastCommit = { epoch: commit.epoch, index: commit.index }
    const head = result.blocks.at(-1)
    if (head !== undefined) await this.#move(head, result)
    return result
  }

  /** A second failure in a fresh thread is no passing one: execution stops, ordering may go on. */
  async #attempt(commit: Commit): Promise<CommitResult> {
    const { log, onStopped } = this.#init
    try {
      return await this.#engine.remote.execute(commit)
    } catch (error) {
      log.error('execution failed; trying once more in a fresh thread', { error: String(error) })
    }
    try {
      await this.#engine.restart()
      return await this.#engine.remote.execute(commit)
    } catch (error) {
      const reason = isFault(error) ? error.code : String(error)
      this.#stopped = new Fault(
        { code: 'CHAIN_STOPPED', reason },
        'see the dump in the data folder, mend the machine, and start again',
      )
      log.error('execution has stopped', { reason })
      onStopped?.(commit, error instanceof Error ? error : new Error(String(error)))
      throw this.#stopped
    }
  }

  async #move(head: Head, { changed }: CommitResult): Promise<void> {
    const before = this.#snapshot
    this.#snapshot = this.#store.snapshot()
    this.#view = headView(this.#snapshot)
    this.#head = head
    this.pool.headChanged(changed)
    for (const listener of this.#listeners) listener(head)
    await before.close()
  }

  #nextPosition(): { timestamp: bigint; baseFee: bigint; blockGasLimit: bigint } {
    const { header } = this.#head
    return {
      timestamp: header.timestamp,
      baseFee: this.nextBaseFee,
      blockGasLimit: this.profile.blockGasLimit,
    }
  }
}
