/** Upgrades that were voted for, and who is ready for them. */
import { Fault, type Hex, unhex } from '#base'
import { chainParams, upgradeSchedule, validatorSet } from '#contracts'
import type { StateCall } from '#precompiles'

import { limits } from '../limits.ts'
import { ContractReader, none, readEach } from './contract.ts'
import { wordName } from './value.ts'

/** In the order of IUpgradeSchedule.State; 0 is none at all. */
export const upgradeStates = ['Pending', 'Activated', 'Lapsed', 'Cancelled', 'Void'] as const
type UpgradeState = (typeof upgradeStates)[number]

/** One version of a precompile. */
export interface UpgradePlugin {
  readonly name: string
  readonly version: string
  /** Where it answers from the activation on. */
  readonly address: Hex
  readonly specHash: Hex
  /** The npm package that holds it; undefined for one of the release. */
  readonly module: string | undefined
  /** As package locks write it; undefined for one of the release. */
  readonly integrity: string | undefined
}

/** Times are seconds since 1970. */
export interface Upgrade {
  readonly id: number
  /** The PIP that scheduled it. */
  readonly pip: number
  readonly state: UpgradeState
  /** The least timestamp of the block before the first one with it. */
  readonly activation: number
  /** From then on it is given up. */
  readonly lapse: number
  /** The first block with it; undefined before. */
  readonly activatedAt: number | undefined
  readonly plugins: readonly UpgradePlugin[]
  /** Of ChainParams. */
  readonly settings: readonly { readonly name: string; readonly value: bigint }[]
}

interface Readiness {
  /** Of all validators. */
  readonly totalStake: bigint
  readonly readyStake: bigint
  /** What it needs of it. */
  readonly neededStake: bigint
  readonly isReady: boolean
}

export interface WeighedUpgrade extends Upgrade {
  readonly readiness: Readiness
}

interface ActivatedPlugin extends UpgradePlugin {
  /** The first block with it. */
  readonly from: number
}

export interface Schedule {
  readonly pending: readonly WeighedUpgrade[]
  /** Those that no longer wait: the newest, in the order of their scheduling. */
  readonly past: readonly Upgrade[]
  /** The newest, in the order of their activation; those of the genesis are not among them. */
  readonly activated: readonly ActivatedPlugin[]
}

interface RawPlugin {
  readonly name: string
  readonly version: string
  readonly account: Hex
  readonly specHash: Hex
  readonly module: string
  readonly integrity: Hex
}

interface RawUpgrade {
  readonly pip: bigint
  readonly activation: bigint
  readonly lapse: bigint
  readonly activatedAt: bigint
  readonly state: bigint
  readonly plugins: readonly RawPlugin[]
  readonly settings: readonly { readonly key: Hex; readonly value: bigint }[]
}

const wholeShare = 10_000n

export async function readSchedule(call: StateCall): Promise<Schedule> {
  const ids = await pendingIds(call)
  const [pending, past, activated] = await Promise.all([
    readUpgrades(call, ids),
    pastUpgrades(call, ids),
    activatedPlugins(call),
  ])
  return { pending, past, activated }
}

async function pastUpgrades(
  call: StateCall,
  pending: readonly number[],
): Promise<readonly Upgrade[]> {
  const schedule = new ContractReader(upgradeSchedule, call)
  const waiting = new Set(pending)
  const ids: number[] = []
  for (
    let id = Number(await schedule.ask<bigint>('count'));
    id > 0 && ids.length < limits.pastUpgrades.value;
    id--
  ) {
    if (!waiting.has(id)) ids.unshift(id)
  }
  return readEach(ids.length, async (index) => {
    const id = ids[index] ?? 0
    return upgradeOf(id, await schedule.ask<RawUpgrade>('upgrade', [BigInt(id)]))
  })
}

/** In the order of their scheduling. */
export async function pendingUpgrades(call: StateCall): Promise<readonly WeighedUpgrade[]> {
  return readUpgrades(call, await pendingIds(call))
}

