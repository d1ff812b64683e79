import type { Command } from 'commander'

import { delegationCall, delegationIn } from '../../governance/ve-delegation.ts'
import { vePars } from '../../governance/ve.ts'
import { print } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'

export function configure(command: Command): void {
  command.argument('<file>', 'what pars ve delegate --sign-only printed').addHelpText(
    'after',
    `
Whoever brings it pays for it, and changes nothing of what it says.
  pars ve relay delegation.json --from 0x046c…20df`,
  )
  addFromOptions(command).action(async (file: string, flags: FromFlags) => {
    const delegation = await delegationIn(file)
    const sender = await openSender(flags)
    const receipt = await vePars.explained(sender.send(delegationCall(delegation)))
    const { account, delegatee } = delegation
    print(flags.json, { account, delegatee, hash: receipt.transactionHash })
  })
}
