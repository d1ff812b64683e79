/**
 * Validators as production runs them, with real ML-DSA, over a network and disks in memory. The
 * clock jumps from timer to timer once nothing is under way.
 */
import { setImmediate } from 'node:timers/promises'

import { Fault, type Log, silent } from '#base'
import {
  type Answer,
  beginEpoch,
  Committee,
  constants,
  type Constants,
  decodeBlock,
  type Digest,
  type Epoch,
  exportProtection,
  firstClosingHash,
  headerDigest,
  type Network,
  type Observers,
  type Parameters,
  parameters,
  type Ports,
  Validator,
  type Verify,
} from '#consensus'
import { mlDsa, type SigningKey } from '#crypto'

import { askCommits } from '../../../consensus/wire/ask.ts'
import { FaultStore } from '../../storage/fault-store.ts'
import { TestChain } from './test-chain.ts'
import { VirtualClock } from './virtual-clock.ts'

export const genesisHash: Digest = '42'.repeat(32)

export interface ClusterOptions {
  readonly validators: number
  readonly followers?: number
  readonly stakes?: readonly number[]
  readonly parameters?: Partial<Parameters>
  readonly constants?: Partial<Constants>
  readonly retention?: number
  /** At which an answer is cut. */
  readonly answerBytes?: number
  /** Heights that a commit makes; 1 by default. */
  readonly blocksPerCommit?: number
}

export class Cluster {
  readonly clock = new VirtualClock()
  readonly epoch: Epoch
  readonly keys: readonly SigningKey[]
  readonly nodes: Node[]
  readonly options: ClusterOptions
  /** Signatures and verifications under way on the pool. */
  underWay = 0
  reaches: (from: number, to: number) => boolean = () => true
  readonly bans: { readonly by: number; readonly peer: string; readonly reason: string }[] = []

  constructor(options: ClusterOptions) {
    this.options = options
    this.keys = Array.from({ length: options.validators }, (_, index) =>
      mlDsa(0x65).fromSeed(new Uint8Array(32).fill(index + 1)),
    )
    const members = this.keys.map(({ publicKey }, index) => ({
      publicKey,
      stake: BigInt(options.stakes?.[index] ?? 1),
      account: new Uint8Array(20).fill(index),
      peerId: `peer${index}`,
    }))
    this.epoch = {
      chainId: 7227n,
      genesisHash,
      closing: firstClosingHash(genesisHash),
      committee: new Committee(0, members),
      startMs: this.clock.now(),
    }
    const count = options.validators + (options.followers ?? 0)
    this.nodes = Array.from({ length: count }, (_, index) => new Node(this, index))
  }

  node(index: number): Node {
    const node = this.nodes[index]
    if (node === undefined) throw new Error(`no node ${index}`)
    return node
  }

  /** A node with the key and the name of another, and an empty folder. It takes the other's place. */
  twin(index: number): Node {
    const twin = new Node(this, index)
    this.nodes.push(twin)
    return twin
  }

  /** Boots all on folders of new keys. */
  async boot(...only: readonly number[]): Promise<this> {
    for (const node of this.nodes) {
      if (only.length > 0 && !only.includes(node.index)) continue
      // oxlint-disable-next-line no-await-in-loop -- in order
      await node.begin()
      // oxlint-disable-next-line no-await-in-loop -- in order
      await node.boot()
    }
    return this
  }

  async run(milliseconds: number): Promise<this> {
    const end = this.clock.now() + milliseconds
    do {
      // oxlint-disable-next-line no-await-in-loop -- time stands still while something is under way
      await this.settle()
    } while (this.clock.advance(end))
    return this
  }

  /** Runs until `isDone`, at most for `most` virtual milliseconds; whether it came to it. */
  async until(isDone: () => boolean, most = 60_000): Promise<boolean> {
    const end = this.clock.now() + most
    do {
      // oxlint-disable-next-line no-await-in-loop -- as in run
      await this.settle()
      if (isDone()) return true
    } while (this.clock.advance(end))
    return isDone()
  }

  async settle(): Promise<void> {
    do {
      // oxlint-disable-next-line no-await-in-loop -- until nothing is under way
      await setImmediate()
    } while (this.underWay > 0)
  }

  async track<Value>(work: Promise<Value>): Promise<Value> {
    this.underWay++
    try {
      return await work
    } finally {
      this.underWay--
    }
  }

