import { concat } from '#base'
import type { CommittedBlocks, Digest, ExecAttestation, Execution } from '#consensus'
import { sha256 } from '#crypto'

/** A chain of as many blocks per commit as the options say; on disk with the commit's index. */
export class TestChain implements Execution {
  readonly hashes: Digest[] = []
  readonly #genesisHash: Digest
  readonly #blocks: number
  #commit = 0
  pool: Uint8Array[] = []
  readonly executedTransactions: string[] = []
  finalized = 0
  /** Called with each height whose facts are asked for. */
  onAsked: ((height: number) => void) | undefined

  constructor(genesisHash: Digest, blocks: number) {
    this.#genesisHash = genesisHash
    this.#blocks = blocks
  }

  /** As a copy of its folder would be. */
  copy(): TestChain {
    const copy = new TestChain(this.#genesisHash, this.#blocks)
    copy.hashes.push(...this.hashes)
    copy.#commit = this.#commit
    return copy
  }

  executed(): ReturnType<Execution['executed']> {
    const results = this.hashes.map((blockHash, at) => ({ height: at + 1, blockHash }))
    const { finalized } = this
    const above = Math.min(finalized, results.length - 1)
    return Promise.resolve({ commit: this.#commit, results: results.slice(above), finalized })
  }

  async execute({
    commit,
    digest,
    blocks,
    yielding,
  }: CommittedBlocks): Promise<readonly ExecAttestation[]> {
    if (commit.index !== this.#commit + 1) throw new Error(`commit ${commit.index} out of order`)
    this.#commit = commit.index
    const results: ExecAttestation[] = []
    for (let block = 0; block < this.#blocks; block++) {
      const before = Uint8Array.fromHex(this.hashes.at(-1) ?? '00'.repeat(32))
      const blockHash = sha256(concat(before, Uint8Array.fromHex(digest))).toHex()
      this.hashes.push(blockHash)
      results.push({ height: this.hashes.length, blockHash })
    }
    for (const place of yielding) {
      for (const bytes of blocks[place]?.body.transactions ?? []) {
        if (this.executedTransactions.includes(bytes.toHex())) continue
        this.executedTransactions.push(bytes.toHex())
        this.pool = this.pool.filter((other) => other.toHex() !== bytes.toHex())
      }
    }
    return results
  }

  payload(): readonly Uint8Array[] {
    return this.pool
  }

  waiting(): boolean {
    return this.pool.length > 0
  }

  facts(height: number): ReturnType<Execution['facts']> {
    this.onAsked?.(height)
    const blockHash = height === 0 ? this.#genesisHash : this.hashes[height - 1]
    return Promise.resolve(
      blockHash === undefined ? undefined : { blockHash, stateRoot: blockHash },
    )
  }
}
