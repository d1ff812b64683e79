/** Executes commits, one at a time, and owns every write to the store. */
import { Fault, isFault, type Log } from '#base'
import type { Change, Store } from '#storage'

import { height, keys, put } from '../block/layout.ts'
import { Ledger } from '../block/ledger.ts'
import { createExecutor, type Executor } from '../evm/index.ts'
import { ParsBlock } from '../pars/block.ts'
import { changedAccounts } from '../pars/changed.ts'
import {
  type Commit,
  type CommitPlace,
  type CommitPorts,
  CommitRun,
  type OpenBlock,
} from '../pars/commit.ts'
import type { ParsEnvelope } from '../pars/envelope.ts'
import type { ParsProfile } from '../pars/profile.ts'
import { stateView } from '../pars/state-view.ts'
import { verifyEnvelope } from '../pars/verify.ts'
import type { BuildRequest, BuiltBlock, Head, Header } from '../port.ts'
import { build, type Ground } from './build.ts'
import {
  type ExecutedCommit,
  lastCommit,
  type Outcome,
  outcomeChange,
  outcomeOf,
} from './outcome.ts'
import { Retention } from './retention.ts'
import { rewind } from './rewind.ts'

export interface EngineInit {
  readonly store: Store
  readonly profile: ParsProfile
  readonly log: Log
  /** Keep the state of every height. */
  readonly archive: boolean
}

/** What a commit came to. */
export interface CommitResult extends Outcome {
  readonly blocks: readonly Head[]
  /** Accounts whose balance, nonces or key may have changed. */
  readonly changed: readonly Uint8Array[]
  /** Transactions in its blocks. */
  readonly transactions: number
}

export class Engine {
  readonly #init: EngineInit
  #ledger: Ledger
  #executor: Executor
  readonly #retention: Retention
  #busy: Promise<unknown> = Promise.resolve()
  /** What ended an execution half way: the state in memory is not to be trusted after it. */
  #failure: Error | undefined

  private constructor(init: EngineInit, ledger: Ledger, executor: Executor) {
    this.#init = init
    this.#ledger = ledger
    this.#executor = executor
    this.#retention = new Retention({ store: init.store, archive: init.archive })
  }

  static async open(init: EngineInit): Promise<Engine> {
    const { ledger, executor } = await ground(init)
    return new Engine(init, ledger, executor)
  }

  get head(): Head {
    return this.#ledger.head
  }

  /** The last commit that made a block. What follows it is to be executed, again or for once. */
  get lastCommit(): ExecutedCommit | undefined {
    return lastCommit(this.#init.store)
  }

  /**
   * Runs after the commits before it. A rejection means that this machine, not the commit, is at
   * fault: nothing of the commit is on disk, and the engine is to be opened anew.
   */
  execute(commit: Commit): Promise<CommitResult> {
    return this.#alone(() => this.#execute(commit))
  }

  /**
   * Moves `finalized` to block `number`. Not synced: after a crash the attestations, which are,
   * give it again.
   */
  finalize(number: bigint): Promise<void> {
    const change = put(keys.meta('finalized'), height.encode(number))
    return this.#init.store.write([change], { sync: false })
  }

  /**
   * Takes back the blocks above `number`. A rejection leaves a chain that is whole but for a later
   * head: open the engine anew. Throws `STATE_PRUNED`.
   */
  rewind(number: bigint): Promise<Head> {
    return this.#alone(async () => {
      try {
        await rewind(this.#init.store, number)
        const { ledger, executor } = await ground(this.#init)
        this.#ledger = ledger
        this.#executor = executor
        return ledger.head
      } catch (error) {
        if (!isFault(error, 'STATE_PRUNED')) this.#fail(error)
        throw error
      }
    })
  }

  /** Keeps the state of this height and all later ones; undefined: by the time of retention. */
  keepFrom(number: bigint | undefined): void {
    this.#retention.keepFrom = number
  }

  /** A block on head that nobody keeps; as `build`. */
  build(request: BuildRequest, offered: readonly Uint8Array[]): Promise<BuiltBlock> {
    const { profile } = this.#init
    return this.#alone(() =>
      build({ ledger: this.#ledger, executor: this.#executor, profile }, request, offered),
    )
  }

  /** A small write beside execution, synced before it resolves. */
  persist(changes: readonly Change[]): Promise<void> {
    return this.#init.store.write(changes, { sync: true })
  }

  async close(): Promise<void> {
    await this.#busy
    await this.#init.store.close()
  }

  async #execute(commit: Commit): Promise<CommitResult> {
    if (this.#failure !== undefined) throw this.#failure
    try {
      return this.#answered(commit) ?? (await this.#run(commit))
    } catch (error) {
      this.#fail(error)
      throw error
    }
  }

  #fail(error: unknown): void {
    this.#failure = error instanceof Error ? error : new Error(String(error))
  }

  /** After whatever runs. */
  #alone<Result>(task: () => Promise<Result>): Promise<Result> {
    const run = this.#busy.then(task)
    this.#busy = run.catch(() => undefined)
    return run
  }