  /** Commits of `peer` as `asker` gets them: how many blocks come along. */
  async ask(asker: Node, peer: string, from: number, to: number): Promise<{ blocks: number }> {
    const epoch = this.epoch.committee.epoch
    const answer = askCommits(asker.network, peer, epoch, { from, to })
    let blocks: number | undefined
    const counted = answer.then((found) => (blocks = found?.blocks.length ?? 0))
    await this.until(() => blocks !== undefined)
    return { blocks: await counted }
  }

  /** Throws when two nodes executed different things at one height. */
  agreement(): number {
    const heads = this.nodes.map((node) => node.chain.length)
    const [longest] = this.nodes.toSorted((a, b) => b.chain.length - a.chain.length)
    for (const { chain, index } of this.nodes) {
      for (const [height, hash] of chain.entries()) {
        if (longest?.chain[height] !== hash) throw new Error(`node ${index} differs at ${height}`)
      }
    }
    return Math.min(...heads)
  }
}

export class Node {
  readonly cluster: Cluster
  readonly index: number
  readonly peer: string
  store = new FaultStore()
  execution: TestChain
  validator: Validator | undefined
  /** Digests of own headers that ever left, by round. */
  readonly published = new Map<number, Set<string>>()
  readonly events: string[] = []
  /** Messages of gossip that left. */
  readonly gossiped: Uint8Array[] = []
  onGossip: (() => void) | undefined
  /** No gossip arrives. */
  isDeaf = false
  /** Runs before each write: to kill a node there. */
  onWrite: (() => void) | undefined
  log: Log = silent
  verify: Verify = (...given) => mlDsa(0x65).verifyAsync(...given)
  /** Instead of its own answers to questions for blocks. */
  answers: (() => readonly Uint8Array[]) | undefined
  readonly #blocks = new Map<number, ReturnType<typeof decodeBlock>>()
  #challenges = 0

  constructor(cluster: Cluster, index: number) {
    this.cluster = cluster
    this.index = index
    this.peer = `peer${index}`
    this.execution = new TestChain(genesisHash, cluster.options.blocksPerCommit ?? 1)
  }

  get chain(): readonly Digest[] {
    return this.execution.hashes
  }

  get status(): Validator['status'] {
    if (this.validator === undefined) throw new Error(`node ${this.index} is down`)
    return this.validator.status
  }

  async begin(): Promise<void> {
    const publicKey = this.cluster.keys[this.index]?.publicKey
    if (publicKey !== undefined) await beginEpoch(this.store, { epoch: 0, publicKey })
  }

  async boot(): Promise<void> {
    const { cluster } = this
    const { options, epoch } = cluster
    const validator = await Validator.open({
      epoch,
      constants: { ...constants, ...options.constants },
      parameters: { ...parameters, ...options.parameters },
      ...(options.retention === undefined ? {} : { retention: options.retention }),
      ports: this.#ports(),
    })
    this.validator = validator
    validator.start()
    for (const other of cluster.nodes) this.#meet(other)
  }

  /** Ends as by `kill -9` and loses what was not synced. */
  async kill(): Promise<void> {
    this.validator?.abandon()
    this.validator = undefined
    for (const other of this.cluster.nodes) other.validator?.disconnected(this.peer)
    await this.cluster.settle()
    this.store = await this.store.crashKeeping(0)
  }

  /** Own blocks that left, or would have, ascending. */
  blocks(): Iterable<ReturnType<typeof decodeBlock>> {
    return this.#blocks.values()
  }

  /** The interchange file of its store. */
  protection(): Promise<string> {
    return exportProtection(this.store, genesisHash, 0)
  }

  submit(...transactions: readonly Uint8Array[]): void {
    this.execution.pool.push(...transactions)
    this.validator?.poolChanged()
  }

