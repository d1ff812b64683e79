import { utf8 } from '#base'
import {
  type Block,
  type BlockRef,
  type CommittedBlocks,
  type Digest,
  type Effect,
  type ExecAttestation,
  type Header,
  limits,
  type Status,
} from '#consensus'
import { sha256 } from '#crypto'

/** Of the trace's lines: traces of another version are not compared. */
export const traceVersion = 2

/** Something happened that never may. */
export class Violation extends Error {
  readonly invariant: string

  constructor(invariant: string, message: string) {
    super(`${invariant}: ${message}`)
    this.invariant = invariant
  }
}

/** What a folder says after a loss of power. */
export interface DiskFacts {
  readonly floor: number
  readonly attestFloor: number
  /** Index of the last commit. */
  readonly committed: number
  readonly hasBegun: boolean
  readonly hasForgotten: boolean
}

/** Whom the watch looks at. */
export interface Watched {
  readonly index: number
  readonly author: number | undefined
  readonly disk: DiskFacts
  /** The highest height that was ever durable here. */
  readonly executed: number
}

export interface WatchOptions {
  readonly size: number
  readonly gcDepth: number
  /** Authors that may sign twice, or say what is not so. */
  readonly faulty: ReadonlySet<number>
  /** Authors whose execution has other results at times. */
  readonly diverging: ReadonlySet<number>
  /** Peers that may send what no honest peer sends. */
  readonly suspects: ReadonlySet<string>
  readonly now: () => number
}

export interface Tally {
  commits: number
  direct: number
  indirect: number
  skipped: number
  published: number
  finalized: number
  evidence: number
  halts: number
  checkpoints: number
}

type Halted = Pick<
  Extract<Effect, { readonly type: 'halt' }>,
  'height' | 'own' | 'other' | 'authors'
>
type Decided = Extract<Effect, { readonly type: 'decided' }>['decision']

/** Whoever measures something beside. */
export interface Observer {
  leaves?(block: Block): void
  commits?(node: Watched, commit: CommittedBlocks): void
  executes?(commit: CommittedBlocks, height: number): void
  finalizes?(node: Watched, height: number): void
}

/** Sees every step of every node, and throws at the first that breaks an invariant. */
export class Watch {
  readonly lines: string[] = []
  readonly tally: Tally = {
    commits: 0,
    direct: 0,
    indirect: 0,
    skipped: 0,
    published: 0,
    finalized: 0,
    evidence: 0,
    halts: 0,
    checkpoints: 0,
  }
  observer: Observer | undefined
  /** The first, for runs in which a rejected promise would hide it. */
  violation: Violation | undefined
  readonly #options: WatchOptions
  readonly #decided = new Map<number, string>()
  readonly #committed = new Map<number, Digest>()
  readonly #order = new Set<Digest>()
  readonly #blocks = new Map<number, Map<number, Digest>>()
  readonly #heights = new Map<number, Digest>()
  readonly #isolated = new Map<
    object,
    { readonly nodes: ReadonlySet<number>; readonly highestRound: number }
  >()
  /** By author and height. */
  readonly #attested = new Map<string, Digest>()
  /** Honest blocks with the time at which they left. */
  readonly #left = new Map<Digest, { readonly at: number; readonly block: BlockRef }>()
  /** By author: when its last new block left. */
  readonly #builtAt = new Map<number, number>()
  /** Nodes that lost their memory and have not built since. */
  readonly #forgetful = new Set<number>()
  /** By author and height: hashes of the checkpoints that it signed. */
  readonly #checkpoints = new Map<string, Digest>()

  constructor(options: WatchOptions) {
    this.#options = options
  }

  /** The highest commit that any node made. */
  get committed(): number {
    return this.#committed.size
  }

  /** The highest height that any sound node executed. */
  get height(): number {
    return this.#heights.size
  }

  /** Of everything that was noted; equal for equal runs. */
  get fingerprint(): Digest {
    return sha256(utf8(this.lines.join('\n'))).toHex()
  }

  /** Whether `peer` may send what no honest one sends. */
  suspects(peer: string): boolean {
    return this.#options.suspects.has(peer)
  }

  note(text: string): void {
    this.lines.push(`${this.#options.now()} ${text}`)
  }

  fail(invariant: string, message: string): never {
    this.note(`violation ${invariant} ${message}`)
    this.violation ??= new Violation(invariant, message)
    throw this.violation
  }

  /** An error that nobody caught. */
  hold(error: unknown): void {
    const violation = error instanceof Violation ? error : new Violation('I5', String(error))
    this.note(`violation ${violation.message}`)
    this.violation ??= violation
  }

