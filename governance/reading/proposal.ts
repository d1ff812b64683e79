/** The vote on a PIP, as the Governor counts it. */
import { Fault } from '#base'

import { type ContractReader, none } from './contract.ts'

/** In the order of IGovernor.ProposalState. */
export const proposalStates = [
  'Pending',
  'Active',
  'Canceled',
  'Defeated',
  'Succeeded',
  'Queued',
  'Expired',
  'Executed',
] as const
type ProposalState = (typeof proposalStates)[number]

/** Votes are those of VePars, shares basis points, times seconds since 1970, periods seconds. */
export interface Proposal {
  readonly id: bigint
  readonly state: ProposalState
  /** Whose votes count: what there was at the end of this second. */
  readonly snapshot: number
  /** The last second of the vote, as far as it is known. */
  readonly deadline: number
  /** From when it may be executed; undefined before it is queued. */
  readonly eta: number | undefined
  /** The last second in which it may be queued, or if it is queued, executed. */
  readonly expiry: number
  readonly tier: number
  /** From `queue` to `execute`. */
  readonly timelock: number
  /** Share of for in for and against that has to be exceeded. */
  readonly majority: number
  readonly tally: Tally
}

interface Tally {
  readonly for: bigint
  readonly against: bigint
  readonly abstain: bigint
  /** For and abstain that it needs together; undefined until the snapshot is past. */
  readonly quorum: bigint | undefined
  /** As it stands. */
  readonly hasQuorum: boolean
  readonly hasMajority: boolean
}

const whole = 10_000n

/** Of a proposal that there is. */
export async function readProposal(governor: ContractReader, id: bigint): Promise<Proposal> {
  const [state, snapshot, deadline, eta, expiry, terms, votes, quorum] = await Promise.all([
    governor.ask<bigint>('state', [id]),
    governor.ask<bigint>('proposalSnapshot', [id]),
    governor.ask<bigint>('proposalDeadline', [id]),
    governor.ask<bigint>('proposalEta', [id]),
    governor.ask<bigint>('expiryOf', [id]),
    governor.ask<Readonly<Record<'majority' | 'tier' | 'timelock', bigint>>>('termsOf', [id]),
    governor.ask<readonly [against: bigint, inFavour: bigint, abstained: bigint]>('proposalVotes', [
      id,
    ]),
    quorumOf(governor, id),
  ])
  const majority = Number(terms.majority)
  return {
    id,
    state: stateOf(state),
    snapshot: Number(snapshot),
    deadline: Number(deadline),
    eta: Number(eta) || undefined,
    expiry: Number(expiry),
    tier: Number(terms.tier),
    timelock: Number(terms.timelock),
    majority,
    tally: tallyOf(votes, quorum, terms.majority),
  }
}

function tallyOf(
  [against, inFavour, abstain]: readonly [bigint, bigint, bigint],
  quorum: bigint | undefined,
  majority: bigint,
): Tally {
  return {
    for: inFavour,
    against,
    abstain,
    quorum,
    hasQuorum: quorum !== undefined && inFavour + abstain >= quorum,
    hasMajority: inFavour * whole > (inFavour + against) * majority,
  }
}

/** The votes at the snapshot are not known before it is past: then VePars refuses to look there. */
async function quorumOf(governor: ContractReader, id: bigint): Promise<bigint | undefined> {
  const found = await governor.find<bigint>('quorumOf', [id], ['ERC5805FutureLookup'])
  return found === none ? undefined : found
}

function stateOf(index: bigint): ProposalState {
  const state = proposalStates[Number(index)]
  if (state !== undefined) return state
  throw new Fault(
    { code: 'GOVERNANCE_STATE_UNKNOWN', state: index },
    'the Governor of this network knows more than this release: install a newer one',
  )
}
