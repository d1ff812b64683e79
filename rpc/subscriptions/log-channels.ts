import type { FoundLog, LogFilter } from '#chain'

import { RpcFault } from '../errors.ts'
import { limits } from '../limits.ts'
import { renderFoundLog } from '../render/log.ts'
import { local } from '../source.ts'
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

/** What one client follows, with how often. */
interface Share {
  readonly channels: Map<LogChannel, number>
  /** Addresses and topics of them. */
  words: number
}

/** One channel for each distinct filter, found by the address of a log. */
export class LogChannels {
  readonly #stretch: Stretch
  readonly #channels = new Map<string, LogChannel>()
  readonly #byAddress = new Map<string, Set<LogChannel>>()
  readonly #ofAnyAddress = new Set<LogChannel>()
  readonly #byClient = new Map<string, Share>()
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
    const { client } = subscription
    const found = this.#find(pattern, client)
    this.#enter(client, found)
    const end = found.channel.follow(subscription, after)
    return () => {
      end()
      this.#leave(client, found)
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

  #enter(client: string, channel: LogChannel): void {
    const share = this.#byClient.get(client) ?? {
      channels: new Map<LogChannel, number>(),
      words: 0,
    }
    this.#byClient.set(client, share)
    const times = share.channels.get(channel) ?? 0
    share.channels.set(channel, times + 1)
    if (times === 0) share.words += channel.size
  }

  #leave(client: string, channel: LogChannel): void {
    const share = this.#byClient.get(client)
    const left = (share?.channels.get(channel) ?? 0) - 1
    if (share === undefined) return
    if (left > 0) {
      share.channels.set(channel, left)
      return
    }
    share.channels.delete(channel)
    share.words -= channel.size
    if (share.channels.size === 0) this.#byClient.delete(client)
  }

  /** Throws for another channel of `size` than `client` follows, beyond what is its share or all. */
  #check(client: string, size: number, isNew: boolean): void {
    const share = client === local ? undefined : this.#byClient.get(client)
    const own = share?.words ?? 0
    const { logChannels, logChannelsPerClient, watchedWords, watchedWordsPerClient } = limits
    if ((share?.channels.size ?? 0) >= logChannelsPerClient.value)
      throw full('logChannelsPerClient')
    if (client !== local && own + size > watchedWordsPerClient.value) {
      throw full('watchedWordsPerClient')
    }
    if (!isNew) return
    if (this.#channels.size >= logChannels.value) throw full('logChannels')
    if (this.#words + size > watchedWords.value) throw full('watchedWords')
  }

  #find({ addresses, topics }: LogPattern, client: string): LogChannel {
    const names = [...new Set(addresses.map((one) => one.toHex()))].toSorted()
    const words = topics.map((any) => [...new Set(any.map((one) => one.toHex()))].toSorted())
    const key = JSON.stringify([names, words])
    const known = this.#channels.get(key)
    const size = names.length + words.flat().length
    const isFollowed = known !== undefined && this.#byClient.get(client)?.channels.has(known)
    if (isFollowed !== true) this.#check(client, size, known === undefined)
    if (known !== undefined) return known
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

type Full = 'logChannels' | 'logChannelsPerClient' | 'watchedWords' | 'watchedWordsPerClient'

function full(limit: Full): RpcFault {
  const { value: most, unit } = limits[limit]
  const cure = limit.endsWith('PerClient')
    ? `of one client this node follows logs by ${most} ${unit}, so end some with eth_unsubscribe`
    : `this node follows logs by ${most} different ${unit}, so ask for a filter that others use`
  return new RpcFault(
    { code: 'RPC_SUBSCRIPTIONS_FULL', limit, most },
    `too many subscriptions: ${cure}, or poll eth_getLogs`,
  )
}
