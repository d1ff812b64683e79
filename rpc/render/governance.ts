/** What governance's readings look like in an answer. */
import { hex, type Hex } from '#base'
import type {
  PipState,
  PipSummary,
  Proposal,
  ReadAction,
  SimulatedAction,
  UpgradePlugin,
} from '#governance'

import { quantity } from './quantity.ts'

export function renderSummary(pip: PipSummary) {
  const { category, reviewEnds, proposalId, executedAt } = pip
  return {
    number: pip.number,
    category: category ?? null,
    type: pip.type,
    title: pip.title,
    author: pip.author,
    status: pip.status,
    revision: pip.revision,
    contentHash: pip.contentHash,
    size: pip.size,
    tier: pip.tier,
    submittedAt: pip.submittedAt,
    reviewEnds: reviewEnds ?? null,
    proposalId: proposalId === undefined ? null : quantity(proposalId),
    executedAt: executedAt ?? null,
    upgrades: [...pip.upgrades],
  }
}

export function renderPip(pip: PipState) {
  return {
    ...renderSummary(pip),
    chunks: [...pip.chunks],
    actions: pip.actions.map(renderAction),
    proposal: pip.proposal === undefined ? null : renderProposal(pip.proposal),
  }
}

function renderAction({ target, value, data, text }: ReadAction) {
  return { target: hex(target), value: quantity(value), data: hex(data), text: text ?? null }
}

function renderProposal({ id, eta, tally, ...rest }: Proposal) {
  return {
    id: quantity(id),
    ...rest,
    eta: eta ?? null,
    for: quantity(tally.for),
    against: quantity(tally.against),
    abstain: quantity(tally.abstain),
    quorum: tally.quorum === undefined ? null : quantity(tally.quorum),
    hasQuorum: tally.hasQuorum,
    hasMajority: tally.hasMajority,
  }
}

export function renderSimulatedAction(simulated: SimulatedAction) {
  const { action, hasSucceeded, gasUsed, reason, output, logs } = simulated
  return {
    ...renderAction(action),
    success: hasSucceeded,
    gasUsed: quantity(gasUsed),
    reason: reason ?? null,
    returnData: hex(output),
    logs: logs.map(({ address, topics, data, text }) => ({
      address: hex(address),
      topics: topics.map((topic): Hex => hex(topic)),
      data: hex(data),
      text: text ?? null,
    })),
  }
}

export function renderPlugin({
  name,
  version,
  address,
  specHash,
  module,
  integrity,
}: UpgradePlugin) {
  return { name, version, address, specHash, module: module ?? null, integrity: integrity ?? null }
}
