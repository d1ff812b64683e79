import process from 'node:process'

import type { Command } from 'commander'

import { hex, type Hex, unhex } from '#base'

import { type Recovery, recoveryOf, timeOf } from '../../../recovery.ts'
import { RpcClient } from '../../../rpc-client.ts'
import { addressOf, addRpcOptions, type RpcFlags } from '../../arguments.ts'
import { durationText } from '../../duration.ts'

export function configure(command: Command): void {
  command.argument('<account>', 'address', addressOf).addHelpText(
    'after',
    `
Whoever names a recovery key should look here, or for the event RecoveryStarted, more often than the
delay is long: a recovery that nobody cancels gives the account away.`,
  )
  addRpcOptions(command).action(async (account: Hex, { rpc, json }: RpcFlags) => {
    const recovery = await recoveryOf(new RpcClient(rpc), unhex(account))
    process.stdout.write(
      json ? `${JSON.stringify(facts(account, recovery))}\n` : text(account, recovery),
    )
  })
}

function facts(account: Hex, { keyHash, delay, cancels, pending, next, now }: Recovery) {
  return {
    account,
    recoveryKeyHash: keyHash === undefined ? null : hex(keyHash),
    delay: Number(delay),
    cancels: Number(cancels),
    pending:
      pending === undefined ? null : { newKeyHash: hex(pending.keyHash), due: Number(pending.due) },
    next:
      next === undefined
        ? null
        : {
            recoveryKeyHash: next.keyHash === undefined ? null : hex(next.keyHash),
            delay: Number(next.delay),
            due: Number(next.due),
          },
    now: Number(now),
  }
}

function text(account: Hex, { keyHash, delay, cancels, pending, next }: Recovery): string {
  const lines =
    keyHash === undefined
      ? [account, '  recovery key none: no recovery can be started']
      : [account, `  recovery key ${hex(keyHash)}`, `  delay        ${delayText(delay, cancels)}`]
  if (pending !== undefined) {
    lines.push(`  under way    to key ${hex(pending.keyHash)}, due ${timeOf(pending.due)}`)
  }
  if (next !== undefined) {
    const setting =
      next.keyHash === undefined ? 'none' : `${hex(next.keyHash)}, ${durationText(next.delay)}`
    lines.push(`  from ${timeOf(next.due)} on: ${setting}`)
  }
  return `${lines.join('\n')}\n`
}

function delayText(delay: bigint, cancels: bigint): string {
  return `${durationText(delay)}${cancels === 0n ? '' : `, after ${cancels} cancelled`}`
}
