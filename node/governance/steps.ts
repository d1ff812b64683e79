/** What may be done next about a PIP, by whom, and when. */
import type { PipState, Proposal, Upgrade } from '#governance'

export interface Step {
  /** Behind `pars pip`, without the flags that say who signs. */
  readonly command: string
  readonly who: 'anyone' | 'author' | 'members'
  /** Seconds since 1970; 0 for now. */
  readonly from: number
  /** The last second; undefined without end. */
  readonly until: number | undefined
}

export function stepsOf({
  number,
  status,
  reviewEnds,
  proposal,
}: Pick<PipState, 'number' | 'proposal' | 'reviewEnds' | 'status'>): readonly Step[] {
  const step = (name: string, who: Step['who'], from = 0, until?: number): Step => {
    return { command: `${name} ${number}`, who, from, until }
  }
  const change = { ...step('revise', 'author'), command: 'revise FILE' }
  if (status === 'Draft') return [step('review', 'author'), change, step('withdraw', 'author')]
  if (status === 'Review') {
    return [step('open', 'author', reviewEnds), change, step('withdraw', 'author')]
  }
  if (proposal === undefined) return []
  const { state, snapshot, deadline, eta, expiry } = proposal
  // Votes count from the second after the snapshot on.
  if (status === 'Voting') return [step('vote', 'members', snapshot + 1, deadline)]
  if (state === 'Succeeded') return [step('queue', 'anyone', 0, expiry)]
  if (state === 'Queued') return [step('execute', 'anyone', eta, expiry)]
  return []
}

/**
 * Whether nothing will become of it any more.
 *
 * @param upgrades How those stand that it has scheduled.
 */
export function isFinal(
  { status, executedAt }: Pick<PipState, 'executedAt' | 'status'>,
  upgrades: readonly Upgrade['state'][],
): boolean {
  if (status === 'Implemented' || status === 'Rejected' || status === 'Withdrawn') return true
  const isExecuted = executedAt !== undefined && upgrades.length > 0
  return isExecuted && !upgrades.includes('Pending')
}

/** How a vote stands, or how it ended. */
export function outcomeOf({ state, tally }: Pick<Proposal, 'state' | 'tally'>): string {
  if (state === 'Canceled') return 'cancelled by the guardian'
  if (state === 'Expired') return 'carried, but expired before it was executed'
  if (tally.quorum === undefined) return 'has not begun'
  if (!tally.hasQuorum) return 'no quorum'
  return tally.hasMajority ? 'carried' : 'no majority'
}
