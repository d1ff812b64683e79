/** What models and claims look like in an answer. */
import type {
  Challenge,
  Claim,
  ModelTexts,
  Moment,
  ReadModelCost,
  ReadModelTerms,
  RegisteredModel,
} from '#precompiles'

import { quantity } from './quantity.ts'

export function renderModelSummary(
  { id, version, owner, status, kind, runtime, size, hash }: RegisteredModel,
  { name, licence }: ModelTexts,
) {
  return { id, name, version, owner, status, kind, runtime, size, hash, licence }
}

export function renderModel(
  model: RegisteredModel,
  texts: ModelTexts,
  cost: ReadModelCost,
  terms: ReadModelTerms,
) {
  return {
    ...renderModelSummary(model, texts),
    metadata: texts.metadata,
    cost: model.status === 'draft' ? null : renderCost(cost),
    terms: renderTerms(terms),
  }
}

function renderCost({ macs, elements, inputBytes, outputBytes, activeFrom }: ReadModelCost) {
  return {
    macs: quantity(macs),
    elements: quantity(elements),
    inputBytes,
    outputBytes,
    activeFrom: quantity(activeFrom),
  }
}

function renderTerms({ bond, attesters, threshold, ...times }: ReadModelTerms) {
  return {
    windowSeconds: Number(times.windowSeconds),
    windowBlocks: Number(times.windowBlocks),
    turnSeconds: Number(times.turnSeconds),
    turnBlocks: Number(times.turnBlocks),
    bond: quantity(bond),
    attesters: threshold === 0n ? null : attesters,
    threshold: Number(threshold),
  }
}

export function renderClaim({ bond, open, challenges, since, ...claim }: Claim) {
  return {
    ...claim,
    tier: claim.status === 'settled' ? ('OPTIMISTIC' as const) : null,
    bond: quantity(bond),
    made: renderMoment(since),
    openChallenges: open,
    totalChallenges: challenges,
  }
}

/** The first moment at which the claim can be settled, and not be challenged any more. */
export function renderWindow({ since }: Claim, { windowSeconds, windowBlocks }: ReadModelTerms) {
  return renderMoment(after(since, windowSeconds, windowBlocks))
}

/** Of a claim that fell to another challenge no turn ends: the bond waits to be withdrawn. */
export function renderChallenge(
  { bond, since, ...challenge }: Challenge,
  claim: Claim,
  { turnSeconds, turnBlocks }: ReadModelTerms,
) {
  const isOpen = challenge.status === 'open' && claim.status === 'open'
  return {
    ...challenge,
    bond: quantity(bond),
    since: renderMoment(since),
    turnEnds: isOpen ? renderMoment(after(since, turnSeconds, turnBlocks)) : null,
  }
}

function after({ timestamp, height }: Moment, seconds: bigint, blocks: bigint): Moment {
  return { timestamp: timestamp + seconds, height: height + blocks }
}

function renderMoment({ timestamp, height }: Moment) {
  return { timestamp: Number(timestamp), height: quantity(height) }
}
