import type { Command } from 'commander'

import { unhex } from '#base'

import { cancelRecoveryCall, pendingOf, recoveryOf } from '../../../recovery.ts'
import { RpcClient } from '../../../rpc-client.ts'
import { addSendingOptions, feesOf, type SendingFlags } from '../../arguments.ts'
import { submit } from '../../send.ts'
import { unlock } from '../../unlock.ts'

export function configure(command: Command): void {
  command
    .argument('<account>', 'address of a key, or its file')
    .addHelpText('after', '\nEach cancel in a row doubles the next delay; there are two.')
  addSendingOptions(command)
  command.action(async (name: string, flags: SendingFlags) => {
    const rpc = new RpcClient(flags.rpc)
    const wallet = await unlock(name, flags, rpc)
    const { address } = wallet.account
    pendingOf(await recoveryOf(rpc, unhex(address)), unhex(address))
    const signed = await wallet.sign({ ...feesOf(flags), ...cancelRecoveryCall() })
    await submit({ rpc, wallet, signed }, flags)
  })
}
