import process from 'node:process'

import type { Command } from 'commander'

import type { Hex } from '#base'

import {
  type Session,
  sessionsOf,
  smartAccountAt,
  statusOf,
} from '../../governance/identity-account.ts'
import { headTime } from '../../governance/ve.ts'
import { timeOf } from '../../recovery.ts'
import { RpcClient } from '../../rpc-client.ts'
import { addPageOptions, addressOf, addRpcOptions, type RpcFlags } from '../arguments.ts'
import { tokensText } from '../tokens.ts'

interface ListFlags extends RpcFlags {
  readonly start: bigint
  readonly most: bigint
}

export function configure(command: Command): void {
  command.argument('<account>', 'the smart account', addressOf).addHelpText(
    'after',
    `
A call shows the 50 sessions from --start on at most.
  pars session-key list 0x9a40…1e77`,
  )
  addPageOptions(addRpcOptions(command)).action(async (address: Hex, flags: ListFlags) => {
    const rpc = new RpcClient(flags.rpc)
    const account = await smartAccountAt(rpc, address)
    const [sessions, now] = await Promise.all([sessionsOf(rpc, account, flags), headTime(rpc)])
    if (flags.json) {
      const shown = sessions.map((one) => facts(one, now))
      process.stdout.write(`${JSON.stringify(shown)}\n`)
    } else process.stdout.write(sessions.map((one) => text(one, now)).join('') || 'no sessions\n')
  })
}

function facts(session: Session, now: bigint) {
  const { id, key, calls, spent } = session
  return {
    id: Number(id),
    status: statusOf(session, now),
    holder: key.holder,
    notBefore: Number(key.notBefore),
    expiry: Number(key.expiry),
    calls: Number(calls),
    maxCalls: Number(key.maxCalls),
    spent: `${spent}`,
    perCall: `${key.perCall}`,
    budget: `${key.budget}`,
    allow: key.allow,
  }
}

function text(session: Session, now: bigint): string {
  const { id, key, calls, spent } = session
  const lines = [
    `session ${id} of ${key.holder}: ${statusOf(session, now)}, until ${timeOf(key.expiry)}`,
    `  calls ${calls} of ${key.maxCalls}; spent ${tokensText(spent)} of ${tokensText(key.budget)} PARS, ${tokensText(key.perCall)} at once`,
    ...key.allow.map(({ target, selector }) => `  ${target} ${functionText(selector)}`),
  ]
  return `${lines.join('\n')}\n`
}

function functionText(selector: Hex): string {
  return /^0x0+$/.test(selector) ? 'payments' : selector
}
