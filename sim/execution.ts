import { utf8 } from '#base'
import type { CheckpointFacts, CommittedBlocks, Digest, ExecAttestation } from '#consensus'
import { sha256 } from '#crypto'

/** A batch of the chain is larger than one of consensus: how many times as long its sync takes. */
export const chainSync = 3

interface Result {
  readonly commit: number
  readonly heights: readonly ExecAttestation[]
}

/**
 * A chain whose state is the hash of everything that was executed. A result and the index of its
 * commit are durable together, once the disk has come to them (W3).
 */
export class Execution {
  /** In the hash of every block from now on: what a wrong one has in it. */
  deviation = ''
  /** The highest height that was ever durable. */
  durableHeight = 0
  readonly #blocksPerCommit: number
  readonly #results: Result[] = []
  /** Of `#results`, how many are durable. */
  #durable = 0
  /** The state: the hash of each block, by height. */
  readonly #hashes: Digest[] = ['']

  constructor(blocksPerCommit = 1) {
    this.#blocksPerCommit = blocksPerCommit
  }

  /** The last commit that was executed. */
  get commit(): number {
    return this.#results.at(-1)?.commit ?? 0
  }

  /** Of all heights, ascending. */
  get heights(): readonly ExecAttestation[] {
    return this.#results.flatMap(({ heights }) => heights)
  }

  copy(): Execution {
    const copy = new Execution(this.#blocksPerCommit)
    copy.#results.push(...this.#results)
    copy.#hashes.push(...this.#hashes.slice(1))
    copy.#durable = this.#durable
    copy.durableHeight = this.durableHeight
    copy.crash()
    return copy
  }

  /** Power is lost, and what was not durable with it. */
  crash(): void {
    this.#results.length = this.#durable
    this.restore(this.#top)
  }

  /** As many results as were there at `commit`: a backup is restored. */
  rollBack(commit: number): void {
    const results = this.#results.filter((result) => result.commit <= commit)
    this.#results.length = results.length
    this.#durable = Math.min(this.#durable, results.length)
    this.#hashes.length = this.#top + 1
  }

  /**
   * The blocks that `commit` makes; most empty commits make none.
   *
   * @param sync Runs a task when the disk has come to them.
   */
  execute(
    commit: CommittedBlocks,
    sync: (task: () => void) => void,
    done: (heights: readonly ExecAttestation[]) => void,
  ): void {
    const { index } = commit.commit
    if (index !== this.commit + 1) throw new Error(`commit ${index} follows ${this.commit}`)
    const heights = this.#run(commit)
    this.#results.push({ commit: index, heights })
    sync(() => {
      this.#durable++
      this.durableHeight = Math.max(this.durableHeight, heights.at(-1)?.height ?? 0)
      done(heights)
    })
  }

  /** Of an executed block; the state's root stands for itself. */
  facts(height: number): CheckpointFacts | undefined {
    const hash = this.#hashes[height]
    if (hash === undefined) return undefined
    const blockHash = height === 0 ? sha256(utf8('genesis')).toHex() : hash
    return { blockHash, stateRoot: blockHash }
  }

  /** @param height Of the last result that is durable: the state is the one after it. */
  protected restore(height: number): void {
    this.#hashes.length = height + 1
  }

  /** Height after the last result. */
  get #top(): number {
    return this.#results.findLast(({ heights }) => heights.length > 0)?.heights.at(-1)?.height ?? 0
  }

  #run({ commit, blocks, yielding }: CommittedBlocks): readonly ExecAttestation[] {
    const bodies = yielding.flatMap((place) => blocks[place]?.body.transactions ?? [])
    const second = Math.floor(commit.timestampMs / 1000)
    const isDue = bodies.length > 0 || commit.index % 5 === 0
    const content = bodies.map((bytes) => sha256(bytes).toHex()).join(' ')
    const count = isDue ? this.#blocksPerCommit : 0
    return Array.from({ length: count }, () => this.#seal(`${second} ${content}`))
  }

  #seal(content: string): ExecAttestation {
    const height = this.#hashes.length
    const before = this.#hashes.at(-1) ?? ''
    const blockHash = sha256(utf8(`${before} ${content}${this.deviation}`)).toHex()
    this.#hashes.push(blockHash)
    return { height, blockHash }
  }
}
