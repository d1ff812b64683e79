/** Upgrades that were voted for, and who is ready for them. @see contracts/upgrades */
import { Fault, hex, type Hex, isFault } from '#base'
import { validatorSet as validatorArtifact } from '#contracts'
import { readUpgrade, type UpgradePlugin, type WeighedUpgrade } from '#governance'
import {
  discover,
  findPackage,
  importPackage,
  packageIntegrity,
  type Precompile,
  specHash,
  type StateCall,
} from '#precompiles'

import type { RpcAsker } from '../rpc-client.ts'
import { version as release } from '../version.ts'
import { SystemContract } from './system.ts'

export const validatorSet = new SystemContract(validatorArtifact, {
  NotAValidator: 'the genesis has no validator of this account',
  NotItsOperator: 'sign as the validator itself, or as the operator that it named',
  UpgradeNotPending: 'it is active, cancelled, lapsed or void: there is nothing to be ready for',
  NothingChanges: 'it has said so already',
})

/** Throws `NODE_UPGRADE_UNKNOWN`. */
export async function upgradeOf(call: StateCall, id: number): Promise<WeighedUpgrade> {
  const found = await readUpgrade(call, id)
  if (found !== undefined) return found
  throw new Fault(
    { code: 'NODE_UPGRADE_UNKNOWN', upgrade: id },
    'pars validator upgrades --all lists those that there are',
  )
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
  { plugins }: Pick<WeighedUpgrade, 'plugins'>,
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
export async function checkReady(
  upgrade: WeighedUpgrade,
  installation: Installation,
): Promise<void> {
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
  if (wanted.module === undefined) {
    const found = builtin.find(isWanted)
    return found === undefined ? `is not in release ${release}` : difference(wanted, found)
  }
  if (!installation.plugins.includes(wanted.module)) {
    return `is in the package ${wanted.module}: review it, and name it with --plugins`
  }
  try {
    const folder = await findPackage(wanted.module, installation.project)
    const integrity = await packageIntegrity(folder)
    if (integrity !== wanted.integrity) {
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
  return found.address === wanted.address ? undefined : `answers at ${found.address} here`
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
