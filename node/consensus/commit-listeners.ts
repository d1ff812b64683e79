import type { CommittedBlocks, ExecAttestation } from '#consensus'
import type { CommitFacts } from '#rpc'

/** Who is told of each commit of the order once it is executed. */
export class CommitListeners {
  readonly #listeners = new Set<(commit: CommitFacts) => void>()

  /** @returns What ends that. */
  add(listener: (commit: CommitFacts) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  executed({ commit, digest, blocks }: CommittedBlocks, results: readonly ExecAttestation[]): void {
    if (this.#listeners.size === 0) return
    const { epoch, index, leader, timestampMs } = commit
    const facts: CommitFacts = {
      epoch,
      index,
      digest: `0x${digest}`,
      timestamp: timestampMs,
      leader: { round: leader.round, author: leader.author, digest: `0x${leader.digest}` },
      vertices: blocks.length,
      blocks: results.map(({ height, blockHash }) => ({ number: height, hash: `0x${blockHash}` })),
    }
    for (const listener of this.#listeners) listener(facts)
  }
}
