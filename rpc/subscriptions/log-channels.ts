import type { FoundLog, LogFilter } from '#chain'

import { RpcFault } from '../errors.ts'
import { limits } from '../limits.ts'
import { renderFoundLog } from '../render/log.ts'
import type { Stretch } from '../stretch.ts'
import { Channel } from './channel.ts'
import type { Subscription } from './subscription.ts'

/** What a log must have. */
export type LogPattern = Pick<LogFilter, 'addresses' | 'topics'>

interface LogChannel {
  readonly key: string
  /** Addresses and topics in it. */
  readonly size: number
  readonly channel: Channel
  /** Hexadecimal; none: any. */
  readonly addresses: readonly string[]
  /** By position, hexadecimal; empty: any. */
  readonly topics: readonly ReadonlySet<string>[]
}

/** One channel for each distinct filter, found by the address of a log. */
export class LogChannels {
  readonly #stretch: Stretch
  readonly #channels = new Map<string, LogChannel>()
  readonly #byAddress = new Map<string, Set<LogChannel>>()
  readonly #ofAnyAddress = new Set<LogChannel>()
  /** Addresses and topics of all. */
  #words = 0

  constructor(stretch: Stretch) {
    this.#stretch = stretch
  }

  get isEmpty(): boolean {
    return this.#channels.size === 0
  }

  /** Addresses of the logs that somebody follows; none when it may be any. */
  get addresses(): readonly Uint8Array[] {
    const isAny = this.#ofAnyAddress.size > 0 || this.#byAddress.size > limits.filterAddresses.value
    return isAny ? [] : [...this.#byAddress.keys()].map((address) => Uint8Array.fromHex(address))
  }

  /** Throws `RPC_SUBSCRIPTIONS_FULL`. */
  follow(pattern: LogPattern, subscription: Subscription, after: bigint): () => void {
    const found = this.#find(pattern)
    const end = found.channel.follow(subscription, after)
    return () => {
      end()
      if (found.channel.isEmpty) this.#remove(found)
    }
  }

  /** @param found All logs of block `number` that may match, in their order. */
  async publish(number: bigint, found: readonly FoundLog[]): Promise<void> {
    for (const log of found) {
      let text: string | undefined
      for (const { channel, topics } of this.#candidates(log)) {
        if (this.#stretch.isOver) await this.#stretch.rest()
        if (!matches(log, topics)) continue
        text ??= JSON.stringify(renderFoundLog(log))
        await channel.publish(number, text)
      }
    }
  }

  rewind(number: bigint): void {
    for (const { channel } of this.#channels.values()) channel.rewind(number)
  }

  fail(): void {
    for (const { channel } of this.#channels.values()) channel.fail()
  }

  #candidates({ address }: FoundLog): readonly LogChannel[] {
    return [...(this.#byAddress.get(address.toHex()) ?? []), ...this.#ofAnyAddress]
  }

  #find({ addresses, topics }: LogPattern): LogChannel {
    const names = [...new Set(addresses.map((one) => one.toHex()))].toSorted()
    const words = topics.map((any) => [...new Set(any.map((one) => one.toHex()))].toSorted())
    const key = JSON.stringify([names, words])
    const known = this.#channels.get(key)
    if (known !== undefined) return known
    const size = names.length + words.flat().length
    const isFull =
      this.#channels.size >= limits.logChannels.value ||
      this.#words + size > limits.watchedWords.value
    if (isFull) throw full()
    this.#words += size
    const added: LogChannel = {
      key,
      size,
      channel: new Channel(this.#stretch),
      addresses: names,
      topics: words.map((any) => new Set(any)),
    }
    this.#channels.set(key, added)
    if (names.length === 0) this.#ofAnyAddress.add(added)
    for (const name of names) {
      const others = this.#byAddress.get(name) ?? new Set()
      this.#byAddress.set(name, others.add(added))
    }
    return added
  }

  #remove(channel: LogChannel): void {
    this.#channels.delete(channel.key)
    this.#words -= channel.size
    this.#ofAnyAddress.delete(channel)
    for (const name of channel.addresses) {
      const others = this.#byAddress.get(name)
      others?.delete(channel)
      if (others?.size === 0) this.#byAddress.delete(name)
    }
  }
}

/** A filter of more positions than the log has topics does not match it. */
function matches(log: FoundLog, topics: readonly ReadonlySet<string>[]): boolean {
  if (topics.length > log.topics.length) return false
  return topics.every((any, position) => {
    const topic = log.topics[position]
    return any.size === 0 || (topic !== undefined && any.has(topic.toHex()))
  })
}

function full(): RpcFault {
  return new RpcFault(
    { code: 'RPC_SUBSCRIPTIONS_FULL', logFilters: limits.logChannels.value },
    `too many subscriptions: this node follows ${limits.logChannels.value} different filters of logs, so ask for one that others use, or poll eth_getLogs`,
  )
}
