/** What commands that may send several transactions take on their line. */
import type { Command } from 'commander'

import { Fault } from '#base'

import { RpcClient } from '../rpc-client.ts'
import { Sender } from '../sender.ts'
import { addSendingOptions, feesOf, type SendingFlags } from './arguments.ts'
import { unlock } from './unlock.ts'

export interface FromFlags extends SendingFlags {
  readonly from: string
}

export function addFromOptions(command: Command): Command {
  return addSendingOptions(
    command.requiredOption('--from <account>', 'address of a key, or its file'),
  )
}

/** Throws `NODE_USAGE` for a nonce: more than one transaction may follow. */
export async function openSender(flags: FromFlags): Promise<Sender> {
  if (flags.nonce !== undefined) {
    const reason = '--nonce is of one transaction, and this command may send several'
    throw new Fault({ code: 'NODE_USAGE', reason }, 'leave it out: the next ones are taken')
  }
  const rpc = new RpcClient(flags.rpc)
  const wallet = await unlock(flags.from, flags, rpc)
  return new Sender(rpc, wallet, { fees: feesOf(flags), seconds: flags.timeout })
}
