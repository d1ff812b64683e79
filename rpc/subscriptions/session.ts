import { hex, type Hex, type Random } from '#base'

import { RpcFault } from '../errors.ts'
import { limits } from '../limits.ts'
import { local } from '../source.ts'
import { type Recipient, Subscription } from './subscription.ts'

/** What one message may subscribe to, on a connection that carries notifications. */
export interface Session {
  /**
   * @param follow Begins to notify the subscription; gives what ends that.
   * @returns The id. Throws `RPC_SUBSCRIPTIONS_FULL`, and as `follow`.
   */
  subscribe(follow: (subscription: Subscription) => () => void): Hex
  /** False when this connection has no subscription of that id. */
  unsubscribe(id: string): boolean
}

/** How many subscriptions there are on all connections. */
export class SubscriptionCounts {
  readonly #byClient = new Map<string, number>()
  #all = 0

  get all(): number {
    return this.#all
  }

  /** Throws `RPC_SUBSCRIPTIONS_FULL`. */
  check(client: string): void {
    const { subscriptions, subscriptionsPerClient } = limits
    if (this.#all >= subscriptions.value) throw full('subscriptions')
    const own = client === local ? 0 : (this.#byClient.get(client) ?? 0)
    if (own >= subscriptionsPerClient.value) throw full('subscriptionsPerClient')
  }

  enter(client: string): void {
    this.#all++
    this.#byClient.set(client, (this.#byClient.get(client) ?? 0) + 1)
  }

  leave(client: string): void {
    this.#all--
    const left = (this.#byClient.get(client) ?? 1) - 1
    if (left === 0) this.#byClient.delete(client)
    else this.#byClient.set(client, left)
  }
}

interface SubscriptionsInit {
  readonly random: Random
  readonly counts: SubscriptionCounts
  readonly client: string
  readonly outbox: Recipient
}

/** The subscriptions of one connection. */
export class Subscriptions {
  readonly #init: SubscriptionsInit
  readonly #open = new Map<
    string,
    { readonly subscription: Subscription; readonly end: () => void }
  >()

  constructor(init: SubscriptionsInit) {
    this.#init = init
  }

  /** For one message, with what is to be called once its answer is on its way. */
  session(): { readonly session: Session; readonly answered: () => void } {
    const opened: Subscription[] = []
    return {
      session: {
        subscribe: (follow) => {
          const subscription = this.#subscribe(follow)
          opened.push(subscription)
          return subscription.id
        },
        unsubscribe: (id) => this.#unsubscribe(id),
      },
      answered: () => {
        for (const subscription of opened) subscription.release()
      },
    }
  }

  close(): void {
    for (const id of this.#open.keys()) this.#unsubscribe(id)
  }

  #subscribe(follow: (subscription: Subscription) => () => void): Subscription {
    const { random, counts, client, outbox } = this.#init
    if (this.#open.size >= limits.subscriptionsPerConnection.value) {
      throw full('subscriptionsPerConnection')
    }
    counts.check(client)
    const id = hex(random.bytes(16))
    const subscription = new Subscription(id, client, outbox)
    this.#open.set(id, { subscription, end: follow(subscription) })
    counts.enter(client)
    return subscription
  }

  #unsubscribe(id: string): boolean {
    const found = this.#open.get(id)
    if (found === undefined) return false
    this.#open.delete(id)
    this.#init.counts.leave(this.#init.client)
    found.end()
    found.subscription.forget()
    return true
  }
}

function full(
  limit: 'subscriptions' | 'subscriptionsPerClient' | 'subscriptionsPerConnection',
): RpcFault {
  const most = limits[limit].value
  const cure =
    limit === 'subscriptions'
      ? `all clients together have ${most}, as many as this node serves: come back later, or poll eth_getLogs`
      : 'end some with eth_unsubscribe'
  return new RpcFault(
    { code: 'RPC_SUBSCRIPTIONS_FULL', limit, most },
    `too many subscriptions: ${cure}`,
  )
}