/** Also those that no longer wait. */
export async function allUpgrades(call: StateCall): Promise<readonly WeighedUpgrade[]> {
  const count = Number(await new ContractReader(upgradeSchedule, call).ask<bigint>('count'))
  return readUpgrades(
    call,
    Array.from({ length: count }, (_, index) => index + 1),
  )
}

async function pendingIds(call: StateCall): Promise<readonly number[]> {
  const schedule = new ContractReader(upgradeSchedule, call)
  return (await schedule.ask<readonly bigint[]>('pending')).map(Number)
}

async function readUpgrades(
  call: StateCall,
  ids: readonly number[],
): Promise<readonly WeighedUpgrade[]> {
  const found = await readEach(ids.length, (index) => readUpgrade(call, ids[index] ?? 0))
  return found.filter((one) => one !== undefined)
}

/** Undefined where there is none of that number. */
export async function readUpgrade(
  call: StateCall,
  id: number,
): Promise<WeighedUpgrade | undefined> {
  const schedule = new ContractReader(upgradeSchedule, call)
  const raw = await schedule.find<RawUpgrade>('upgrade', [BigInt(id)], ['UnknownUpgrade'])
  if (raw === none) return undefined
  return { ...upgradeOf(id, raw), readiness: await readinessFor(call, BigInt(id)) }
}

/** Whether the validator `account` said that its node has what an upgrade needs. */
export function hasSaidReady(call: StateCall, upgrade: number, account: Hex): Promise<boolean> {
  return new ContractReader(validatorSet, call).ask('isReady', [BigInt(upgrade), account])
}

async function readinessFor(call: StateCall, id: bigint): Promise<Readiness> {
  const validators = new ContractReader(validatorSet, call)
  const [totalStake, readyStake, share] = await Promise.all([
    validators.ask<bigint>('totalStake'),
    validators.ask<bigint>('readyStake', [id]),
    new ContractReader(chainParams, call).ask<bigint>('get', ['upgrade.readiness']),
  ])
  const neededStake = (totalStake * share + wholeShare - 1n) / wholeShare
  return { totalStake, readyStake, neededStake, isReady: readyStake >= neededStake }
}

async function activatedPlugins(call: StateCall): Promise<readonly ActivatedPlugin[]> {
  const schedule = new ContractReader(upgradeSchedule, call)
  const count = Number(await schedule.ask<bigint>('activatedPlugins'))
  const first = Math.max(0, count - limits.activatedPlugins.value)
  return readEach(count - first, async (index) => {
    const [name, version, account, specHash, module, integrity, from] = await schedule.ask<
      readonly [string, string, Hex, Hex, string, Hex, bigint]
    >('activatedPlugin', [BigInt(first + index)])
    const plugin = pluginOf({ name, version, account, specHash, module, integrity })
    return { ...plugin, from: Number(from) }
  })
}

function upgradeOf(id: number, raw: RawUpgrade): Upgrade {
  return {
    id,
    pip: Number(raw.pip),
    state: stateOf(raw.state),
    activation: Number(raw.activation),
    lapse: Number(raw.lapse),
    activatedAt: Number(raw.activatedAt) || undefined,
    plugins: raw.plugins.map(pluginOf),
    settings: raw.settings.map(({ key, value }) => ({ name: wordName(key) ?? key, value })),
  }
}

function pluginOf({ name, version, account, specHash, module, integrity }: RawPlugin) {
  const hash = unhex(integrity).toBase64()
  return {
    name,
    version,
    address: account,
    specHash,
    module: module === '' ? undefined : module,
    integrity: hash === '' ? undefined : `sha512-${hash}`,
  }
}

function stateOf(index: bigint): UpgradeState {
  const state = upgradeStates[Number(index) - 1]
  if (state !== undefined) return state
  throw new Fault(
    { code: 'GOVERNANCE_STATE_UNKNOWN', state: index },
    'the schedule of this network knows more than this release: install a newer one',
  )
}
