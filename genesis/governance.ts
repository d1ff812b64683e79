/**
 * What a network chooses of its governance, and within which bounds its members may choose again.
 *
 * @see PIP-0010 "Parameters"
 */
import { limits } from './limits.ts'

/** The value of every parameter that the document names, by its name in ChainParams. */
export type GovernanceParameters = Readonly<Record<ParameterName, bigint>>

interface Range {
  readonly least: bigint
  readonly most: bigint
  readonly value: bigint
}

export interface ParameterRule {
  readonly unit: string
  readonly why: string
  /** Of a network that people depend on. */
  readonly live: Range
  /** Of a network marked `dev`: what takes days there takes seconds here. */
  readonly dev: Range
}

const day = 86_400n
/** After the genesis a guardian is gone, whatever governance decides. */
const longestGuardian = 4n * 365n * day
const pars = 10n ** 18n
const mostWei = 2n ** 128n - 1n

function seconds(live: Omit<Range, 'value'> & { value: bigint }, dev: bigint, why: string) {
  return { unit: 'seconds', why, live, dev: { least: 1n, most: live.most, value: dev } }
}

function share(least: bigint, value: bigint, most: bigint, why: string): ParameterRule {
  const range = { least, most, value }
  return { unit: 'basis points', why, live: range, dev: range }
}

function amount(live: bigint, dev: bigint, why: string): ParameterRule {
  const range = { least: 0n, most: mostWei }
  return { unit: 'wei', why, live: { ...range, value: live }, dev: { ...range, value: dev } }
}

type TierField = 'period' | 'quorum' | 'floor' | 'threshold' | 'majority' | 'timelock'

function tier(
  days: { readonly period: bigint; readonly timelock: bigint },
  votes: { readonly quorum: bigint; readonly majority: bigint; readonly floor: bigint },
  threshold: bigint,
): Readonly<Record<TierField, ParameterRule>> {
  const { period, timelock } = days
  return {
    period: seconds(
      { least: period * day, most: 60n * day, value: period * day },
      30n,
      'A vote shorter than this passes while those who would object are away.',
    ),
    quorum: share(100n, votes.quorum, 5_000n, 'More than half could let absence decide.'),
    floor: amount(votes.floor, pars, 'Where little is locked, a share of it is no quorum.'),
    threshold: amount(threshold, pars, 'A proposal costs every member attention.'),
    majority: share(
      5_000n,
      votes.majority,
      8_000n,
      'At least half; a share that a few can always deny ends all change.',
    ),
    timelock: seconds(
      { least: timelock * day, most: 60n * day, value: timelock * day },
      5n,
      'Who disagrees with what was decided has this long to leave.',
    ),
  }
}

const tiers = [
  tier(
    { period: 7n, timelock: 2n },
    { quorum: 1_000n, majority: 5_000n, floor: 100_000n * pars },
    1_000n * pars,
  ),
  tier(
    { period: 14n, timelock: 4n },
    { quorum: 1_500n, majority: 5_000n, floor: 200_000n * pars },
    10_000n * pars,
  ),
  tier(
    { period: 21n, timelock: 7n },
    { quorum: 2_000n, majority: 6_700n, floor: 400_000n * pars },
    100_000n * pars,
  ),
] as const

