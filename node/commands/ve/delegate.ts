import { type Command, Option } from 'commander'

import type { Hex } from '#base'

import { signDelegation } from '../../governance/ve-delegation.ts'
import { vePars } from '../../governance/ve.ts'
import { addressOf } from '../arguments.ts'
import { durationOf } from '../duration.ts'
import { print } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'

interface DelegateFlags extends FromFlags {
  readonly signOnly: boolean
  readonly within: bigint
}

const usualTime = 604_800n

export function configure(command: Command): void {
  command
    .argument('<account>', 'who votes; your own takes the delegation back', addressOf)
    .option('--sign-only', 'send nothing: print what pars ve relay brings', false)
    .addOption(
      new Option('--within <time>', 'for which what is signed holds')
        .argParser(durationOf)
        .default(usualTime, '7d'),
    )
    .addHelpText(
      'after',
      `
It counts for all your locks, those to come too, and from the next proposal on.
  pars ve delegate 0x5f1e…77c0 --from 0x046c…20df
  pars ve delegate 0x5f1e…77c0 --from 0x046c…20df --sign-only > delegation.json`,
    )
  addFromOptions(command).action(async (delegatee: Hex, flags: DelegateFlags) => {
    const sender = await openSender(flags)
    const { rpc, wallet } = sender
    if (flags.signOnly) {
      return print(true, await signDelegation(wallet, rpc, { delegatee, seconds: flags.within }))
    }
    const call = vePars.call('delegate', [delegatee])
    const { transactionHash: hash } = await vePars.explained(sender.send(call))
    print(flags.json, { account: wallet.account.address, delegatee, hash })
  })
}
