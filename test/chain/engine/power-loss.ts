/** A campaign of power losses at random writes, over a disk that forgets what was not synced. */
import assert from 'node:assert/strict'

import { equal, fixed, hex } from '#base'
import type { Change, Range, Snapshot, Store } from '#storage'

import { findTransaction, readHeader } from '../../../chain/block/sealed.ts'
import type { ParsProfile } from '../../../chain/pars/profile.ts'
import { evictionOf } from '../../../chain/pool/journal.ts'
import { Seeded } from '../../seeded.ts'
import { FaultStore } from '../../storage/fault-store.ts'
import { audit, blocksOf, replay } from './audit.ts'
import { accounts, day, gwei, sign, storeContract } from './network.ts'
import { Rig, TestClock } from './rig.ts'

class PowerLost extends Error {}

/** Passes on a number of writes; the next one never returns to its caller, done or not done. */
export class FusedStore implements Store {
  readonly #inner: Store
  readonly #lastIsDone: boolean
  #left: number

  constructor(inner: Store, writes: number, lastIsDone: boolean) {
    this.#inner = inner
    this.#left = writes
    this.#lastIsDone = lastIsDone
  }

  get isBlown(): boolean {
    return this.#left < 0
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#inner.get(key)
  }

  entries(range: Range): ReturnType<Store['entries']> {
    return this.#inner.entries(range)
  }

  async write(changes: readonly Change[], options: { readonly sync: boolean }): Promise<void> {
    this.#left--
    if (this.#left >= 0) return this.#inner.write(changes, options)
    if (this.#left === -1 && this.#lastIsDone) await this.#inner.write(changes, { sync: false })
    throw new PowerLost()
  }

  snapshot(): Snapshot {
    return this.#inner.snapshot()
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}

/** A store whose programmer forgot every `sync`. */
export function forgetful(disk: Store): Store {
  return {
    get: (key) => disk.get(key),
    entries: (range) => disk.entries(range),
    write: (changes) => disk.write(changes, { sync: false }),
    snapshot: () => disk.snapshot(),
    close: () => disk.close(),
  }
}

export interface CampaignResult {
  readonly blocks: number
  readonly mined: number
  readonly pooled: number
  readonly evicted: number
}

export class Campaign {
  readonly #dice: Seeded
  readonly #profile: ParsProfile
  readonly #wrap: (disk: Store) => Store
  readonly #clock: TestClock
  /** Hashes of blocks that `execute` resolved with, by number. */
  readonly #blocks = new Map<bigint, Uint8Array>()
  /** Hashes of transactions that `submit` resolved with. */
  readonly #acknowledged: Uint8Array[] = []
  #disk = new FaultStore()

  constructor(seed: number, profile: ParsProfile, wrap: (disk: Store) => Store = (disk) => disk) {
    this.#dice = new Seeded(seed)
    this.#profile = profile
    this.#wrap = wrap
    this.#clock = new TestClock(profile.genesis.header.timestamp + 1n)
  }

  /** Rejects when anything that was acknowledged is lost, or the store contradicts itself. */
  async run(powerLosses: number): Promise<CampaignResult> {
    for (let round = 0; round < powerLosses; round++) {
      await this.#life(this.#dice.below(30))
      this.#disk = await this.#disk.crash(this.#dice)
    }
    const rig = await this.#open(this.#disk)
    await this.#check(rig)
    const blocks = blocksOf(this.#disk)
    await replay(blocks, this.#profile)
    const result = {
      blocks: blocks.length,
      mined: this.#acknowledged.filter((hash) => findTransaction(this.#disk, hash)).length,
      pooled: rig.pool.size,
      evicted: this.#acknowledged.filter((hash) => evictionOf(this.#disk, hash)).length,
    }
    await rig.close()
    return result
  }

  #open(store: Store): Promise<Rig> {
    return Rig.open({ store, profile: this.#profile, clock: this.#clock })
  }

  /** One life of the machine, which ends at its `writes`th write. */
  async #life(writes: number): Promise<void> {
    const store = new FusedStore(this.#wrap(this.#disk), writes, this.#dice.oneIn(2))
    try {
      const rig = await this.#open(store)
      // Power lost while the pool came back: why it let some go may not be on the disk yet.
      if (store.isBlown) return
      await this.#check(rig)
      while (!store.isBlown) await this.#work(rig)
      await rig.pool.settled()
    } catch (error) {
      if (!(error instanceof PowerLost)) throw error
    }
  }

  async #check(rig: Rig): Promise<void> {
    for (const [number, hash] of this.#blocks) {
      const found = readHeader(this.#disk, number)
      assert.ok(found && equal(found.hash, hash), `block ${number} is kept`)
    }
    for (const hash of this.#acknowledged) {
      const kept =
        rig.pool.byHash(hash) ?? findTransaction(this.#disk, hash) ?? evictionOf(this.#disk, hash)
      assert.ok(kept, `transaction ${hex(hash)} is kept`)
    }
    await audit(this.#disk)
  }

  /** Submissions and a commit at the same time. */
  async #work(rig: Rig): Promise<void> {
    const dice = this.#dice
    this.#clock.advance(dice.oneIn(8) ? Number(2n * day) * 1000 : 100 + dice.below(3000))
    const work: Promise<unknown>[] = []
    for (let count = dice.below(5); count > 0; count--) work.push(this.#submit(rig))
    if (!dice.oneIn(3)) work.push(this.#seal(rig))
    const outcomes = await Promise.allSettled(work)
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }

  async #seal(rig: Rig): Promise<void> {
    const { blocks } = await rig.seal()
    for (const { header, hash } of blocks) this.#blocks.set(header.number, hash)
  }

  async #submit(rig: Rig): Promise<void> {
    const dice = this.#dice
    const account = dice.below(4)
    const nonceKey = BigInt(dice.below(3))
    const next = nonceKey === 0n ? rig.pool.pendingNonce(accounts[account]!.address) : 0n
    const { hash, wire } = sign(this.#profile, account, {
      nonceKey,
      // Gaps, replacements, and nonces that are used already.
      nonce: next + BigInt(dice.below(4)) - (next > 0n ? BigInt(dice.below(2)) : 0n),
      validUntil: dice.oneIn(3) ? this.#clock.seconds + 60n : 0n,
      maxPriorityFeePerGas: BigInt(1 + dice.below(5)) * gwei,
      maxFeePerGas: BigInt(100 + 20 * dice.below(5)) * gwei,
      to: storeContract.address,
      value: 0n,
      data: Uint8Array.of(...fixed(dice.below(20), 32), ...fixed(dice.below(3), 32)),
    })
    try {
      await rig.pool.submit(wire, { kind: 'client', id: 'test' })
      this.#acknowledged.push(hash)
    } catch (error) {
      // A refusal promises nothing.
      if (error instanceof PowerLost) throw error
    }
  }
}
