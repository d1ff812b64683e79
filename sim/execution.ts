import { utf8 } from '#base'
import type { CommittedBlocks, Digest, ExecAttestation } from '#consensus'
import { sha256 } from '#crypto'

interface Result {
  readonly commit: number
  readonly heights: readonly ExecAttestation[]
}

/** A chain whose state is the hash of everything that was executed. Each result is durable at once. */
export class Execution {
  readonly #results: Result[] = []
  #height = 0
  #hash: Digest = ''

  /** The last commit that was executed. */
  get commit(): number {
    return this.#results.at(-1)?.commit ?? 0
  }

  /** Of all heights, ascending. */
  get heights(): readonly ExecAttestation[] {
    return this.#results.flatMap(({ heights }) => heights)
  }

  copy(): Execution {
    const copy = new Execution()
    copy.#results.push(...this.#results)
    copy.rollBack(this.commit)
    return copy
  }

  /** As many results as were there at `commit`: a backup is restored. */
  rollBack(commit: number): void {
    const results = this.#results.filter((result) => result.commit <= commit)
    this.#results.splice(0, this.#results.length, ...results)
    const last = results.flatMap(({ heights }) => heights).at(-1)
    this.#height = last?.height ?? 0
    this.#hash = last?.blockHash ?? ''
  }

  /** The blocks that `commit` makes; most empty commits make none. */
  execute({ commit, blocks, yielding }: CommittedBlocks): readonly ExecAttestation[] {
    if (commit.index !== this.commit + 1) {
      throw new Error(`commit ${commit.index} follows ${this.commit}`)
    }
    const bodies = yielding.flatMap((place) => blocks[place]?.body.transactions ?? [])
    const second = Math.floor(commit.timestampMs / 1000)
    const isDue = bodies.length > 0 || commit.index % 5 === 0
    const heights = isDue ? [this.#seal(second, bodies)] : []
    this.#results.push({ commit: commit.index, heights })
    return heights
  }

  #seal(second: number, transactions: readonly Uint8Array[]): ExecAttestation {
    const content = transactions.map((bytes) => bytes.toHex()).join(' ')
    this.#height++
    this.#hash = sha256(utf8(`${this.#hash} ${second} ${content}`)).toHex()
    return { height: this.#height, blockHash: this.#hash }
  }
}
