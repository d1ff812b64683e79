/** Real nodes on 127.0.0.1, gone when they are disposed of. */
import { Fault, type Log, silent } from '#base'
import { Network, type NetworkOptions, NodeKey, type Peer, type Status } from '#network'
import { openMemory } from '#storage'

import { systemClock } from '../../node/clock.ts'
import { systemRandom } from '../../node/random.ts'

export const networkId = new Uint8Array(32).fill(7)

export function statusOf(overrides: Partial<Status> = {}): Omit<Status, 'protocols'> {
  return {
    networkId,
    chainId: 7227,
    head: { height: 0, hash: new Uint8Array(32) },
    epoch: 0,
    client: 'pars/test',
    ...overrides,
  }
}

export const quick = {
  tick: 20,
  heartbeat: 10_000,
  statusTimeout: 5_000,
  requestTimeout: 5_000,
  pushStall: 15_000,
  gossipStall: 60_000,
}

/** One node, and what it saw. */
export class TestNode implements AsyncDisposable {
  readonly network: Network
  readonly connected: Peer[] = []
  readonly disconnected: string[] = []
  readonly bans: { readonly peer: string; readonly reason: string }[] = []
  readonly #watchers: Set<() => void>

  private constructor(network: Network, watchers: Set<() => void>) {
    this.network = network
    this.#watchers = watchers
  }

  static async start(options: Partial<NetworkOptions> = {}): Promise<TestNode> {
    const watchers = new Set<() => void>()
    const wake = (): void => {
      for (const watcher of watchers) watcher()
    }
    let node: TestNode | undefined
    const network = await Network.open({
      key: NodeKey.generate(systemRandom),
      store: openMemory(),
      clock: systemClock,
      random: systemRandom,
      log: silent,
      status: () => statusOf(),
      listen: ['/ip4/127.0.0.1/tcp/0'],
      outbound: 0,
      timings: quick,
      ...options,
      events: {
        connected(peer) {
          node?.connected.push(peer)
          options.events?.connected?.(peer)
          wake()
        },
        disconnected(peer) {
          node?.disconnected.push(peer)
          options.events?.disconnected?.(peer)
          wake()
        },
        banned(peer, reason) {
          node?.bans.push({ peer, reason })
          options.events?.banned?.(peer, reason)
          wake()
        },
      },
    })
    node = new TestNode(network, watchers)
    await network.start()
    return node
  }

  get peer(): string {
    return this.network.peer
  }

  get address(): string {
    const [address] = this.network.addresses()
    if (address === undefined) throw new Error('not listening')
    return address
  }

  get port(): number {
    return Number(/\/tcp\/(\d+)/.exec(this.address)?.[1])
  }

  /** Resolves once `condition` holds, looked at whenever a peer comes or goes. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return
        this.#watchers.delete(look)
        resolve()
      }
      this.#watchers.add(look)
      look()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.network.stop()
  }
}

/** What was handed to it, and a promise for when it is enough. */
export class Inbox<Item> {
  readonly items: Item[] = []
  readonly #watchers = new Set<() => void>()

  add(item: Item): void {
    this.items.push(item)
    for (const watcher of this.#watchers) watcher()
  }

  until(condition: (items: readonly Item[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition(this.items)) return
        this.#watchers.delete(look)
        resolve()
      }
      this.#watchers.add(look)
      look()
    })
  }
}

/** A log that keeps what matters to a test. */
export function recordingLog(): Log & { readonly lines: Inbox<string> } {
  const lines = new Inbox<string>()
  const add = (message: string, facts?: Readonly<Record<string, unknown>>): void =>
    lines.add(`${message} ${JSON.stringify(facts ?? {})}`)
  return { lines, debug: add, info: add, warn: add, error: add }
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Fault ? error.code : undefined
}
