import type { Command } from 'commander'

import { Fault } from '#base'
import { registration } from '#sdk'

import { RpcClient } from '../../rpc-client.ts'
import { addSendingOptions, feesOf, type SendingFlags } from '../arguments.ts'
import { submit } from '../send.ts'
import { unlock } from '../unlock.ts'

export function configure(command: Command): void {
  command.argument('<account>', 'address of a key, or its file')
  addSendingOptions(command)
  command.action(async (name: string, flags: SendingFlags) => {
    const rpc = new RpcClient(flags.rpc)
    const wallet = await unlock(name, flags, rpc)
    const { address, isRegistered } = wallet.account
    if (isRegistered) {
      throw new Fault({ code: 'NODE_KEY_REGISTERED', account: address }, 'there is nothing to do')
    }
    const signed = await wallet.sign({ ...feesOf(flags), ...registration() })
    await submit({ rpc, wallet, signed }, flags)
  })
}
