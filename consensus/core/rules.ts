/**
 * The choices of the commit rule on which safety rests, each by its name, so that a test can break
 * one at a time and show that it notices. Production has one set: `commitRules`.
 *
 * @see PIP-0007 "Commit rule"
 */
import type { DagBlock } from './block.ts'
import type { Committee } from './committee.ts'

export interface CommitRules {
  /** Votes that make a certificate. */
  certificate(committee: Committee): bigint
  /** Certificates that commit a leader directly. */
  commit(committee: Committee): bigint
  /** Votes against that skip a leader directly. */
  skip(committee: Committee): bigint
  /** The stake behind `blocks`. */
  stake(committee: Committee, blocks: readonly DagBlock[]): bigint
  /** Rounds from a leader to the first anchor that may decide it. */
  readonly anchorDistance: number
  /** An anchor without decision ends the search: a later one must not be asked. */
  readonly waitsForAnchor: boolean
  /**
   * The round up to which a commit leaves blocks out, from the leader's round of the commit before.
   * @param tip The highest round of the local view.
   */
  garbageRound(previous: number, tip: number, gcDepth: number): number
  /** What was decided under the old schedule above the switch is void. */
  readonly forgetsAtSwitch: boolean
}

export const commitRules: CommitRules = {
  certificate: ({ quorum }) => quorum,
  commit: ({ quorum }) => quorum,
  skip: ({ quorum }) => quorum,
  stake: (committee, blocks) => committee.stakeOfAll(blocks.map(({ author }) => author)),
  anchorDistance: 3,
  waitsForAnchor: true,
  garbageRound: (previous, _tip, gcDepth) => Math.max(0, previous - gcDepth),
  forgetsAtSwitch: true,
}
