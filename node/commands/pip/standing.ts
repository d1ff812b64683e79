/** Where a PIP stands, for people and for programs. */
import type { PipState, Proposal } from '#governance'

import { callText } from '../../governance/actions.ts'
import { outcomeOf, type Step } from '../../governance/steps.ts'
import { plainText } from '../printing.ts'
import { timeText, votesText } from './arguments.ts'

export interface Shown {
  readonly pip: PipState
  /** Seconds since 1970. */
  readonly now: bigint
  /** Between text and actions: none as it should be. */
  readonly differences: readonly string[]
  readonly steps: readonly Step[]
}

/** Votes as decimal texts, times in seconds since 1970. */
export function shownJson({ pip, now, differences, steps }: Shown): object {
  const { proposal, proposalId, actions, ...rest } = pip
  const vote = proposal === undefined ? null : voteFacts(proposal)
  return {
    ...rest,
    proposalId: proposalId?.toString() ?? null,
    vote,
    actions: actions.map(callText),
    differences,
    now: Number(now),
    next: steps,
  }
}

function voteFacts(proposal: Proposal): object {
  const { state, tier, snapshot, deadline, eta, majority, timelock, tally } = proposal
  return {
    state,
    outcome: outcomeOf(proposal),
    for: tally.for.toString(),
    against: tally.against.toString(),
    abstain: tally.abstain.toString(),
    quorum: tally.quorum?.toString() ?? null,
    tier,
    majority,
    timelock,
    snapshot,
    deadline,
    eta: eta ?? null,
  }
}

export function shownText({ pip, now, differences, steps }: Shown): string {
  const { proposal, reviewEnds, executedAt } = pip
  const lines = [
    `PIP-${pip.number}: ${pip.title}`,
    row('status', pip.status),
    row('type', pip.type),
    row('author', pip.author),
    row('revision', `${pip.revision}, ${timeText(pip.submittedAt, now)}`),
    row('text', `${pip.size} bytes, keccak256:${pip.contentHash}`),
    row('tier', String(proposal?.tier ?? pip.tier)),
    ...(reviewEnds === undefined ? [] : [row('review', `until ${timeText(reviewEnds, now)}`)]),
    ...(proposal === undefined ? [] : voteRows(proposal, now)),
    ...(executedAt === undefined ? [] : [row('executed', timeText(executedAt, now))]),
    ...pip.upgrades.map((id) =>
      row('upgrade', `${id}: pars validator upgrades --all says how it stands`),
    ),
    ...pip.actions.map((call, index) => row(index === 0 ? 'actions' : '', callText(call))),
    ...differences.map((one) => row('WARNING', one)),
    ...steps.map((step, index) => row(index === 0 ? 'next' : '', stepText(step, now))),
  ]
  return lines.map((line) => `${plainText(line)}\n`).join('')
}

function stepText({ command, who, from, until }: Step, now: bigint): string {
  const start = from > now ? ` from ${timeText(from, now)}` : ''
  const end = until === undefined ? '' : ` until ${timeText(until, now)}`
  return `pars pip ${command} (${who})${start}${end}`
}

function voteRows(proposal: Proposal, now: bigint): readonly string[] {
  const { state, tally, majority, snapshot, deadline, eta } = proposal
  const { quorum } = tally
  const cast = `${votesText(tally.for)} for, ${votesText(tally.against)} against`
  const needed = quorum === undefined ? 'not known before the snapshot' : votesText(quorum)
  return [
    row('vote', `${state}: ${outcomeOf(proposal)}`),
    row('votes', `${cast}, ${votesText(tally.abstain)} abstain`),
    row('quorum', `${needed}, of for and abstain`),
    row('majority', `more than ${majority / 100} % of for and against`),
    row('from', `the second after ${timeText(snapshot, now)}`),
    row('until', timeText(deadline, now)),
    ...(eta === undefined ? [] : [row('delay', `until ${timeText(eta, now)}`)]),
  ]
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(9)} ${value}`
}