const general = {
  'pip.reviewPeriod': seconds(
    { least: 7n * day, most: 90n * day, value: 7n * day },
    30n,
    'A text that nobody had time to read has not been reviewed.',
  ),
  'vote.delay': seconds(
    { least: 3_600n, most: 14n * day, value: day },
    1n,
    'Whoever wants votes for a proposal locks before it is known which one runs.',
  ),
  'vote.extension': seconds(
    { least: day, most: 7n * day, value: 2n * day },
    5n,
    'A quorum in the last minute leaves time to answer it.',
  ),
  'vote.expiry': seconds(
    { least: 7n * day, most: 180n * day, value: 30n * day },
    day,
    'What was approved long ago may not be what is wanted by now.',
  ),
  'guardian.account': {
    unit: 'address as a number, 0 for nobody',
    why: 'Off unless a network wants it; it can only cancel.',
    live: { least: 0n, most: 2n ** 160n - 1n, value: 0n },
    dev: { least: 0n, most: 2n ** 160n - 1n, value: 0n },
  },
  'guardian.expiry': {
    unit: 'seconds since 1970',
    why: 'A guardian is for the first years of a network.',
    live: { least: 0n, most: longestGuardian, value: 0n },
    dev: { least: 0n, most: longestGuardian, value: 0n },
  },
  'treasury.minorSpend': amount(
    10_000n * pars,
    pars,
    'What small votes may spend per period, one or many.',
  ),
  'treasury.majorSpend': amount(
    250_000n * pars,
    100n * pars,
    'What larger votes may spend per period, one or many.',
  ),
  'treasury.period': seconds(
    { least: 7n * day, most: 365n * day, value: 30n * day },
    600n,
    'Many small spendings in it need as much agreement as a large one.',
  ),
  'upgrade.notice': seconds(
    { least: 14n * day, most: 180n * day, value: 14n * day },
    60n,
    'Operators need this long to install a release.',
  ),
  'upgrade.readiness': share(
    6_667n,
    8_000n,
    10_000n,
    'Below two thirds of the stake a vote could stop the chain.',
  ),
  'upgrade.lapse': seconds(
    { least: 7n * day, most: 180n * day, value: 30n * day },
    3_600n,
    'What is not wanted by those who run it ends instead of waiting for ever.',
  ),
} as const satisfies Record<string, ParameterRule>

type TierName = `tier.${0 | 1 | 2}.${TierField}`
export type ParameterName = keyof typeof general | TierName

function tierRules(): Record<TierName, ParameterRule> {
  const entries = tiers.flatMap((fields, index) =>
    Object.entries(fields).map(([field, rule]) => [`tier.${index}.${field}`, rule] as const),
  )
  return Object.fromEntries(entries) as Record<TierName, ParameterRule>
}

/** Every parameter that a document names, in the order of the document. */
export const governanceRules: Readonly<Record<ParameterName, ParameterRule>> = {
  ...general,
  ...tierRules(),
}

const parameterNames = Object.keys(governanceRules) as readonly ParameterName[]

/** The values of a network that chooses none. */
export function usualGovernance(dev: boolean): GovernanceParameters {
  return mapped((name) => governanceRules[name][dev ? 'dev' : 'live'].value)
}

export interface Bounds {
  readonly least: bigint
  readonly most: bigint
}

/** What a network may choose at its genesis, and again later. */
export function boundsOf(
  name: ParameterName,
  { dev, timestamp }: { readonly dev: boolean; readonly timestamp: bigint },
): Bounds {
  const { least, most } = governanceRules[name][dev ? 'dev' : 'live']
  return { least, most: name === 'guardian.expiry' ? timestamp + most : most }
}

/** So many weeks before its end a lock counts for so many basis points of its amount. */
export interface CurvePoint {
  readonly weeks: bigint
  readonly weight: bigint
}

/** A coin counts whole when it is locked for four years, and in proportion for less. */
export const linearCurve: readonly CurvePoint[] = [{ weeks: 208n, weight: 10_000n }]

/** One value for every parameter. */
export function mapped<Value>(
  valueOf: (name: ParameterName) => Value,
): Readonly<Record<ParameterName, Value>> {
  return Object.fromEntries(parameterNames.map((name) => [name, valueOf(name)])) as Record<
    ParameterName,
    Value
  >
}

/** Of the gas limit of a block. A vote must not leave a block without room for the next vote. */
export function gasLimitBounds({ dev }: { readonly dev: boolean }): Bounds {
  return { least: dev ? 1_000_000n : 2n ** 24n, most: BigInt(limits.blockGas.value) }
}
