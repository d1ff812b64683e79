import type { Command } from 'commander'

import type { Hex } from '#base'

import { smartAccountAt } from '../../governance/identity-account.ts'
import { addressOf, wholeOf } from '../arguments.ts'
import { print } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'

interface RevokeFlags extends FromFlags {
  readonly all: boolean
}

export function configure(command: Command): void {
  command
    .argument('<account>', 'the smart account', addressOf)
    .argument('[session]', 'its number: pars session-key list shows them', wholeOf)
    .option('--all', 'all that there are', false)
    .addHelpText(
      'after',
      `
It holds from the next call on, also within the same block.
  pars session-key revoke 0x9a40…1e77 3 --from 0x046c…20df`,
    )
  addFromOptions(command).action(
    async (address: Hex, session: bigint | undefined, flags: RevokeFlags) => {
      if (flags.all !== (session === undefined)) {
        command.error('error: give the number of a session, or --all')
      }
      const sender = await openSender(flags)
      const account = await smartAccountAt(sender.rpc, address)
      const call =
        session === undefined ? account.call('revokeAll') : account.call('revoke', [session])
      const { transactionHash: hash } = await account.explained(sender.send(call))
      print(flags.json, {
        account: address,
        revoked: session === undefined ? 'all' : Number(session),
        hash,
      })
    },
  )
}
