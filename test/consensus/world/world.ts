/**
 * Several cores in one process: a clock that jumps from event to event, links with delays, disks
 * that lose what was not synced, signatures that are hashes. Deterministic.
 */
import type { Block, Digest, ExecAttestation, Header } from '../../../consensus/core/block.ts'
import type { CommittedBlocks } from '../../../consensus/core/commit.ts'
import { Core } from '../../../consensus/core/core.ts'
import type { Effect } from '../../../consensus/core/effects.ts'
import type { Event } from '../../../consensus/core/events.ts'
import { firstClosingHash } from '../../../consensus/core/hashes.ts'
import type { Epoch } from '../../../consensus/core/validity.ts'
import {
  type Constants,
  constants as usualConstants,
  type Parameters,
  parameters as usualParameters,
} from '../../../consensus/parameters.ts'
import { Dice } from '../../../sim/dice.ts'
import { Disk } from '../../../sim/disk.ts'
import { hashSignatures } from '../../../sim/signatures.ts'
import { testCommittee } from '../dag/text.ts'

interface Due {
  readonly at: number
  readonly sequence: number
  readonly task: () => void
}

export interface WorldOptions {
  readonly stakes: readonly number[]
  readonly seed?: number
  /** Milliseconds one way. */
  readonly delay?: readonly [least: number, most: number]
  readonly parameters?: Partial<Parameters>
  readonly constants?: Partial<Constants>
  /** How many followers run beside the validators. */
  readonly followers?: number
}

/** Of a network of four equals in which B leads round 1, C round 2, D round 3, A round 4. */
export const genesisHash: Digest = 'b2'.repeat(32)

export function testEpoch(stakes: readonly number[]): Epoch {
  return {
    chainId: 7227n,
    genesisHash,
    closing: firstClosingHash(genesisHash),
    committee: testCommittee(stakes),
    startMs: 1_000_000,
  }
}

const signatures = hashSignatures()

/** What stands for ML-DSA here. */
export function testSignature(author: number, digest: Digest): Uint8Array {
  return signatures.sign(author, digest)
}

export function isSignedBy(author: number, digest: Digest, signature: Uint8Array): boolean {
  return signatures.isValid(author, digest, signature)
}

/** Own blocks that one answer repeats. */
const repeated = 32

export class World {
  readonly epoch: Epoch
  readonly nodes: WorldNode[] = []
  readonly dice: Dice
  readonly parameters: Parameters
  readonly constants: Constants
  now: number
  /** Milliseconds after which a link that lost pushes repeats them. */
  resumeDelay = 500
  /** Whether a message from one node reaches another. */
  reaches: (from: number, to: number) => boolean = () => true
  delay: (from: number, to: number) => number
  readonly #heap: Due[] = []
  #sequence = 0

  constructor(options: WorldOptions) {
    this.epoch = testEpoch(options.stakes)
    this.now = this.epoch.startMs
    this.dice = new Dice(options.seed ?? 1)
    this.parameters = { ...usualParameters, ...options.parameters }
    this.constants = { ...usualConstants, ...options.constants }
    const [least, most] = options.delay ?? [10, 30]
    this.delay = () => this.dice.between(least, most)
    const count = options.stakes.length + (options.followers ?? 0)
    for (let index = 0; index < count; index++) {
      this.nodes.push(new WorldNode(this, index, index < options.stakes.length ? index : undefined))
    }
  }

  node(index: number): WorldNode {
    const node = this.nodes[index]
    if (node === undefined) throw new Error(`no node ${index}`)
    return node
  }

  boot(): this {
    for (const node of this.nodes) node.boot()
    return this
  }

