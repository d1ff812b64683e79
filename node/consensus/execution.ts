import type { Chain, Head } from '#chain'
import type { ExecAttestation, Execution } from '#consensus'
import { keccak256 } from '#crypto'

import { limits } from '../limits.ts'
import type { Proposals } from './proposals.ts'

/** The chain as consensus drives it: commits in, results out. */
export function executionOf(chain: Chain, proposals: Proposals): Execution {
  return {
    async executed() {
      return { commit: Number(chain.lastCommit?.index ?? 0n), results: await openResults(chain) }
    },
    async execute({ commit, digest, blocks, yielding }) {
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
      return result.blocks.map(resultOf)
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
async function openResults(chain: Chain): Promise<readonly ExecAttestation[]> {
  const final = await chain.reads.header('finalized')
  const results: ExecAttestation[] = []
  let { head } = chain
  const least = head.header.number - BigInt(limits.openResults.value)
  while (head.header.number > (final?.header.number ?? 0n) && head.header.number > least) {
    results.unshift(resultOf(head))
    const parent = await chain.reads.header({ number: head.header.number - 1n })
    if (parent === undefined) break
    head = parent
  }
  return results
}

function resultOf({ hash, header }: Head): ExecAttestation {
  return { height: Number(header.number), blockHash: hash.toHex() }
}
