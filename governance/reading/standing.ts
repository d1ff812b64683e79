/** What logs say of the standing of PIPs. What passes by time alone leaves no log. */
import { fixed, toBigInt, unhex } from '#base'
import { parsGovernor, pipRegistry } from '#contracts'

import { type Emitted, readEvent } from './artifacts.ts'
import { place, slots } from './simulation.ts'

const registry = unhex(pipRegistry.address)
const governor = unhex(parsGovernor.address)

/** Who emits such logs. */
export const standingSources: readonly Uint8Array[] = [registry, governor]

const told = [
  'Revised',
  'ReviewOpened',
  'VotingOpened',
  'Withdrawn',
  'Executed',
  'UpgradeAwaited',
  'Implemented',
  'ProposalExtended',
  'ProposalQueued',
  'ProposalCanceled',
] as const
type StandingEvent = (typeof told)[number]

/** Of a PIP by its number, or by the id that the Governor gave it. */
export type StandingChange = { readonly event: StandingEvent } & (
  | { readonly number: number }
  | { readonly proposalId: bigint }
)

/** Undefined for a log that changes no standing. */
export function standingChange(log: Emitted): StandingChange | undefined {
  const { name, args = {} } = readEvent(log) ?? {}
  const event = told.find((one) => one === name)
  if (event === undefined) return undefined
  const { number, proposalId } = args
  if (typeof number === 'bigint') return { event, number: Number(number) }
  return typeof proposalId === 'bigint' ? { event, proposalId } : undefined
}

/** Where the registry keeps the number of a proposal, which it tells nobody by a call. */
export function numberPlace(proposalId: bigint): {
  readonly address: Uint8Array
  readonly slot: Uint8Array
} {
  return { address: registry, slot: place(fixed(proposalId, 32), slots.numberOf) }
}

/** What stands there; undefined for a proposal of no PIP. */
export function numberIn(word: Uint8Array): number | undefined {
  return Number(toBigInt(word)) || undefined
}
