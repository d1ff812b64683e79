import type { Clock, Log } from '#base'
import type { ChainFace, FoundLog, Head } from '#chain'

import { limits } from '../limits.ts'
import { renderHeader } from '../render/header.ts'
import type { Stretch } from '../stretch.ts'
import { Channel } from './channel.ts'
import { LogChannels, type LogPattern } from './log-channels.ts'
import { pipChanges } from './pip-changes.ts'
import type { Subscription } from './subscription.ts'

export interface BlockFeedInit {
  readonly chain: ChainFace
  readonly clock: Clock
  readonly log: Log
  readonly stretch: Stretch
  /** Runs at each block that somebody is told of. */
  readonly passed: () => void
}

/**
 * Tells of every block once and in order, however many a commit made: what a block holds is read
 * from the chain when its turn comes, so whoever lags behind it costs no memory.
 */
export class BlockFeed {
  readonly #init: BlockFeedInit
  readonly #heads: Channel
  readonly #logs: LogChannels
  readonly #pips: Channel
  readonly #end: () => void
  /** The block to be told of next. */
  #next: bigint
  /** Head when it moved last. */
  #highest: bigint
  #isRunning = false
  #isClosed = false

  constructor(init: BlockFeedInit) {
    this.#init = init
    this.#heads = new Channel(init.stretch)
    this.#logs = new LogChannels(init.stretch)
    this.#pips = new Channel(init.stretch)
    this.#highest = init.chain.head.header.number
    this.#next = this.#highest + 1n
    this.#end = init.chain.onHead((head) => this.#moved(head))
  }

  followHeads(subscription: Subscription): () => void {
    return this.#heads.follow(subscription, this.#head)
  }

  /** Throws `RPC_SUBSCRIPTIONS_FULL`. */
  followLogs(pattern: LogPattern, subscription: Subscription): () => void {
    return this.#logs.follow(pattern, subscription, this.#head)
  }

  followPips(subscription: Subscription): () => void {
    return this.#pips.follow(subscription, this.#head)
  }

  close(): void {
    this.#isClosed = true
    this.#end()
  }

  get #head(): bigint {
    return this.#init.chain.head.header.number
  }

  #moved({ header: { number } }: Head): void {
    if (number <= this.#highest) this.#rewind(number)
    this.#highest = number
    if (this.#isRunning || this.#isClosed) return
    this.#isRunning = true
    void this.#run().finally(() => (this.#isRunning = false))
  }

  /** Only a development network goes back: the block that is head again is news. */
  #rewind(number: bigint): void {
    if (number < this.#next) this.#next = number
    this.#heads.rewind(number - 1n)
    this.#logs.rewind(number - 1n)
    this.#pips.rewind(number - 1n)
  }

  async #run(): Promise<void> {
    while (!this.#isClosed && this.#next <= this.#head) {
      const number = this.#next
      this.#init.passed()
      await this.#tellHead(number)
      await this.#tellLogs(number)
      await this.#tellPips(number)
      if (this.#next === number) this.#next++
    }
  }

  async #tellHead(number: bigint): Promise<void> {
    if (this.#heads.isEmpty) return
    const { head } = this.#init.chain
    const found = head.header.number === number ? head : await this.#header(number)
    if (found === undefined) this.#heads.fail()
    else await this.#heads.publish(number, JSON.stringify(renderHeader(found)))
  }

  async #tellLogs(number: bigint): Promise<void> {
    if (this.#logs.isEmpty) return
    const found = await this.#logsOf(number)
    if (found === undefined) this.#logs.fail()
    else await this.#logs.publish(number, found)
  }

  async #tellPips(number: bigint): Promise<void> {
    if (this.#pips.isEmpty) return
    const changes = await this.#insist(() => pipChanges(this.#init.chain.reads, number))
    if (changes === undefined) this.#pips.fail()
    else for (const change of changes) await this.#pips.publish(number, change)
  }

  #header(number: bigint): Promise<Head | undefined> {
    return this.#insist(() => this.#init.chain.reads.header({ number }))
  }

  #logsOf(number: bigint): Promise<readonly FoundLog[] | undefined> {
    const filter = { from: number, to: number, topics: [], limit: Infinity, byteLimit: Infinity }
    return this.#insist(() =>
      this.#init.chain.reads.logs({ ...filter, addresses: this.#logs.addresses }),
    )
  }

  /** Readers may be busy, or one may have died: what is undefined after some tries stays so. */
  async #insist<Result>(read: () => Promise<Result>): Promise<Result | undefined> {
    const { clock, log } = this.#init
    for (let left = limits.feedReads.value; ; left--) {
      try {
        return await read()
      } catch (error) {
        if (left > 1 && !this.#isClosed) {
          await new Promise<void>((resolve) => clock.after(limits.feedPause.value, resolve))
          continue
        }
        log.error('subscribers could not be told of a block', { error: String(error) })
        return undefined
      }
    }
  }
}
