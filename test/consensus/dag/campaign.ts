/**
 * The property of the commit rule: whatever valid DAG up to f faulty stake makes of it, and whatever
 * downward-closed part of it a validator has seen in whatever order, all decide the same.
 */
import { type DagBlock, parentsOf } from '../../../consensus/core/block.ts'
import type { Committee } from '../../../consensus/core/committee.ts'
import { type CommitRules, commitRules } from '../../../consensus/core/rules.ts'
import type { Constants } from '../../../consensus/parameters.ts'
import { Dice } from '../../../sim/dice.ts'
import { testCommittee, testDigest } from './text.ts'
import { View } from './view.ts'

export interface Tally {
  dags: number
  views: number
  blocks: number
  commits: number
  direct: number
  indirect: number
  skipped: number
  switches: number
}

export interface Disagreement {
  readonly seed: number
  readonly what: string
}

interface World {
  readonly committee: Committee
  readonly constants: Constants
  readonly faulty: ReadonlySet<number>
  readonly rounds: number
}

/** Runs the DAG of `seed`; what went wrong, if anything did. */
export function examine(
  seed: number,
  rules: CommitRules = commitRules,
  tally?: Tally,
): Disagreement | undefined {
  const dice = new Dice(seed)
  const world = drawWorld(dice)
  const blocks = drawBlocks(dice, world)
  const views: View[] = []
  try {
    for (let left = dice.between(3, 5); left > 0; left--) {
      views.push(watch(dice, world, blocks, rules))
    }
  } catch (error) {
    return { seed, what: String(error) }
  }
  if (tally !== undefined) count(tally, blocks, views)
  const what = compare(views)
  return what === undefined ? undefined : { seed, what }
}

function drawWorld(dice: Dice): World {
  const size = dice.pick([4, 4, 4, 5, 7, 10])
  const isEqual = dice.chance(60)
  const committee = testCommittee(
    Array.from({ length: size }, () => (isEqual ? 1 : dice.between(1, 4))),
  )
  const faulty = new Set<number>()
  let left = committee.faulty
  for (const author of dice.shuffled(Array.from({ length: size }, (_, index) => index))) {
    const stake = committee.stakeOf(author)
    if (stake <= left && dice.chance(90)) {
      faulty.add(author)
      left -= stake
    }
  }
  const constants = {
    gcDepth: dice.chance(50) ? dice.between(4, 8) : 60,
    scheduleWindow: dice.chance(50) ? dice.between(1, 3) : 300,
  }
  return { committee, constants, faulty, rounds: dice.between(6, 16) }
}

function drawBlocks(dice: Dice, world: World): readonly DagBlock[] {
  const { committee, faulty, rounds } = world
  const all: DagBlock[] = []
  /** By author: blocks in order of rounds. */
  const made = committee.members.map((_, author) => [root(author)])
  let before = made.flat()
  const extra = dice.pick([0, 10, 50, 90])
  const silence = dice.pick([0, 0, 15])
  for (let round = 1; round <= rounds; round++) {
    let spare = committee.total - committee.quorum
    const now: DagBlock[] = []
    for (const author of committee.members.keys()) {
      const stake = committee.stakeOf(author)
      const isFaulty = faulty.has(author)
      if (isFaulty ? dice.chance(20) : stake <= spare && dice.chance(silence)) {
        spare -= stake
        continue
      }
      const versions = isFaulty ? dice.between(1, 3) : 1
      for (let version = 0; version < versions; version++) {
        const ancestors = drawAncestors(dice, world, { round, author, before, made, extra })
        if (ancestors === undefined) continue
        now.push({
          author,
          round,
          digest: testDigest(round, author, version),
          timestampMs: dice.below(1000),
          ancestors,
          parents: parentsOf(round, ancestors),
        })
      }
    }
    for (const block of now) made[block.author]?.push(block)
    all.push(...now)
    before = now
  }
  return all
}

interface Place {
  readonly round: number
  readonly author: number
  readonly before: readonly DagBlock[]
  readonly made: readonly (readonly DagBlock[])[]
  /** Percent: how likely a parent beyond the quorum is. */
  readonly extra: number
}

