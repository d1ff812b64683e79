import { hex, type Hex, type Random } from '#base'

import { RpcFault } from '../errors.ts'
import { limits } from '../limits.ts'
import { Subscription } from './subscription.ts'

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
export interface SubscriptionCount {
  subscriptions: number
}

/** The subscriptions of one connection. */
export class Subscriptions {
  readonly #open = new Map<string, () => void>()
  readonly #random: Random
  readonly #count: SubscriptionCount
  readonly #send: (text: string) => void
  readonly #drop: () => void

  /**
   * @param send Puts a notification on its way.
   * @param drop Ends the connection: it cannot be told everything.
   */
  constructor(
    random: Random,
    count: SubscriptionCount,
    send: (text: string) => void,
    drop: () => void,
  ) {
    this.#random = random
    this.#count = count
    this.#send = send
    this.#drop = drop
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
    const isFull =
      this.#open.size >= limits.subscriptionsPerConnection.value ||
      this.#count.subscriptions >= limits.subscriptions.value
    if (isFull) throw full()
    const id = hex(this.#random.bytes(16))
    const subscription = new Subscription(id, this.#send, this.#drop)
    this.#open.set(id, follow(subscription))
    this.#count.subscriptions++
    return subscription
  }

  #unsubscribe(id: string): boolean {
    const end = this.#open.get(id)
    if (end === undefined) return false
    this.#open.delete(id)
    this.#count.subscriptions--
    end()
    return true
  }
}

function full(): RpcFault {
  return new RpcFault(
    { code: 'RPC_SUBSCRIPTIONS_FULL', perConnection: limits.subscriptionsPerConnection.value },
    'too many subscriptions: end some with eth_unsubscribe',
  )
}
