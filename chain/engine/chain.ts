import { type Clock, Fault, hex, isFault, type Log } from '#base'
import { transactionType } from '#protocol'
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
import type {
  AsyncReads,
  BuildRequest,
  BuiltBlock,
  ChainFace,
  Head,
  HeadEntries,
  StopSignal,
} from '../port.ts'
import { headSource } from '../state/index.ts'
import {
  type Content,
  contentChange,
  type ContentSource,
  isContent,
  missingContent,
  readContent,
} from './contents.ts'
import type { CommitResult } from './engine.ts'
import { newGeneration } from './generation.ts'
import { headEntries } from './head-entries.ts'
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

/** What one commit came to, for people who watch. */
export interface ExecutedFacts {
  /** Milliseconds from the commit to its blocks on disk, the wait for earlier ones included. */
  readonly time: number
  readonly blocks: readonly Head[]
  readonly transactions: number
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
  readonly #watchers = new Set<(executed: ExecutedFacts) => void>()
  #head: Head
  #lastCommit: CommitPlace | undefined
  #snapshot: Snapshot
  #view: StateView
  #entries: HeadEntries
  #busy: Promise<unknown> = Promise.resolve()
  #stopped: Fault | undefined
  #keepFrom: bigint | undefined
  #contents: ContentSource | undefined
  readonly #closing = new AbortController()

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
    this.#entries = headEntries(headSource(this.#snapshot))
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
    const generation = newGeneration()
    // Whoever opens a LevelDB first lends its cache to all: here, where it lives longest.
    const store = opened.adopt(await openLevel(path), (one) => one.close())
    const engine = opened.adopt(new EngineThread({ ...thread, generation }, log), (one) =>
      one.close(),
    )
    const head = await engine.remote.head()
    const lastCommit = await engine.remote.lastCommit()
    const readers = opened.adopt(new ReaderThreads({ ...thread, generation }, log), (all) =>
      all.close(),
    )
    await readers.ready()
    const chain = new Chain(init, { profile, engine, readers, store, head, lastCommit })
    await chain.pool.restore(store)
    opened.move()
    return chain
  }

  readonly transactionType = transactionType

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

  get headEntries(): HeadEntries {
    return this.#entries
  }

  readsUntil(signal: StopSignal, client?: string): AsyncReads {
    return this.#readers.readsUntil(signal, client)
  }

  onHead(listener: (head: Head) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Executes a commit after those before it. Rejects with `CHAIN_STOPPED` once execution has stopped. */
  execute(commit: Commit): Promise<CommitResult> {
    const since = this.#init.clock.now()
    return this.#alone(async () => {
      const result = await this.#execute(commit)
      const { blocks, transactions } = result
      const time = this.#init.clock.now() - since
      for (const watcher of this.#watchers) watcher({ time, blocks, transactions })
      return result
    })
  }

  /** @param watcher Runs after each commit, and must not throw. */
  onExecuted(watcher: (executed: ExecutedFacts) => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** Calls of readers: since the start, and under way. */
  get readCalls(): { readonly begun: number; readonly waiting: number } {
    return this.#readers.calls
  }

  /**
   * For development: takes back the blocks above `number`, and empties the pool. Listeners of `onHead`
   * are told the lower head. Throws `STATE_PRUNED`.
   */
  rewind(number: bigint): Promise<void> {
    return this.#alone(async () => {
      const head = await this.#engine.remote.rewind(number)
      this.#lastCommit = await this.#engine.remote.lastCommit()
      this.pool.clear()
      await this.#move(head, { changed: [] })
    })
  }

  /** For development: keeps what `rewind` to `number` needs, until it is told another height. */
  keepFrom(number: bigint | undefined): Promise<void> {
    this.#keepFrom = number
    return this.#engine.remote.keepFrom(number)
  }

  /** For development: a block on head that nobody keeps. Throws `CHAIN_BUILD_REFUSED`, `TX_*`. */
  build(request: BuildRequest): Promise<BuiltBlock> {
    const room = { gas: this.#head.header.gasLimit, bytes: this.profile.blockRoom }
    return this.#alone(() =>
      this.#engine.remote.build(
        request,
        this.pool.ready(room).map(({ wire }) => wire),
      ),
    )
  }

  /** Who brings what the store lacks; without it execution stops there. */
  bringMissing(source: ContentSource): void {
    this.#contents = source
  }

  /** Undefined where the store lacks it too. */
  content(content: Content): Uint8Array | undefined {
    return readContent(this.#snapshot, content)
  }

  /** Tells readers that a quorum has attested the hash of block `number`. */
  finalize(number: bigint): Promise<void> {
    return this.#engine.remote.finalize(number)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#busy
    await this.pool.settled()
    await this.#readers.close()
    await this.#engine.close()
    await this.#snapshot.close()
    await this.#store.close()
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
    const { log } = this.#init
    try {
      return await this.#complete(commit, () => this.#engine.remote.execute(commit))
    } catch (error) {
      if (this.#closing.signal.aborted) throw error
      if (isMissingUpgrade(error)) throw this.#stop(commit, error, error.cure)
      log.error('execution failed; trying once more in a fresh thread', { error: String(error) })
    }
    try {
      return await this.#complete(commit, () => this.#again(commit))
    } catch (error) {
      if (this.#closing.signal.aborted) throw error
      const cure = 'see the dump in the data folder, mend the machine, and start again'
      throw this.#stop(commit, error, cure)
    }
  }

  #stop(commit: Commit, error: unknown, cure: string | undefined): Fault {
    const { log, onStopped } = this.#init
    const reason = isFault(error) ? error.code : String(error)
    this.#stopped = new Fault({ code: 'CHAIN_STOPPED', reason }, cure)
    log.error('execution has stopped', { reason })
    onStopped?.(commit, error instanceof Error ? error : new Error(String(error)))
    return this.#stopped
  }

  async #again(commit: Commit): Promise<CommitResult> {
    await this.#engine.restart()
    await this.#engine.remote.keepFrom(this.#keepFrom)
    return this.#engine.remote.execute(commit)
  }

  /** Runs `task`, then `commit` again after each content that was missing and came. */
  async #complete(commit: Commit, task: () => Promise<CommitResult>): Promise<CommitResult> {
    const brought = new Set<string>()
    for (let run = task; ; run = () => this.#engine.remote.execute(commit)) {
      try {
        return await run()
      } catch (error) {
        const content = missingContent(error)
        if (content === undefined || this.#contents === undefined) throw error
        const name = content.hash.toHex()
        if (brought.has(name)) throw error
        brought.add(name)
        await this.#bring(content, this.#contents)
      }
    }
  }

  async #bring(content: Content, source: ContentSource): Promise<void> {
    const { kind, hash } = content
    this.#init.log.warn('the store lacks what the state names: asking peers', {
      kind,
      hash: hex(hash),
    })
    const { signal } = this.#closing
    signal.throwIfAborted()
    const bytes = await source(content, signal)
    if (!isContent(content, bytes)) throw new Error(`the source brought another ${kind}`)
    await this.#engine.restart()
    await this.#engine.remote.keepFrom(this.#keepFrom)
    await this.#engine.remote.persist([contentChange(content, bytes)])
  }

  #alone<Result>(task: () => Promise<Result>): Promise<Result> {
    const run = this.#busy.then(task)
    this.#busy = run.catch(() => undefined)
    return run
  }

  async #move(head: Head, { changed }: Pick<CommitResult, 'changed'>): Promise<void> {
    const before = this.#snapshot
    this.#snapshot = this.#store.snapshot()
    this.#view = headView(this.#snapshot)
    this.#entries = headEntries(headSource(this.#snapshot))
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
      blockGasLimit: header.gasLimit,
    }
  }
}

/** An upgrade that this release can't run: another try would come to the same. */
function isMissingUpgrade(error: unknown): error is Fault {
  return isFault(error) && error.code.startsWith('CHAIN_PRECOMPILE_')
}