/** Own block first, a quorum of the round before, sometimes more, sometimes older ones. */
function drawAncestors(
  dice: Dice,
  { committee }: World,
  { round, author, before, made, extra }: Place,
): readonly DagBlock[] | undefined {
  const own = made[author] ?? []
  const latest = Math.max(...own.map((block) => block.round))
  const first = dice.pick(own.filter((block) => block.round === latest))
  const chosen = new Map([[author, first]])
  let stake = first.round === round - 1 ? committee.stakeOf(author) : 0n
  for (const parent of dice.shuffled(before)) {
    if (chosen.has(parent.author)) continue
    if (stake >= committee.quorum && !dice.chance(extra)) continue
    chosen.set(parent.author, parent)
    stake += committee.stakeOf(parent.author)
  }
  if (stake < committee.quorum) return undefined
  for (const other of committee.members.keys()) {
    if (chosen.has(other) || !dice.chance(30)) continue
    const older = (made[other] ?? []).filter((block) => block.round < round - 1)
    if (older.length > 0) chosen.set(other, dice.pick(older.slice(-4)))
  }
  return [...chosen.values()]
}

function root(author: number): DagBlock {
  return {
    author,
    round: 0,
    digest: testDigest(0, author),
    timestampMs: 0,
    ancestors: [],
    parents: new Map(),
  }
}

/** A view that grows in random order up to a random part of `blocks`, deciding on the way. */
function watch(
  dice: Dice,
  { committee, constants }: World,
  blocks: readonly DagBlock[],
  rules: CommitRules,
): View {
  const view = new View(committee, constants, rules)
  const share = dice.pick([40, 70, 100])
  const eagerness = dice.pick([2, 10, 100])
  let waiting = blocks.filter(() => dice.chance(share))
  const jitter = dice.pick([1, 3, 20])
  const due = new Map(waiting.map((block) => [block, block.round + dice.below(jitter)]))
  waiting = dice.shuffled(waiting).toSorted((a, b) => (due.get(a) ?? 0) - (due.get(b) ?? 0))
  const byDigest = new Map(blocks.map((block) => [block.digest, block]))
  for (const block of waiting) {
    accept(view, block, byDigest)
    if (dice.chance(eagerness)) view.decide()
  }
  return view.decide()
}

/** `block` after its ancestors. */
function accept(view: View, block: DagBlock, all: ReadonlyMap<string, DagBlock>): void {
  if (view.dag.has(block.digest)) return
  for (const { digest } of view.dag.missing(block)) {
    const ancestor = all.get(digest)
    if (ancestor !== undefined) accept(view, ancestor, all)
  }
  view.accept(block)
}

function compare(views: readonly View[]): string | undefined {
  const decided = new Map<number, string>()
  const committed = new Map<number, string>()
  for (const view of views) {
    for (const { round, leader, block } of view.decisions) {
      const decision = `${leader} ${block?.digest ?? 'skip'}`
      const other = decided.get(round) ?? decision
      if (other !== decision) return `round ${round}: ${other} and ${decision}`
      decided.set(round, decision)
    }
    const once = new Set<string>()
    for (const { commit, digest, blocks } of view.commits) {
      const other = committed.get(commit.index) ?? digest
      if (other !== digest) return `commit ${commit.index}: ${other} and ${digest}`
      committed.set(commit.index, digest)
      for (const block of blocks) {
        if (once.has(block.digest)) return `${block.digest} is committed twice`
        once.add(block.digest)
      }
    }
  }
  return undefined
}

function count(tally: Tally, blocks: readonly DagBlock[], views: readonly View[]): void {
  tally.dags++
  tally.views += views.length
  tally.blocks += blocks.length
  for (const { decisions, commits, schedule } of views) {
    tally.commits += commits.length
    for (const { block, direct } of decisions) {
      if (block === undefined) tally.skipped++
      else if (direct) tally.direct++
      else tally.indirect++
    }
    if (schedule.state.replaced.length > 0) tally.switches++
  }
}

export function emptyTally(): Tally {
  return {
    dags: 0,
    views: 0,
    blocks: 0,
    commits: 0,
    direct: 0,
    indirect: 0,
    skipped: 0,
    switches: 0,
  }
}
