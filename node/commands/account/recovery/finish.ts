import type { Command } from 'commander'

import { Fault, type Hex, unhex } from '#base'

import { finishRecoveryCall, pendingOf, recoveryOf, timeOf } from '../../../recovery.ts'
import { RpcClient } from '../../../rpc-client.ts'
import { addressOf, addSendingOptions, feesOf, type SendingFlags } from '../../arguments.ts'
import { submit } from '../../send.ts'
import { unlock } from '../../unlock.ts'

interface FinishFlags extends SendingFlags {
  readonly from: string
}

export function configure(command: Command): void {
  command
    .argument('<account>', 'address', addressOf)
    .requiredOption('--from <account>', 'who pays: anyone')
  addSendingOptions(command)
  command.action(async (name: Hex, flags: FinishFlags) => {
    const rpc = new RpcClient(flags.rpc)
    const account = unhex(name)
    const recovery = await recoveryOf(rpc, account)
    const { due } = pendingOf(recovery, account)
    if (recovery.now < due) {
      throw new Fault(
        { code: 'NODE_RECOVERY_EARLY', account: name, due: timeOf(due), now: timeOf(recovery.now) },
        'come back when a block is that late; until then the key of the account can cancel it',
      )
    }
    const wallet = await unlock(flags.from, flags, rpc)
    const signed = await wallet.sign({ ...feesOf(flags), ...finishRecoveryCall(account) })
    await submit({ rpc, wallet, signed }, flags)
  })
}
