/** The contracts behind proposals, and what helps where they refuse. */
import {
  parsGovernor as governorArtifact,
  parsTimelock as timelockArtifact,
  pipRegistry as registryArtifact,
} from '#contracts'
import { pipStatuses, proposalStates } from '#governance'

import { type Cures, SystemContract } from './system.ts'

const time = (seconds: unknown): string => new Date(Number(seconds) * 1_000).toISOString()

const cures: Cures = {
  UnknownPIP: 'nobody has submitted it on this network: pars pip list shows what there is',
  NumberOutsideCategory:
    'its thousands are the category of what the text says it is: pars pip lint names the range',
  NumberTaken: 'numbers are given once: choose another, or revise as its author',
  TooFewVotes: 'in votes times 10^18: lock more with pars ve lock, or have more delegated',
  TierUnderstated: 'what its actions need has risen since: revise it',
  TooManyRevisions: 'submit it under another number',
  OnlyAuthor: 'sign as the account that submitted it',
  InReview: ({ until }) => `it may be voted on from ${time(until)}`,
  UnexpectedStatus: ({ status }) =>
    `it is in ${pipStatuses[Number(status)]}: pars pip show says what may be done next`,
  GovernorUnexpectedProposalState: ({ current }) =>
    `its proposal is ${proposalStates[Number(current)]}: pars pip show says what may be done next`,
  GovernorAlreadyCastVote: 'who has voted has voted',
  GovernorAlreadyOverriddenVote: 'who has voted has voted',
  NoVotes:
    'at the snapshot it had none: what was locked later counts later, and who had delegated votes with --override',
  NothingToOverride: 'nobody had your votes when they were counted: vote without --override',
  GovernorInvalidSignature:
    'it is of another network, of a key that was replaced, or was changed: sign a new ballot',
  NotTheKey: 'the key of the voter is another by now, or never was this one: sign a new ballot',
  TimelockUnexpectedOperationState: 'its delay is not over: pars pip show says when',
}

export const registry = new SystemContract(registryArtifact, cures)
export const governor = new SystemContract(governorArtifact, cures)
export const timelock = new SystemContract(timelockArtifact, cures)
