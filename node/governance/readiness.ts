/** Upgrades that were voted for, and who is ready for them. @see contracts/upgrades */
import { Fault, hex, type Hex, isFault, unhex } from '#base'
import { upgradeSchedule as scheduleArtifact, validatorSet as validatorArtifact } from '#contracts'
import {
  discover,
  findPackage,
  importPackage,
  packageIntegrity,
  type Precompile,
  specHash,
} from '#precompiles'

import type { RpcAsker } from '../rpc-client.ts'
import { version as release } from '../version.ts'
import { SystemContract } from './system.ts'

const upgradeCures = {
  UnknownUpgrade: 'pars validator upgrades --all lists those that there are',
}

const upgradeSchedule = new SystemContract(scheduleArtifact, upgradeCures)

export const validatorSet = new SystemContract(validatorArtifact, {
  ...upgradeCures,
  NotAValidator: 'the genesis has no validator of this account',
  NotItsOperator: 'sign as the validator itself, or as the operator that it named',
  UpgradeNotPending: 'it is active, cancelled, lapsed or void: there is nothing to be ready for',
  NothingChanges: 'it has said so already',
})

export interface UpgradePlugin {
  readonly name: string
  readonly version: string
  readonly account: Hex
  readonly specHash: Hex
  /** The npm package that holds it; empty for one of the release. */
  readonly module: string
  /** SHA-512 of that package. */
  readonly integrity: Hex
}

interface Setting {
  /** The name of a parameter. */
  readonly key: string
  readonly value: bigint
}

interface StoredUpgrade {
  readonly pip: bigint
  readonly activation: bigint
  readonly lapse: bigint
  readonly activatedAt: bigint
  readonly state: bigint
  readonly plugins: readonly UpgradePlugin[]
  readonly settings: readonly Setting[]
}

const states = ['none', 'pending', 'activated', 'lapsed', 'cancelled', 'void'] as const

/** Times in seconds since 1970. */
export interface Upgrade extends Omit<StoredUpgrade, 'state'> {
  readonly id: bigint
  readonly state: (typeof states)[number]
  readonly readyStake: bigint
  readonly totalStake: bigint
}

/** Throws `NODE_CONTRACT_REFUSED`. */
export async function upgradeOf(rpc: RpcAsker, id: bigint): Promise<Upgrade> {
  const [{ state, ...stored }, readyStake, totalStake] = await Promise.all([
    upgradeSchedule.ask<StoredUpgrade>(rpc, 'upgrade', [id]),
    validatorSet.ask<bigint>(rpc, 'readyStake', [id]),
    validatorSet.ask<bigint>(rpc, 'totalStake'),
  ])
  const settings = stored.settings.map(({ key, value }) => ({ key: nameIn(key), value }))
  const known = states[Number(state)] ?? 'none'
  return { id, ...stored, settings, state: known, readyStake, totalStake }
}

/** ASCII in a word, as Solidity writes a literal into bytes32. */
function nameIn(key: string): string {
  return new TextDecoder().decode(trimmedRight(unhex(key)))
}

function trimmedRight(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1)
}

/** Those that wait, or all that there ever were: their ids. */
export async function upgradeIds(rpc: RpcAsker, isAll: boolean): Promise<readonly bigint[]> {
  if (!isAll) return upgradeSchedule.ask<readonly bigint[]>(rpc, 'pending')
  const count = await upgradeSchedule.ask<bigint>(rpc, 'count')
  return Array.from({ length: Number(count) }, (_, index) => BigInt(index) + 1n)
}

/** Where precompiles of packages are, as `pars run` takes it. */
export interface Installation {
  /** Absolute. */
  readonly project: string
  /** The packages whose code the operator lets into the node. */
  readonly plugins: readonly string[]
}

/** What this installation lacks of the upgrade: a sentence for each plugin. */
export async function missingOf(
  { plugins }: Pick<Upgrade, 'plugins'>,
  installation: Installation,
): Promise<readonly string[]> {
  const builtin = await discover()
  const problems = await Promise.all(
    plugins.map(async (plugin) => {
      const problem = await problemOf(plugin, builtin, installation)
      return problem === undefined ? [] : [`${plugin.name}@${plugin.version} ${problem}`]
    }),
  )
  return problems.flat()
}

/** Throws `NODE_UPGRADE_MISSING` for an installation that would stop at the activation. */
export async function checkReady(upgrade: Upgrade, installation: Installation): Promise<void> {
  const missing = await missingOf(upgrade, installation)
  if (missing.length === 0) return
  throw new Fault(
    { code: 'NODE_UPGRADE_MISSING', upgrade: upgrade.id, release, missing: missing.join('; ') },
    'who says ready and is not stops at the activation: install what is missing, restart the node, and say it then',
  )
}

async function problemOf(
  wanted: UpgradePlugin,
  builtin: readonly Precompile[],
  installation: Installation,
): Promise<string | undefined> {
  const isWanted = (one: Precompile) => one.name === wanted.name && one.version === wanted.version
  if (wanted.module === '') {
    const found = builtin.find(isWanted)
    return found === undefined ? `is not in release ${release}` : difference(wanted, found)
  }
  if (!installation.plugins.includes(wanted.module)) {
    return `is in the package ${wanted.module}: review it, and name it with --plugins`
  }
  try {
    const folder = await findPackage(wanted.module, installation.project)
    const integrity = await packageIntegrity(folder)
    if (integrity !== integrityText(wanted)) {
      return `is in another build of ${wanted.module} than the one that was voted for`
    }
    const found = await importPackage(folder, wanted.module)
    return isWanted(found) ? difference(wanted, found) : `is not what ${wanted.module} holds`
  } catch (error) {
    if (isFault(error)) return `can’t be loaded: ${error.message}`
    throw error
  }
}

function difference(wanted: UpgradePlugin, found: Precompile): string | undefined {
  if (hex(specHash(found)) !== wanted.specHash) return 'promises something else here (specHash)'
  return found.address === wanted.account ? undefined : `answers at ${found.address} here`
}

/** As `packageIntegrity` writes it. */
function integrityText({ integrity }: UpgradePlugin): string {
  return `sha512-${unhex(integrity).toBase64()}`
}

interface Validator {
  readonly account: Hex
  readonly operator: Hex
  readonly stake: bigint
}

/**
 * The validator that `speaker` speaks for, as its account or its operator. Throws `NODE_OPERATOR` for none,
 * and for several.
 */
export async function validatorOf(rpc: RpcAsker, speaker: Hex): Promise<Hex> {
  const count = await validatorSet.ask<bigint>(rpc, 'count')
  const own: Hex[] = []
  for (let place = 0n; place < count; place++) {
    const { account, operator } = await validatorSet.ask<Validator>(rpc, 'validator', [place])
    if (account === speaker || operator === speaker) own.push(account)
  }
  const [account, ...others] = own
  if (account !== undefined && others.length === 0) return account
  throw new Fault(
    { code: 'NODE_OPERATOR', account: speaker, validators: own.join(', ') || 'none' },
    account === undefined
      ? 'sign as a validator’s account, or as the operator that one has named'
      : 'it speaks for several: name one with --validator',
  )
}
