import { type CommitRules, commitRules } from '../../../consensus/core/rules.ts'

/** Each breaks one choice of the commit rule. The campaign must notice every one. */
export const mutants: Readonly<Record<string, CommitRules>> = {
  'certificate of validity stake': { ...commitRules, certificate: ({ validity }) => validity },
  'commit by validity stake': { ...commitRules, commit: ({ validity }) => validity },
  'skip by validity stake': { ...commitRules, skip: ({ validity }) => validity },
  'anchor two rounds above': { ...commitRules, anchorDistance: 2 },
  'looks past an undecided anchor': { ...commitRules, waitsForAnchor: false },
  'counts blocks, not authors': {
    ...commitRules,
    stake: (committee, blocks) =>
      blocks.reduce((sum, { author }) => sum + committee.stakeOf(author), 0n),
  },
  'garbage round of the own view': {
    ...commitRules,
    garbageRound: (_previous, tip, gcDepth) => Math.max(0, tip - gcDepth),
  },
  'keeps decisions over a switch': { ...commitRules, forgetsAtSwitch: false },
}
