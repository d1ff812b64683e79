import type { Command } from 'commander'

import type { Hex } from '#base'

import { accountFactory } from '../../governance/identity-account.ts'
import { zeroHash } from '../../governance/identity.ts'
import { hashOf } from '../arguments.ts'
import { print } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'

interface AccountFlags extends FromFlags {
  readonly salt: Hex
}

export function configure(command: Command): void {
  command
    .option('--salt <hash>', 'for a second account of the same owner', hashOf, zeroHash)
    .addHelpText(
      'after',
      `
It stands where its owner and the salt say, so that it can be paid before it is made; what is there
already is not made again. Send it the PARS that its sessions may spend.
  pars session-key account --from 0x046c…20df`,
    )
  addFromOptions(command).action(async (flags: AccountFlags) => {
    const sender = await openSender(flags)
    const { rpc, wallet } = sender
    const owner = wallet.account.address
    const account = await accountFactory.ask<Hex>(rpc, 'addressOf', [owner, flags.salt])
    const isThere = (await rpc.ask('eth_getCode', account, 'latest')) !== '0x'
    if (isThere) return print(flags.json, { account, owner, made: false })
    const call = accountFactory.call('create', [owner, flags.salt])
    const { transactionHash: hash } = await accountFactory.explained(sender.send(call))
    print(flags.json, { account, owner, made: true, hash })
  })
}