  after(delay: number, task: () => void): void {
    const due = { at: this.now + delay, sequence: this.#sequence++, task }
    let place = this.#heap.length
    while (place > 0 && isLater(due, this.#heap[place - 1])) place--
    this.#heap.splice(place, 0, due)
  }

  run(milliseconds: number): this {
    const end = this.now + milliseconds
    for (let due = this.#heap.at(-1); due !== undefined && due.at <= end; due = this.#heap.at(-1)) {
      this.#heap.pop()
      this.now = due.at
      due.task()
    }
    this.now = end
    return this
  }

  send(from: number, to: number, message: (node: WorldNode) => void): void {
    if (!this.reaches(from, to)) return
    this.after(this.delay(from, to), () => {
      const node = this.node(to)
      if (node.isUp && this.reaches(from, to)) message(node)
    })
  }

  /** The node of a PeerId. */
  indexOf(peer: string): number {
    return this.nodes.findIndex((node) => node.peer === peer)
  }
}

/** The heap is a list in descending order: what comes first is popped. */
function isLater(due: Due, other: Due | undefined): boolean {
  return other !== undefined && (due.at - other.at || due.sequence - other.sequence) > 0
}

export class WorldNode {
  readonly world: World
  readonly index: number
  readonly self: number | undefined
  readonly peer: string
  disk = new Disk()
  /** What execution has on disk, ascending. */
  executed: ExecAttestation[] = []
  core: Core | undefined
  isUp = false
  /** Answers `executed` by itself. */
  executes = true
  /** The hash of a height, as this node executes it. */
  result: (height: number, commit: CommittedBlocks) => Digest = (_, { digest }) => digest
  /** Transactions that wait for an own block. */
  pool: Uint8Array[] = []
  readonly commits: CommittedBlocks[] = []
  readonly effects: Effect[] = []
  /** Every digest that ever left, by round. */
  readonly published = new Map<number, Set<Digest>>()
  finalized = 0
  #epoch = 0

  constructor(world: World, index: number, self: number | undefined) {
    this.world = world
    this.index = index
    this.self = self
    this.peer = world.epoch.committee.peerOf(self ?? -1) ?? `follower${index}`
  }

  boot(): void {
    const { epoch, parameters, constants } = this.world
    this.#epoch++
    this.isUp = true
    const { self } = this
    const { executed } = this
    const executedCommit = executed.at(-1)?.height ?? 0
    const restored = { ...this.disk.restore(constants.gcDepth), executedCommit, executed }
    this.core = new Core({ epoch, constants, parameters, self, restored })
    this.dispatch({ type: 'start' })
    if (this.pool.length > 0) this.dispatch({ type: 'pool', waiting: true })
    this.#resume()
  }

  /** Loses what is not on disk. */
  crash(): void {
    this.isUp = false
    this.core = undefined
    this.disk.crash(0)
  }

  /** The folder is gone, its keys are not. */
  forget(): void {
    this.disk.wipe()
    this.executed = []
  }

  /** Puts the folder back as it is now, whenever it is called. */
  backUp(): () => void {
    const disk = this.disk.copy()
    const executed = [...this.executed]
    return () => {
      this.disk = disk
      this.executed = executed
    }
  }

  ownAbove(round: number): readonly Block[] {
    const blocks: Block[] = []
    for (let next = round + 1; next <= this.disk.floor && blocks.length < repeated; next++) {
      const block = this.disk.own(next)
      if (block !== undefined) blocks.push(block)
    }
    return blocks
  }

  submit(...transactions: readonly Uint8Array[]): void {
    this.pool.push(...transactions)
    this.dispatch({ type: 'pool', waiting: this.pool.length > 0 })
  }

  dispatch(event: Event): void {
    if (this.core === undefined) return
    for (const effect of this.core.step(this.world.now, event)) {
      this.effects.push(effect)
      this.#perform(effect)
    }
  }

  effectsOf<T extends Effect['type']>(type: T): readonly Extract<Effect, { readonly type: T }>[] {
    return this.effects.filter(
      (one): one is Extract<Effect, { readonly type: T }> => one.type === type,
    )
  }

  #later(delay: number, event: Event): void {
    const epoch = this.#epoch
    this.world.after(delay, () => {
      if (this.isUp && this.#epoch === epoch) this.dispatch(event)
    })
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'verify': {
        const { key, author, digest, signature } = effect
        return this.#later(0, {
          type: 'verified',
          key,
          valid: isSignedBy(author, digest, signature),
        })
      }
      case 'sign': {
        const signature = testSignature(this.self ?? 0, effect.digest)
        return this.#later(0, { type: 'signed', digest: effect.digest, signature })
      }
      case 'payload': {
        const transactions = this.pool.splice(0)
        this.#later(0, { type: 'pool', waiting: false })
        return this.#later(0, { type: 'payload', round: effect.round, transactions })
      }
      case 'persist': {
        const { token, records } = effect
        const epoch = this.#epoch
        const sync = (task: () => void): void =>
          this.world.after(1, () => {
            if (this.isUp && this.#epoch === epoch) task()
          })
        return this.disk.write(records, sync, () => this.dispatch({ type: 'persisted', token }))
      }
      case 'publish':
        return this.publish(effect.block)
      case 'commit':
        return this.#execute(effect.commit)
      case 'fetch':
        return this.#request(effect.to, (node) =>
          effect.refs
            .flatMap(({ digest }) => node.find(digest) ?? [])
            .map((block) => received(node, block)),
        )
      case 'fetchCommits':
        return this.#request(effect.peer, (node) => [
          { type: 'commits', from: node.peer, ...node.disk.range(effect.from, effect.to) },
        ])
      case 'ask':
        return this.#ask()
      case 'answer':
        return this.#answer(effect.to, effect.own, effect.yours)
      case 'finalized':
        this.finalized = effect.height
        return undefined
      case 'wake':
        return this.#later(effect.at - this.world.now, { type: 'tick' })
      case 'decided':
      case 'doppelganger':
      case 'evidence':
      case 'halt':
      case 'penalise':
        return undefined
    }
  }

  find(digest: Digest): Block | undefined {
    return this.core?.block(digest) ?? this.disk.find(digest)?.block
  }

  /** Pushes resume where the link lost them. */
  #resume(): void {
    const epoch = this.#epoch
    this.world.after(this.world.resumeDelay, () => {
      if (!this.isUp || this.#epoch !== epoch) return
      for (const node of this.world.nodes) {
        if (node.self === undefined || node === this) continue
        const from = this.core?.highestRound(node.self) ?? 0
        this.#request(node.peer, (author) =>
          author.ownAbove(from).map((block) => received(author, block)),
        )
      }
      this.#resume()
    })
  }

  publish(block: Block): void {
    const digests = this.published.get(block.round) ?? new Set()
    this.published.set(block.round, digests.add(block.digest))
    for (const { index } of this.world.nodes) {
      if (index !== this.index) {
        this.world.send(this.index, index, (node) => node.dispatch(received(this, block)))
      }
    }
  }

  #request(to: string, answer: (node: WorldNode) => readonly Event[]): void {
    this.world.send(this.index, this.world.indexOf(to), (node) => {
      for (const event of answer(node)) {
        this.world.send(node.index, this.index, (self) => self.dispatch(event))
      }
    })
  }

  #ask(): void {
    for (const node of this.world.nodes) {
      if (node === this || this.self === undefined) continue
      const event = { type: 'asked', from: this.peer, author: this.self, id: 0 } as const
      this.world.send(this.index, node.index, (asked) => asked.dispatch(event))
    }
  }

  #answer(to: string, own: Header | undefined, yours: Header | undefined): void {
    const author = this.self ?? 0
    this.world.send(this.index, this.world.indexOf(to), (node) =>
      node.dispatch({ type: 'answered', author, own, yours }),
    )
  }

  #execute(commit: CommittedBlocks): void {
    this.commits.push(commit)
    if (!this.executes) return
    const { index } = commit.commit
    const blockHash = this.result(index, commit)
    this.executed.push({ height: index, blockHash })
    this.#later(1, { type: 'executed', commit: index, heights: [{ height: index, blockHash }] })
  }
}

function received(node: WorldNode, block: Block): Event {
  return { type: 'received', from: node.peer, block }
}
