/**
 * Proposals (PIPs), from their Markdown to what a network does about them. Here a text is read,
 * held against the rules of PIPs/README.md, cut into the chunks of the registry, and its actions
 * become calls; and what the contracts of the genesis keep is read, through one port for calls.
 * Reads no file and asks no node by itself: bytes come in, values go out.
 *
 * @module
 */
export type { Argument } from './abi/argument.ts'
export { decodeArguments } from './abi/decode.ts'
export { encodeArguments } from './abi/encode.ts'
export { type AbiEntry, type AbiType, parseType } from './abi/type.ts'
export { limits } from './limits.ts'
export { type Action, formatAction } from './pip/actions.ts'
export {
  type Call,
  callsChunk,
  decodeCall,
  encodeActions,
  type NamedContracts,
} from './pip/calls.ts'
export { type FileStatus, fileStatuses, type PipType, pipTypes } from './pip/category.ts'
export { joinContent, pipContent, type PipContent, proposalDescription } from './pip/content.ts'
export { pipFileName } from './pip/file-name.ts'
export type { Finding, Rule } from './pip/finding.ts'
export { indexRows, lintPips, type PipFile, templateName } from './pip/folder.ts'
export type { FrontMatter } from './pip/front-matter.ts'
export { lintPip, type LintOptions } from './pip/lint.ts'
export type { Section } from './pip/outline.ts'
export { parsePip, type Pip, writePip } from './pip/pip.ts'
export { draftPip } from './pip/template.ts'
export {
  type Artifact,
  type Emitted,
  type Entry,
  namedContracts,
  readError,
  readEvent,
  readEventAs,
} from './reading/artifacts.ts'
export { readIdentity, readPrekeyRoot } from './reading/identities.ts'
export {
  findPip,
  listPips,
  type PipState,
  type PipStatus,
  pipStatuses,
  type PipSummary,
  type ReadAction,
  readPip,
  readPipText,
} from './reading/pips.ts'
export { type Proposal, proposalStates } from './reading/proposal.ts'
export { isSmartAccount, readSessionKeys } from './reading/session-keys.ts'
export {
  batchArguments,
  failureOf,
  neededTier,
  readSimulation,
  type SimulatedAction,
  simulationsOf,
} from './reading/simulation.ts'
export {
  numberIn,
  numberPlace,
  type StandingChange,
  standingChange,
  standingSources,
} from './reading/standing.ts'
export {
  allUpgrades,
  hasSaidReady,
  pendingUpgrades,
  readSchedule,
  readUpgrade,
  type Upgrade,
  type UpgradePlugin,
  upgradeStates,
  type WeighedUpgrade,
} from './reading/upgrades.ts'
export { decodeValues, signatureHash, typeOf, type Value } from './reading/value.ts'
export { readLocks, readVotes } from './reading/votes.ts'
