import path from 'node:path'

import type { Command } from 'commander'

import type { Hex } from '#base'

import { callOf } from '../../governance/present.ts'
import { checkReady, upgradeOf, validatorOf, validatorSet } from '../../governance/readiness.ts'
import { RpcClient } from '../../rpc-client.ts'
import { addressOf, wholeOf } from '../arguments.ts'
import { addPluginsOption, addProjectOption, type ProjectFlags } from '../precompile/options.ts'
import { print } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'
import { shareText } from '../tokens.ts'

interface ReadyFlags extends FromFlags, ProjectFlags {
  readonly plugins: readonly string[]
  readonly validator?: Hex
  readonly not: boolean
}

interface Changed {
  readonly ready: boolean
  readonly readyStake: bigint
}

export function configure(command: Command): void {
  command
    .argument('<upgrade>', 'its number: pars validator upgrades lists them', wholeOf)
    .option('--not', 'take it back', false)
    .option('--validator <account>', 'the one that the operator speaks for', addressOf)
    .addHelpText(
      'after',
      `
Refuses where this release, with the packages of --plugins, lacks what the upgrade needs: a node that is
said to be ready and is not stops at the activation. Run it where the node runs, as its account or its
operator.
  pars validator ready 1 --from 0x046c…20df`,
    )
  addFromOptions(addPluginsOption(addProjectOption(command))).action(ready)
}

async function ready(id: bigint, flags: ReadyFlags): Promise<void> {
  const upgrade = await upgradeOf(callOf(new RpcClient(flags.rpc)), Number(id))
  const { plugins } = flags
  if (!flags.not) await checkReady(upgrade, { project: path.resolve(flags.project), plugins })
  const sender = await openSender(flags)
  const { rpc, wallet } = sender
  const validator = flags.validator ?? (await validatorOf(rpc, wallet.account.address))
  const call = validatorSet.call('setReady', [id, validator, !flags.not])
  const { transactionHash: hash } = await validatorSet.explained(sender.send(call))
  const now = await validatorSet.event<Changed>(rpc, 'ReadinessChanged', hash)
  const stake = shareText(now.readyStake, upgrade.readiness.totalStake)
  print(flags.json, { upgrade: Number(id), validator, ready: now.ready, stake, hash })
}
