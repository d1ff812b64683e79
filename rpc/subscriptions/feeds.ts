import type { Clock, Log } from '#base'
import type { ChainFace } from '#chain'

import { RpcFault } from '../errors.ts'
import type { CommitFacts, NodeFace } from '../node-face.ts'
import { type Progress, renderProgress } from '../render/progress.ts'
import { Stretch } from '../stretch.ts'
import { BlockFeed } from './block-feed.ts'
import { Channel } from './channel.ts'
import { PoolFeed } from './pool-feed.ts'
import type { Subscription } from './subscription.ts'

interface FeedsInit {
  readonly chain: ChainFace
  readonly node: NodeFace
  readonly clock: Clock
  readonly log: Log
}

/** Everything that can be subscribed to, for all clients of a node. */
export class Feeds {
  readonly blocks: BlockFeed
  readonly pool: PoolFeed
  readonly #init: FeedsInit
  readonly #syncing: Channel
  readonly #commits: Channel
  readonly #ends: (() => void)[] = []
  #wasSyncing = false
  #changes = 0n
  #committed = 0n
  #told: Promise<void> = Promise.resolve()

  constructor(init: FeedsInit) {
    const { chain, node, clock } = init
    const stretch = new Stretch(clock)
    this.#init = init
    this.#syncing = new Channel(stretch)
    this.#commits = new Channel(stretch)
    this.blocks = new BlockFeed({ ...init, stretch, passed: () => this.#lookAtSync() })
    this.pool = new PoolFeed(chain.pool, stretch)
    const end = node.onCommit?.((commit) => this.#tellCommit(commit))
    if (end !== undefined) this.#ends.push(end)
  }

  followSyncing(subscription: Subscription): () => void {
    if (this.#syncing.isEmpty) this.#wasSyncing = this.#progress !== false
    return this.#syncing.follow(subscription, this.#changes)
  }

  /** Throws `RPC_SUBSCRIPTION_ABSENT` where this node orders by itself. */
  followCommits(subscription: Subscription): () => void {
    if (this.#init.node.onCommit === undefined) throw noOrder()
    return this.#commits.follow(subscription, this.#committed)
  }

  close(): void {
    this.blocks.close()
    this.pool.close()
    for (const end of this.#ends) end()
  }

  get #progress(): Progress {
    const { node, chain } = this.#init
    return renderProgress(node.status(), chain.head)
  }

  #lookAtSync(): void {
    if (this.#syncing.isEmpty) return
    const status = this.#progress
    if ((status !== false) === this.#wasSyncing) return
    this.#wasSyncing = status !== false
    const result = JSON.stringify(status === false ? false : { syncing: true, status })
    this.#tell(this.#syncing, ++this.#changes, result)
  }

  #tellCommit(commit: CommitFacts): void {
    this.#committed++
    if (!this.#commits.isEmpty) this.#tell(this.#commits, this.#committed, JSON.stringify(commit))
  }

  /** One after the other, so that each is told in order. */
  #tell(channel: Channel, place: bigint, result: string): void {
    this.#told = this.#told.then(() => channel.publish(place, result))
  }
}

function noOrder(): RpcFault {
  return new RpcFault(
    { code: 'RPC_SUBSCRIPTION_ABSENT', subscription: 'dag' },
    'this node is its whole network: there is no order of a committee to follow; subscribe to newHeads',
  )
}
