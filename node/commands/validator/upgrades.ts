import path from 'node:path'
import process from 'node:process'

import type { Command } from 'commander'

import {
  type Installation,
  missingOf,
  type Upgrade,
  upgradeIds,
  upgradeOf,
} from '../../governance/readiness.ts'
import { timeOf } from '../../recovery.ts'
import { RpcClient } from '../../rpc-client.ts'
import { addRpcOptions, type RpcFlags } from '../arguments.ts'
import { addPluginsOption, addProjectOption, type ProjectFlags } from '../precompile/options.ts'
import { plainText } from '../printing.ts'
import { shareText } from '../tokens.ts'

interface UpgradesFlags extends RpcFlags, ProjectFlags {
  readonly plugins: readonly string[]
  readonly all: boolean
}

interface Judged extends Upgrade {
  /** What this installation lacks. */
  readonly missing: readonly string[]
}

export function configure(command: Command): void {
  command.option('--all', 'also those that are over', false).addHelpText(
    'after',
    `
An upgrade is active in the first block after one that has reached its time and in whose state enough
stake is ready; without that it lapses. Where one of its precompiles can’t be, as at an address that a
contract has taken meanwhile, it is void: nothing of it runs.
  pars validator upgrades --plugins pars-poseidon`,
  )
  addRpcOptions(addPluginsOption(addProjectOption(command))).action(
    async (flags: UpgradesFlags) => {
      const rpc = new RpcClient(flags.rpc)
      const ids = await upgradeIds(rpc, flags.all)
      const found = await Promise.all(ids.map((id) => upgradeOf(rpc, id)))
      const { plugins } = flags
      const upgrades = await judged(found, { project: path.resolve(flags.project), plugins })
      if (flags.json) process.stdout.write(`${JSON.stringify(upgrades.map(facts))}\n`)
      else process.stdout.write(upgrades.map(text).join('') || 'no upgrades wait\n')
    },
  )
}

function judged(
  upgrades: readonly Upgrade[],
  installation: Installation,
): Promise<readonly Judged[]> {
  return Promise.all(
    upgrades.map(async (one) => {
      const isNeeded = one.state === 'pending' || one.state === 'activated'
      return { ...one, missing: isNeeded ? await missingOf(one, installation) : [] }
    }),
  )
}

function facts({ id, pip, state, activation, lapse, activatedAt, ...rest }: Judged) {
  const { plugins, settings, readyStake, totalStake, missing } = rest
  return {
    id: Number(id),
    pip: Number(pip),
    state,
    activation: Number(activation),
    lapse: Number(lapse),
    activatedAt: activatedAt === 0n ? null : Number(activatedAt),
    plugins,
    settings: settings.map(({ key, value }) => ({ key, value: `${value}` })),
    readyStake: Number(readyStake),
    totalStake: Number(totalStake),
    missing,
  }
}

function text({ id, pip, activation, lapse, activatedAt, state, ...rest }: Judged): string {
  const { plugins, settings, readyStake, totalStake, missing } = rest
  const stake = shareText(readyStake, totalStake)
  const parts = [
    ...plugins.map(({ name, version, account }) => `${name}@${version} at ${account}`),
    ...settings.map(({ key, value }) => `${key} = ${value}`),
  ]
  const details: Partial<Record<typeof state, string>> = {
    pending: `, from ${timeOf(activation)}, lapses ${timeOf(lapse)}`,
    activated: ` in block ${activatedAt}`,
    void: ', nothing of it runs',
  }
  const lines = [
    `upgrade ${id} of PIP ${pip}: ${state}${details[state] ?? ''}`,
    ...parts.map((part) => `  ${plainText(part)}`),
    `  ready: ${stake === undefined ? 'no validators' : `${stake} of the stake`}`,
    ...missing.map((problem) => `  missing here: ${plainText(problem)}`),
  ]
  return `${lines.join('\n')}\n`
}
