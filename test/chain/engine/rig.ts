/** What a chain is made of, in one thread and over any store. */
import { type Clock, concat, fixed, type Log, silent } from '#base'
import { keccak256 } from '#crypto'
import { formatGenesis, type Genesis } from '#genesis'
import type { Snapshot, Store } from '#storage'

import { findTransaction } from '../../../chain/block/sealed.ts'
import { type CommitResult, Engine } from '../../../chain/engine/engine.ts'
import { loadProfile } from '../../../chain/engine/setup.ts'
import type { Commit } from '../../../chain/pars/commit.ts'
import type { ParsProfile } from '../../../chain/pars/profile.ts'
import { headView } from '../../../chain/pars/state-view.ts'
import { verifyEnvelope } from '../../../chain/pars/verify.ts'
import { PoolJournal } from '../../../chain/pool/journal.ts'
import { Pool } from '../../../chain/pool/pool.ts'
import { Verifier } from '../../../chain/pool/verifier.ts'
import { ManualClock } from '../../manual-clock.ts'

export function profileOf(genesis: Genesis): Promise<ParsProfile> {
  return loadProfile({ path: '', genesis: formatGenesis(genesis), archive: true, modules: [] })
}

/** Time that the test moves. */
export class TestClock extends ManualClock {
  constructor(seconds: bigint) {
    super(Number(seconds) * 1000)
  }

  get seconds(): bigint {
    return BigInt(Math.floor(this.now() / 1000))
  }
}

export interface RigInit {
  readonly store: Store
  readonly profile: ParsProfile
  readonly clock: Clock
  readonly log?: Log
  readonly archive?: boolean
}

export class Rig {
  readonly engine: Engine
  readonly pool: Pool
  readonly #init: RigInit
  #snapshot: Snapshot

  private constructor(init: RigInit, engine: Engine) {
    const { store, profile, clock, log = silent } = init
    this.#init = init
    this.engine = engine
    this.#snapshot = store.snapshot()
    this.pool = new Pool({
      network: profile,
      rules: profile.rules(),
      clock,
      log,
      journal: new PoolJournal((changes) => engine.persist(changes)),
      state: () => ({
        view: headView(this.#snapshot),
        position: {
          timestamp: engine.head.header.timestamp,
          baseFee: profile.nextBaseFee(engine.head.header),
          blockGasLimit: engine.head.header.gasLimit,
        },
      }),
      verifier: new Verifier({ cores: 2 }),
      verify: verifyEnvelope,
      mined: (hash) => findTransaction(this.#snapshot, hash) !== undefined,
    })
  }

  static async open(init: RigInit): Promise<Rig> {
    const { store, profile, archive = false, log = silent } = init
    const rig = new Rig(init, await Engine.open({ store, profile, archive, log }))
    await rig.pool.restore(store)
    return rig
  }

  /** Executes what the pool has ready, at the clock's time. */
  async seal(): Promise<CommitResult> {
    const { profile, store, clock } = this.#init
    const { header, hash } = this.engine.head
    const now = BigInt(Math.floor(clock.now() / 1000))
    const room = { gas: header.gasLimit, bytes: profile.blockRoom }
    const wires = this.pool.ready(room).map(({ wire }) => wire)
    const result = await this.engine.execute({
      epoch: 0n,
      index: (this.engine.lastCommit?.index ?? -1n) + 1n,
      digest: keccak256(concat(hash, fixed(now, 8), ...wires)),
      timestamp: now > header.timestamp ? now : header.timestamp,
      bodies: [{ wires }],
      verified: [],
    })
    await this.#snapshot.close()
    this.#snapshot = store.snapshot()
    this.pool.headChanged(result.changed)
    return result
  }

  async close(): Promise<void> {
    await this.pool.settled()
    await this.#snapshot.close()
    await this.engine.close()
  }
}

/** A commit of one body whose digest is the number `id`. */
export function commitOf(id: number, timestamp: bigint, wires: readonly Uint8Array[]): Commit {
  return {
    epoch: 0n,
    index: BigInt(id),
    digest: fixed(id, 32),
    timestamp,
    bodies: [{ wires }],
    verified: [],
  }
}