  /** The answer about a commit that is on disk already: it was lost with its thread. */
  #answered({ digest }: Commit): CommitResult | undefined {
    const blocks = this.#ledger.blocksOf(digest)
    const outcome = outcomeOf(this.#init.store, digest)
    if (blocks.length === 0 || outcome === undefined) return undefined
    const receipts = blocks.flatMap(({ transactions }) =>
      transactions.map(({ receipt }) => receipt),
    )
    return {
      blocks: blocks.map(({ hash, header }) => ({ hash, header })),
      ...outcome,
      changed: changedAccounts(receipts),
      transactions: receipts.length,
    }
  }

  async #run(given: Commit): Promise<CommitResult> {
    const { profile, log } = this.#init
    const last = this.lastCommit
    if (last !== undefined && !follows(given, last)) {
      const { epoch, index } = given
      throw new Fault({
        code: 'CHAIN_COMMIT_ORDER',
        epoch,
        index,
        last: `${last.epoch}/${last.index}`,
      })
    }
    const commit = notBefore(given, this.head.header)
    const blocks = new CommitBlocks(this.#ledger, this.#executor, profile, commit, log)
    const run = new CommitRun(commit, blocks)
    await run.run(commit.bodies)
    await blocks.finish(run)
    await this.#prune()
    for (const index of run.broken) log.warn('a body ended early', { body: index })
    const { skipped, broken } = run
    const { sealed, changed, transactions } = blocks
    return { blocks: sealed, skipped, broken, changed, transactions }
  }

  /** The commit is on disk: what can't be pruned now is pruned after another one. */
  async #prune(): Promise<void> {
    try {
      await this.#retention.prune(this.head.header)
    } catch (error) {
      this.#init.log.error('pruning failed', { error: String(error) })
    }
  }
}

/** What commits run on: the chain as it is on disk. */
async function ground({
  store,
  profile,
  log,
}: EngineInit): Promise<Pick<Ground, 'ledger' | 'executor'>> {
  const ledger = await Ledger.open({ store, profile })
  // What upgrades have activated is in the state: a release that lacks it goes no further.
  await profile.plugins(ledger.state, ledger.head.header)
  const executor = createExecutor({
    rules: profile.rules(),
    state: ledger.state,
    blockHash: (number) => ledger.hashOf(number) ?? new Uint8Array(32),
    observer: {
      onDefect({ where, error }) {
        log.error('a precompile broke the rules of plugins', { where, error: String(error) })
      },
      onPayout() {},
    },
    ...profile.engines,
  })
  return { ledger, executor }
}

function follows(next: CommitPlace, last: CommitPlace): boolean {
  return next.epoch === last.epoch ? next.index > last.index : next.epoch > last.epoch
}

/** A block is never older than its parent, whatever the commit says. @see PIP-0001 "Commits" */
function notBefore(commit: Commit, { timestamp }: Header): Commit {
  return commit.timestamp >= timestamp ? commit : { ...commit, timestamp }
}

/** The blocks that one commit fills, written together when it ends. */
class CommitBlocks implements CommitPorts {
  readonly network: CommitPorts['network']
  readonly rules: CommitPorts['rules']
  readonly view: CommitPorts['view']
  readonly verify: (envelope: ParsEnvelope, publicKey: Uint8Array) => Promise<boolean>
  readonly sealed: Head[] = []
  readonly changed: Uint8Array[] = []
  transactions = 0
  readonly #ledger: Ledger
  readonly #executor: Executor
  readonly #profile: ParsProfile
  readonly #commit: Commit
  readonly #log: Log
  #open: ParsBlock | undefined

  constructor(ledger: Ledger, executor: Executor, profile: ParsProfile, commit: Commit, log: Log) {
    this.#log = log
    this.#ledger = ledger
    this.#executor = executor
    this.#profile = profile
    this.#commit = commit
    this.network = profile
    this.rules = profile.rules()
    this.view = stateView(ledger.state)
    this.verify = verifyEnvelope
  }

  async current(): Promise<OpenBlock> {
    this.#open ??= await this.#start()
    return this.#open
  }

  next(): Promise<OpenBlock> {
    this.#close()
    return this.current()
  }

  /** Writes the last block; an idle commit makes an empty one only once in a while. */
  async finish(outcome: Outcome): Promise<void> {
    const { header } = this.#ledger.head
    const idle = this.#commit.timestamp - header.timestamp
    const isDue = this.#commit.evenEmpty === true || idle >= this.#profile.emptyBlockSeconds
    if (this.#open !== undefined || (isDue && this.sealed.length === 0)) {
      await this.current()
      const filled = this.#open?.count ?? 0
      if (filled > 0 || (isDue && this.sealed.length === 0)) this.#close()
      else this.#ledger.discard()
    }
    if (this.sealed.length === 0) return
    await this.#ledger.write([outcomeChange(this.#commit, outcome)])
  }

  async #start(): Promise<ParsBlock> {
    const block = new ParsBlock({
      executor: this.#executor,
      state: this.#ledger.state,
      profile: this.#profile,
      parent: this.#ledger.head,
      commit: this.#commit,
      index: this.sealed.length,
      gasLimit: await this.#profile.blockGasLimit(this.#ledger.state),
    })
    for (const facts of await block.open()) {
      this.#log.error('the activation of a precompile is void', { ...facts })
    }
    return block
  }

  #close(): void {
    const open = this.#open
    if (open === undefined) return
    const block = open.seal()
    this.#ledger.seal(block)
    this.#open = undefined
    this.sealed.push({ hash: block.hash, header: block.header })
    this.changed.push(...changedAccounts(block.receipts))
    this.transactions += block.receipts.length
  }
}
