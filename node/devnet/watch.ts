import { hex, isFault, quantity } from '#base'

import { nodeStatusIn } from '../node-answers.ts'
import { bytesIn, fieldsIn, quantityIn, RpcClient } from '../rpc-client.ts'
import type { Place } from './build.ts'

/** What one validator says of itself; undefined while it does not answer. */
export interface Seen {
  readonly head: number
  readonly round: number
  readonly committed: number
  readonly finalized: number
  readonly connected: number
  readonly isSigning: boolean
}

export async function look({ rpc }: Place): Promise<Seen | undefined> {
  try {
    const [status, head] = await new RpcClient(rpc).askAll(['pars_nodeStatus'], ['eth_blockNumber'])
    const { consensus } = nodeStatusIn(status)
    if (consensus === null) return undefined
    return {
      head: Number(quantityIn(head)),
      round: consensus.round,
      committed: consensus.committed,
      finalized: consensus.finalized,
      connected: consensus.validators.filter(({ isConnected }) => isConnected).length,
      isSigning: consensus.standing === 'signing',
    }
  } catch (error) {
    if (!isFault(error)) throw error
    return undefined
  }
}

/** One line for people. */
export function lineOf(seen: readonly (Seen | undefined)[]): string {
  const up = seen.filter((one) => one !== undefined)
  const least = (of: (one: Seen) => number): number => Math.min(...up.map(of))
  const most = (of: (one: Seen) => number): number => Math.max(...up.map(of))
  if (up.length === 0) return 'no validator answers'
  const signing = up.filter(({ isSigning }) => isSigning).length
  return [
    `${signing}/${seen.length} validators sign`,
    `round ${most(({ round }) => round)}`,
    `commit ${most(({ committed }) => committed)}`,
    `block ${most(({ head }) => head)}`,
    `final ${most(({ finalized }) => finalized)}`,
    ...(least(({ head }) => head) === most(({ head }) => head)
      ? []
      : [`slowest at ${least(({ head }) => head)}`]),
  ].join(' · ')
}

export interface Agreement {
  /** The highest block that all have. */
  readonly height: number
  /** Whether it is the same block everywhere; false when nobody answers. */
  readonly isShared: boolean
  /** By validator; null for one that does not answer. */
  readonly hashes: readonly (string | null)[]
}

/** Compares the validators at the highest block that all of those that answer have. */
export async function compare(places: readonly Place[]): Promise<Agreement> {
  const seen = await Promise.all(places.map(look))
  const height = Math.min(...seen.filter((one) => one !== undefined).map(({ head }) => head))
  const hashes = await Promise.all(
    places.map(async (place, index) =>
      seen[index] === undefined ? undefined : hashAt(place, height),
    ),
  )
  const known = new Set(hashes.filter((hash) => hash !== undefined))
  return {
    height: known.size === 0 ? 0 : height,
    isShared: known.size === 1,
    hashes: hashes.map((hash) => hash ?? null),
  }
}

async function hashAt({ rpc }: Place, height: number): Promise<string | undefined> {
  try {
    const tag = quantity(height)
    const [block] = await new RpcClient(rpc).askAll(['eth_getBlockByNumber', tag, false])
    return hex(bytesIn(fieldsIn(block)['hash'], 32))
  } catch (error) {
    if (!isFault(error)) throw error
    return undefined
  }
}