  /** I4, I9, W7: what leaves is unique, and the disk knows of it. */
  leaves(node: Watched, { header, ...block }: Block): void {
    const { author, round, digest } = block
    if (author !== node.author) return
    const { disk } = node
    if (disk.floor < round)
      this.fail('I9', `${node.index} sends ${round} above floor ${disk.floor}`)
    const attested = header.attestations.at(-1)?.height ?? 0
    if (disk.attestFloor < attested) {
      this.fail('W7', `${node.index} attests ${attested} above floor ${disk.attestFloor}`)
    }
    if (this.#options.faulty.has(author)) return
    let rounds = this.#blocks.get(author)
    if (rounds === undefined) this.#blocks.set(author, (rounds = new Map()))
    const other = rounds.get(round)
    if (other === digest) return
    if (other !== undefined) this.fail('I4', `${author} signs two blocks of round ${round}`)
    rounds.set(round, digest)
    if (node.executed < attested) {
      this.fail('W4', `${node.index} attests ${attested}, and ${node.executed} is on its disk`)
    }
    this.#builtAt.set(author, this.#options.now())
    this.#forgetful.delete(node.index)
    this.tally.published++
    this.note(`${node.index} sends ${round} ${digest.slice(0, 12)}`)
    this.observer?.leaves?.({ header, ...block })
    this.#left.set(digest, { at: this.#options.now(), block: { author, round, digest } })
    this.#checkAttestations(author, header)
  }

  /** I9: a folder that claims to be whole knows of everything that ever left. */
  starts({ index, author, disk }: Watched): void {
    this.note(`${index} starts floor ${disk.floor} commit ${disk.committed}`)
    if (author === undefined || this.#options.faulty.has(author) || !disk.hasBegun) return
    const highest = Math.max(0, ...(this.#blocks.get(author)?.keys() ?? []))
    if (disk.floor < highest) {
      this.fail('I9', `${index} starts at floor ${disk.floor} and has signed ${highest}`)
    }
  }

  /** The folder is gone, or worth nothing. */
  forgets({ index, author }: Watched): void {
    if (!this.#options.faulty.has(author ?? -1)) this.#forgetful.add(index)
  }

  /** An own block is durable, whether it has left or not. */
  builds({ index }: Watched): void {
    this.#forgetful.delete(index)
  }

  /** When the last new block of `author` left; undefined for none. */
  builtAt(author: number): number | undefined {
    return this.#builtAt.get(author)
  }

  /** D8: who forgot does not say how far it is. */
  answers({ index, disk }: Watched): void {
    if (disk.hasForgotten || this.#forgetful.has(index)) {
      this.fail('D8', `${index} answers and has forgotten`)
    }
  }

  /** W8: a signed checkpoint is on disk before it leaves, and the only one of its height. */
  signs(node: Watched, checkpointFloor: number, height: number, hash: Digest): void {
    this.tally.checkpoints++
    this.note(`${node.index} signs checkpoint ${height}`)
    if (checkpointFloor < height) {
      this.fail('W8', `${node.index} sends checkpoint ${height} above floor ${checkpointFloor}`)
    }
    const key = `${node.index} ${height}`
    const other = this.#checkpoints.get(key) ?? hash
    this.#checkpoints.set(key, hash)
    if (other !== hash) this.fail('W8', `${node.index} signs two checkpoints of ${height}`)
  }

  /** I1: a leader's round has one decision. */
  decides(node: Watched, { round, leader, block, direct }: Decided): void {
    const decision = `${leader} ${block?.digest ?? 'skipped'}`
    const other = this.#decided.get(round)
    if (other !== undefined && other !== decision) {
      this.fail('I1', `${node.index} decides ${round} as ${decision}, not ${other}`)
    }
    if (block === undefined) this.tally.skipped++
    else if (direct) this.tally.direct++
    else this.tally.indirect++
    if (other !== undefined) return
    this.#decided.set(round, decision)
  }

  /** I2, I3, W2: one order, nothing twice, and on disk before it is executed. */
  commits(node: Watched, committed: CommittedBlocks): void {
    const { commit, digest, blocks } = committed
    const { index, leader } = commit
    if (node.disk.committed < index) {
      this.fail('W2', `${node.index} hands over commit ${index} that is not on its disk`)
    }
    for (const { nodes, highestRound } of this.#isolated.values()) {
      if (nodes.has(node.index) && leader.round > highestRound) {
        this.fail('I7', `${node.index} commits round ${leader.round} without a quorum`)
      }
    }
    this.note(`${node.index} commits ${index} ${digest.slice(0, 12)} round ${leader.round}`)
    this.tally.commits++
    this.observer?.commits?.(node, committed)
    const other = this.#committed.get(index)
    if (other === digest) return
    if (other !== undefined) this.fail('I2', `${node.index} commits another block as ${index}`)
    this.#committed.set(index, digest)
    for (const block of blocks) {
      if (this.#order.has(block.digest)) this.fail('I3', `${block.digest} is committed twice`)
      this.#order.add(block.digest)
    }
  }

  /** I7: until `reunites`, nodes without a quorum commit no leader above what was there. */
  isolates(key: object, nodes: readonly number[], highestRound: number): void {
    this.#isolated.set(key, { nodes: new Set(nodes), highestRound })
  }

  reunites(key: object): void {
    this.#isolated.delete(key)
  }

  /** I10: a height has one result. */
  executes(node: Watched, commit: CommittedBlocks, { height, blockHash }: ExecAttestation): void {
    this.observer?.executes?.(commit, height)
    if (this.#options.diverging.has(node.author ?? -1)) return
    const other = this.#heights.get(height) ?? blockHash
    this.#heights.set(height, blockHash)
    if (other !== blockHash) this.fail('I10', `${node.index} has another block ${height}`)
  }

  finalizes(node: Watched, height: number, blockHash: Digest): void {
    this.tally.finalized++
    this.observer?.finalizes?.(node, height)
    if (this.#heights.get(height) !== blockHash) {
      this.fail('I10', `${node.index} finalizes another block ${height}`)
    }
  }

  /** I10: only who is wrong halts, and knows by whose word; it leaves a dump of both results. */
  halts(node: Watched, { height, own, other, authors }: Halted): void {
    const result = this.#heights.get(height)
    const isWrong = this.#options.diverging.has(node.author ?? -1) && own !== result
    if (!isWrong) this.fail('I10', `${node.index} halts at ${height}`)
    if (other !== result || authors.length === 0) {
      this.fail('I10', `${node.index} halts at ${height} for what nobody executed`)
    }
    this.tally.halts++
    this.note(`${node.index} halts at ${height}`)
  }

  /** Nobody honest is charged or convicted. */
  accuses(node: Watched, effect: Effect): void {
    if (effect.type === 'penalise' && !this.#options.suspects.has(effect.peer)) {
      this.fail('I12', `${node.index} charges the honest ${effect.peer}: ${effect.offence}`)
    }
    if (effect.type === 'evidence') {
      const { author, kind } = effect.evidence
      this.tally.evidence++
      this.note(`${node.index} convicts ${author} of ${kind}`)
      if (!this.#options.faulty.has(author)) this.fail('I12', `${author} is convicted of ${kind}`)
    }
    if (effect.type === 'doppelganger' && !this.#options.faulty.has(node.author ?? -1)) {
      this.fail('I4', `${node.index} meets itself`)
    }
  }

  /** I11: memory is bounded. */
  stands(node: Watched, status: Status, highestRound: number): void {
    const { size, gcDepth } = this.#options
    const perRound = size + this.#options.faulty.size * Math.max(limits.slotBlocks.value, size)
    const rounds = Math.max(gcDepth, highestRound - status.garbageRound) + 2
    if (status.blocks > perRound * rounds) {
      this.fail('I11', `${node.index} holds ${status.blocks} blocks of ${rounds} rounds`)
    }
    if (status.suspended > limits.suspendedShare.value * size * limits.suspendedRounds.value) {
      this.fail('I11', `${node.index} holds ${status.suspended} suspended blocks`)
    }
    if (status.unverified > limits.unverifiedBlocks.value * (size + 4)) {
      this.fail('I11', `${node.index} holds ${status.unverified} unverified blocks`)
    }
  }

  /** Honest blocks that left between the two times and are in no commit. */
  orphans(from: number, to: number): readonly BlockRef[] {
    return [...this.#left.values()]
      .filter(({ at, block }) => at >= from && at <= to && !this.#order.has(block.digest))
      .map(({ block }) => block)
  }

  #checkAttestations(author: number, { attestations }: Header): void {
    for (const { height, blockHash } of attestations) {
      const key = `${author} ${height}`
      const other = this.#attested.get(key) ?? blockHash
      this.#attested.set(key, blockHash)
      if (other !== blockHash) this.fail('I10', `${author} attests two blocks of height ${height}`)
    }
  }
}
