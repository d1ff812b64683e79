import type { Chain, Head } from '#chain'
import type { ExecAttestation, Execution } from '#consensus'
import { keccak256 } from '#crypto'

import { limits } from '../limits.ts'
import type { CommitListeners } from './commit-listeners.ts'
import type { Proposals } from './proposals.ts'

/** The chain as consensus drives it: commits in, results out. */
export function executionOf(
  chain: Chain,
  proposals: Proposals,
  listeners: CommitListeners,
): Execution {
  return {
    async executed() {
      const final = await chain.reads.header('finalized')
      const finalized = Number(final?.header.number ?? 0n)
      const results = await openResults(chain, finalized)
      return { commit: Number(chain.lastCommit?.index ?? 0n), results, finalized }
    },
    async execute(committed) {
      const { commit, digest, blocks, yielding } = committed
      const bodies = yielding.map((place) => blocks[place]?.body.transactions ?? [])
      const ids = bodies.flatMap((wires) => wires.map((wire) => keccak256(wire).toHex()))
      const result = await chain.execute({
        epoch: BigInt(commit.epoch),
        index: BigInt(commit.index),
        digest: Uint8Array.fromHex(digest),
        timestamp: BigInt(Math.floor(commit.timestampMs / 1000)),
        bodies: bodies.filter(({ length }) => length > 0).map((wires) => ({ wires })),
        verified: ids.filter((id) => chain.pool.hasEncoding(id)),
      })
      proposals.executed(ids)
      const results = result.blocks.map(resultOf)
      listeners.executed(committed, results)
      return results
    },
    payload: (request) => proposals.payload(request),
    waiting: () => proposals.waiting(),
    async facts(height) {
      const found = await chain.reads.header({ number: BigInt(height) })
      if (found === undefined) return undefined
      return { blockHash: found.hash.toHex(), stateRoot: found.header.stateRoot.toHex() }
    },
  }
}

/** The head, and what comes before it down to the last final block. */
async function openResults(chain: Chain, finalized: number): Promise<readonly ExecAttestation[]> {
  let { head } = chain
  const results = [resultOf(head)]
  while (head.header.number > BigInt(finalized + 1) && results.length < limits.openResults.value) {
    const parent = await chain.reads.header({ number: head.header.number - 1n })
    if (parent === undefined) break
    head = parent
    results.unshift(resultOf(head))
  }
  return results
}

function resultOf({ hash, header }: Head): ExecAttestation {
  return { height: Number(header.number), blockHash: hash.toHex() }
}
