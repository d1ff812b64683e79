import type { Block, BlockRef } from './block.ts'
import { refOf } from './block.ts'
import type { Dag } from './dag.ts'
import type { Schedule } from './schedule.ts'
import type { Slots } from './slots.ts'

export interface Surroundings {
  readonly dag: Dag<Block>
  readonly slots: Slots
  readonly schedule: Schedule
  readonly genesis: readonly BlockRef[]
}

/**
 * The ancestors of an own block of `round`: the own latest block, then each other author's latest
 * below `round`, so that a slow author's block is ordered in the end. Proven equivocators are left
 * out, unless there is no quorum without them: others may have built on theirs. So is what is
 * garbage.
 */
export function chooseAncestors(
  surroundings: Surroundings,
  round: number,
  self: number,
  own: BlockRef | undefined,
): readonly BlockRef[] {
  const { dag, slots } = surroundings
  const members = [...dag.committee.members.keys()].filter((author) => author !== self)
  const trusted = members.filter((author) => !slots.isProven(author))
  const ancestors = latestOf(surroundings, round, self, own, trusted)
  if (trusted.length === members.length || hasQuorum(surroundings, round, ancestors)) {
    return ancestors
  }
  return latestOf(surroundings, round, self, own, members)
}

function latestOf(
  { dag, genesis }: Surroundings,
  round: number,
  self: number,
  own: BlockRef | undefined,
  authors: readonly number[],
): readonly BlockRef[] {
  const first = own ?? genesis[self]
  const ancestors = first === undefined ? [] : [refOf(first)]
  for (const author of authors) {
    const latest = latestBelow(dag, author, round) ?? (round === 1 ? genesis[author] : undefined)
    if (latest !== undefined) ancestors.push(refOf(latest))
  }
  return ancestors
}

function latestBelow(dag: Dag<Block>, author: number, round: number): BlockRef | undefined {
  const latest = dag.latest(author)
  if (latest === undefined || latest.round < round) return latest
  for (let at = round - 1; at > dag.garbageRound; at--) {
    const [block] = dag.slot(at, author)
    if (block !== undefined) return block
  }
  return undefined
}

/** Whether the parents among `ancestors` are a quorum. */
export function hasQuorum(
  { dag }: Surroundings,
  round: number,
  ancestors: readonly BlockRef[],
): boolean {
  const { committee } = dag
  const authors = ancestors.filter((ref) => ref.round === round - 1).map(({ author }) => author)
  return committee.stakeOfAll(authors) >= committee.quorum
}

/**
 * Whether an own block of `round` on these ancestors keeps the leaders in step: it has the leader of
 * the round before (L1), and shows a certificate of the leader before that, or that there will be
 * none (L2). A proven equivocator is waited for by nobody.
 */
export function servesLeaders(
  { dag, slots, schedule }: Surroundings,
  round: number,
  ancestors: readonly BlockRef[],
): boolean {
  const { committee } = dag
  const parents = ancestors.filter((ref) => ref.round === round - 1)
  if (round < 2) return true
  const leader = schedule.leader(round - 1)
  if (!slots.isProven(leader) && parents.every(({ author }) => author !== leader)) return false
  if (round < 3) return true
  const voted = schedule.leader(round - 2)
  if (slots.isProven(voted)) return true
  const votes = parents.map(({ author, digest }) => ({
    author,
    vote: dag.get(digest)?.parents.get(voted),
  }))
  const stakeOf = (all: typeof votes) => committee.stakeOfAll(all.map(({ author }) => author))
  const candidates = dag.slot(round - 2, voted).map(({ digest }) => digest)
  const isCertified = candidates.some(
    (digest) => stakeOf(votes.filter(({ vote }) => vote === digest)) >= committee.quorum,
  )
  const isSkipped = candidates.every(
    (digest) => stakeOf(votes.filter(({ vote }) => vote !== digest)) >= committee.quorum,
  )
  return isCertified || isSkipped
}