  #meet(other: Node): void {
    if (other === this || other.validator === undefined) return
    if (!this.cluster.reaches(this.index, other.index)) return
    this.validator?.connected(other.peer)
    other.validator.connected(this.peer)
  }

  #ports(): Ports {
    const { cluster, index, store } = this
    const key = cluster.keys[index]
    return {
      network: this.network,
      signer:
        key === undefined
          ? undefined
          : {
              publicKey: key.publicKey,
              sign: (message, context) => cluster.track(key.signAsync(message, context)),
            },
      verify: (...given) => cluster.track(this.verify(...given)),
      execution: this.execution,
      store: this.#watched(store),
      clock: cluster.clock,
      random: { bytes: (size) => new Uint8Array(size).fill(++this.#challenges) },
      log: this.log,
      observers: this.#observers(),
    }
  }

  #watched(store: FaultStore): Ports['store'] {
    return {
      get: (key) => store.get(key),
      entries: (range) => store.entries(range),
      write: (changes, options) => {
        this.onWrite?.()
        return store.write(changes, options)
      },
      snapshot: () => store.snapshot(),
      close: () => store.close(),
    }
  }

  #observers(): Observers {
    return {
      finalized: (height) => void (this.execution.finalized = height),
      evidence: ({ author, kind }) => void this.events.push(`evidence ${kind} ${author}`),
      halted: ({ height }) => void this.events.push(`halted ${height}`),
      doppelganger: () => void this.events.push('doppelganger'),
      contradiction: (author) => void this.events.push(`contradiction ${author}`),
      failed: (part, error) => void this.events.push(`failed ${part} ${String(error)}`),
    }
  }

  get network(): Network {
    const { cluster, index, peer } = this
    const other = (name: string) => cluster.nodes.findLast((node) => node.peer === name)
    const isReached = (to: Node) => cluster.reaches(index, to.index) && to.validator !== undefined
    return {
      push: (name, protocol, frame) => {
        const to = other(name)
        const copy = frame.slice()
        this.#note(protocol, copy)
        if (to === undefined || !isReached(to)) return false
        for (const twin of cluster.nodes.filter((node) => node.peer === name)) {
          cluster.clock.after(latency(index, to.index), () => {
            const handler = twin.validator?.pushes.find(({ id }) => id === protocol)
            handler?.receive(copy.slice(), { peer }).catch(() => {})
          })
        }
        return true
      },
      request: async (name, protocol, request) => {
        const to = other(name)
        await this.#pause(to?.index ?? 0)
        if (to === undefined || !isReached(to)) throw noAnswer(protocol, 'not connected')
        const answer = await this.#ask(to, protocol, request)
        await this.#pause(to.index)
        return answer
      },
      publish: async (topic, message) => {
        this.gossiped.push(message.slice())
        this.onGossip?.()
        for (const to of cluster.nodes) {
          if (to === this || to.isDeaf || !isReached(to)) continue
          cluster.clock.after(latency(index, to.index), () => {
            const handler = to.validator?.topics.find(({ name }) => name === topic)
            handler?.validate(message, { peer }).catch(() => {})
          })
        }
        return cluster.nodes.length - 1
      },
      blame: (name, reason) => void cluster.bans.push({ by: index, peer: name, reason }),
    }
  }

  async #ask(to: Node, protocol: string, request: Uint8Array): Promise<Answer> {
    const handler = to.validator?.requests.find(({ id }) => id === protocol)
    if (handler === undefined || handler.admits?.(this.peer) === false) {
      throw noAnswer(protocol, 'refused')
    }
    if (to.answers !== undefined && protocol === '/pars/blocks/1') {
      return { items: to.answers(), more: false }
    }
    const most = this.cluster.options.answerBytes ?? 8 * 1024 * 1024
    const items: Uint8Array[] = []
    let bytes = 0
    for await (const item of handler.answer(request, { peer: this.peer })) {
      bytes += item.length
      if (bytes > most && items.length > 0) return { items, more: true }
      items.push(item.slice())
    }
    return { items, more: false }
  }

  #pause(to: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.cluster.clock.after(latency(this.index, to), resolve)
    return promise
  }

  #note(protocol: string, frame: Uint8Array): void {
    if (protocol !== '/pars/dag/1' || frame[0] !== 0) return
    const block = decodeBlock(frame.subarray(1))
    const { core } = block.header
    const { round } = core
    this.#blocks.set(round, block)
    const digest = headerDigest(core)
    const digests = this.published.get(round) ?? new Set()
    this.published.set(round, digests.add(digest))
  }
}

function noAnswer(protocol: string, reason: string): Fault {
  return new Fault({ code: 'NETWORK_REQUEST', protocol, reason })
}

function latency(from: number, to: number): number {
  return 10 + ((from * 7 + to * 3) % 11)
}
