import type { Command } from 'commander'

import { Fault } from '#base'
import { registration } from '#sdk'

import { RpcClient } from '../../rpc-client.ts'
import {
  addFeeOptions,
  addKeyOptions,
  addRpcOptions,
  addWaitOption,
  type FeeFlags,
  feesOf,
  type KeyFlags,
  type RpcFlags,
  type WaitFlags,
} from '../arguments.ts'
import { submit } from '../send.ts'
import { unlock } from '../unlock.ts'

export function configure(command: Command): void {
  command.argument('<account>', 'address of a key, or its file')
  addWaitOption(addFeeOptions(addKeyOptions(addRpcOptions(command))))
  command.action(async (name: string, flags: RpcFlags & KeyFlags & FeeFlags & WaitFlags) => {
    const rpc = new RpcClient(flags.rpc)
    const wallet = await unlock(name, flags, rpc)
    const { address, isRegistered, key } = wallet.account
    if (isRegistered) {
      throw new Fault({ code: 'NODE_KEY_REGISTERED', account: address }, 'there is nothing to do')
    }
    const { to, data, gas } = registration(key)
    const signed = await wallet.sign({ ...feesOf(flags), gasLimit: flags.gas ?? gas, to, data })
    await submit({ rpc, wallet, signed }, { ...flags, wait: true })
  })
}
