import path from 'node:path'
import process from 'node:process'

import type { Command } from 'commander'

import { allUpgrades, pendingUpgrades, type WeighedUpgrade } from '#governance'

import { callOf } from '../../governance/present.ts'
import { type Installation, missingOf } from '../../governance/readiness.ts'
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

interface Judged extends WeighedUpgrade {
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
      const call = callOf(new RpcClient(flags.rpc))
      const found = await (flags.all ? allUpgrades(call) : pendingUpgrades(call))
      const { plugins } = flags
      const upgrades = await judged(found, { project: path.resolve(flags.project), plugins })
      if (flags.json) process.stdout.write(`${JSON.stringify(upgrades.map(facts))}\n`)
      else process.stdout.write(upgrades.map(text).join('') || 'no upgrades wait\n')
    },
  )
}

function judged(
  upgrades: readonly WeighedUpgrade[],
  installation: Installation,
): Promise<readonly Judged[]> {
  return Promise.all(
    upgrades.map(async (one) => {
      const isNeeded = one.state === 'Pending' || one.state === 'Activated'
      return { ...one, missing: isNeeded ? await missingOf(one, installation) : [] }
    }),
  )
}

function facts({ activatedAt, plugins, settings, readiness, ...rest }: Judged) {
  return {
    ...rest,
    activatedAt: activatedAt ?? null,
    plugins: plugins.map(({ module, integrity, ...one }) => {
      return { ...one, module: module ?? null, integrity: integrity ?? null }
    }),
    settings: settings.map(({ name, value }) => ({ name, value: `${value}` })),
    readyStake: Number(readiness.readyStake),
    totalStake: Number(readiness.totalStake),
  }
}

function text({ id, pip, activation, lapse, activatedAt, state, ...rest }: Judged): string {
  const { plugins, settings, readiness, missing } = rest
  const stake = shareText(readiness.readyStake, readiness.totalStake)
  const parts = [
    ...plugins.map(({ name, version, address }) => `${name}@${version} at ${address}`),
    ...settings.map(({ name, value }) => `${name} = ${value}`),
  ]
  const details: Partial<Record<typeof state, string>> = {
    Pending: `, from ${timeOf(BigInt(activation))}, lapses ${timeOf(BigInt(lapse))}`,
    Activated: ` in block ${activatedAt}`,
    Void: ', nothing of it runs',
  }
  const lines = [
    `upgrade ${id} of PIP ${pip}: ${state.toLowerCase()}${details[state] ?? ''}`,
    ...parts.map((part) => `  ${plainText(part)}`),
    `  ready: ${stake === undefined ? 'no validators' : `${stake} of the stake`}`,
    ...missing.map((problem) => `  missing here: ${plainText(problem)}`),
  ]
  return `${lines.join('\n')}\n`
}
