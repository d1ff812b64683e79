import { type Clock, concat, fixed, isFault, type Log, type Timer } from '#base'
import type { Chain, Commit } from '#chain'
import { keccak256 } from '#crypto'

import { BlockTime } from './block-time.ts'

interface SealerInit {
  readonly chain: Chain
  readonly clock: Clock
  readonly log: Log
}

/**
 * When blocks are made. `steady`: as the genesis says, every block time of what the pool has, and an
 * empty one when nothing comes for long. `instant`: as soon as a transaction comes. `interval`: every
 * so many milliseconds, empty ones too. `manual`: when `seal` is called.
 */
export type Pace =
  | { readonly kind: 'steady' | 'instant' | 'manual' }
  | { readonly kind: 'interval'; readonly milliseconds: number }

type Chosen = ReturnType<Chain['pool']['ready']>

/** Orders transactions by itself, where one node is the whole network. */
export class Sealer {
  readonly time: BlockTime
  readonly #init: SealerInit
  #pace: Pace = { kind: 'steady' }
  #isRunning = false
  #timer: Timer | undefined
  #tail: Promise<unknown> = Promise.resolve()
  #unwatch: (() => void) | undefined

  constructor(init: SealerInit) {
    this.#init = init
    this.time = new BlockTime(init.clock)
  }

  start(): void {
    this.#isRunning = true
    this.#apply()
  }

  /** Ends after the commit under way. */
  async stop(): Promise<void> {
    this.#isRunning = false
    this.#pause()
    await this.#tail
  }

  /** Resolves when no block of the pace before is under way. */
  setPace(pace: Pace): Promise<void> {
    this.#pause()
    this.#pace = pace
    if (this.#isRunning) this.#apply()
    return this.alone(async () => undefined)
  }

  /**
   * Makes one block of what the pool has, empty when it has nothing; of that time where it is given.
   * Throws `NODE_TIME_BACK`.
   */
  seal(timestamp?: bigint): Promise<void> {
    return this.alone(() => {
      if (timestamp !== undefined) this.#setNext(timestamp)
      return this.#seal(true)
    })
  }

  /** Of the block that is begun next, whichever is under way. Throws `NODE_TIME_BACK`. */
  setNextTime(timestamp: bigint): Promise<void> {
    return this.alone(async () => this.#setNext(timestamp))
  }

  /** Runs `task` while no block is made. */
  alone<Result>(task: () => Promise<Result>): Promise<Result> {
    const run = this.#tail.then(task)
    this.#tail = run.catch(() => undefined)
    return run
  }

  #setNext(timestamp: bigint): void {
    this.time.setNext(timestamp, this.#init.chain.head.header.timestamp)
  }

  #pause(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#unwatch?.()
    this.#unwatch = undefined
  }

  #apply(): void {
    const { pool, profile } = this.#init.chain
    const pace = this.#pace
    if (pace.kind === 'steady') this.#repeat(profile.targetBlockMs, () => this.#seal(false))
    else if (pace.kind === 'interval') this.#repeat(pace.milliseconds, () => this.#seal(true))
    else if (pace.kind === 'instant') {
      this.#unwatch = pool.onAdded(() => void this.alone(() => this.#attempt(() => this.#drain())))
      void this.alone(() => this.#attempt(() => this.#drain()))
    }
  }

  /** The next one begins that long after the end of the last. */
  #repeat(milliseconds: number, task: () => Promise<void>): void {
    const timer = this.#init.clock.after(milliseconds, () => {
      void this.alone(async () => {
        await this.#attempt(task)
        if (this.#timer === timer) this.#repeat(milliseconds, task)
      })
    })
    this.#timer = timer
  }

  async #attempt(task: () => Promise<void>): Promise<void> {
    if (!this.#isRunning) return
    try {
      await task()
    } catch (error) {
      if (isFault(error, 'CHAIN_STOPPED')) this.#isRunning = false
      else this.#init.log.error('sealing failed', { error: String(error) })
    }
  }

  /** One block for each transaction that could run when its block was begun. */
  async #drain(): Promise<void> {
    const { chain } = this.#init
    for (let before = -1n; this.#isRunning;) {
      const chosen = this.#chosen(1)
      // What the pool holds ready and no block takes is tried again with the next that comes.
      if (chosen.length === 0 || chain.head.header.number === before) return
      before = chain.head.header.number
      await this.#make(chosen, false)
    }
  }

  #chosen(transactions = Infinity): Chosen {
    const { pool, profile, head } = this.#init.chain
    return pool.ready({ gas: head.header.gasLimit, bytes: profile.blockRoom, transactions })
  }

  async #seal(evenEmpty: boolean): Promise<void> {
    const { head, profile } = this.#init.chain
    const { timestamp } = head.header
    const chosen = this.#chosen()
    const isDue = evenEmpty || this.time.after(timestamp) - timestamp >= profile.emptyBlockSeconds
    if (chosen.length > 0 || isDue) await this.#make(chosen, evenEmpty)
  }

  async #make(chosen: Chosen, evenEmpty: boolean): Promise<void> {
    const { chain } = this.#init
    const { header, hash } = chain.head
    const timestamp = this.time.after(header.timestamp)
    const wires = chosen.map(({ wire }) => wire)
    const hashes = chosen.map(({ wireHash }) => wireHash)
    const commit: Commit = {
      epoch: 0n,
      index: (chain.lastCommit?.index ?? -1n) + 1n,
      digest: keccak256(concat(hash, fixed(timestamp, 8), ...hashes)),
      timestamp,
      bodies: wires.length === 0 ? [] : [{ wires }],
      verified: hashes.map((one) => one.toHex()),
      ...(evenEmpty ? { evenEmpty } : {}),
    }
    const { blocks } = await chain.execute(commit)
    if (blocks.length > 0) this.time.made(timestamp)
  }
}
