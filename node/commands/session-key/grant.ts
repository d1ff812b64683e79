import { type Command, InvalidArgumentError } from 'commander'

import type { Hex } from '#base'

import { type Permission, permissionOf, smartAccountAt } from '../../governance/identity-account.ts'
import { headTime } from '../../governance/ve.ts'
import { timeOf } from '../../recovery.ts'
import { addressOf, amountOf, wholeOf } from '../arguments.ts'
import { durationOf } from '../duration.ts'
import { print } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'

interface GrantFlags extends FromFlags {
  readonly holder: Hex
  readonly for: bigint
  readonly calls: bigint
  readonly budget?: bigint
  readonly perCall?: bigint
  readonly allow: readonly Permission[]
}

interface Granted {
  readonly id: bigint
}

export function configure(command: Command): void {
  command
    .argument('<account>', 'the smart account', addressOf)
    .requiredOption('--holder <address>', 'whose key may act: a fresh one will do', addressOf)
    .requiredOption('--for <time>', '1h or 7d from now on, at most 366d', durationOf)
    .requiredOption('--calls <number>', 'how many it may make', wholeOf)
    .requiredOption(
      '--allow <function>',
      'Contract.function, 0x….function(types) or 0x….0x12345678; 0x… alone for payments; repeat it for more',
      permissionsOf,
    )
    .option(
      '--budget <tokens>',
      'what all calls together may spend: nothing unless given',
      amountOf,
    )
    .option('--per-call <tokens>', 'what one call may spend: the budget unless given', amountOf)
    .addHelpText(
      'after',
      `
What is not named is not allowed. Budgets count PARS: to allow a token's transfer is to allow all of it.
  pars session-key grant 0x9a40…1e77 --holder 0x5f1e…77c0 --for 7d --calls 20 --budget 5 \\
    --allow "0x3c0d…aa01.move(uint8)" --from 0x046c…20df`,
    )
  addFromOptions(command).action(grant)
}

async function grant(address: Hex, flags: GrantFlags): Promise<void> {
  const sender = await openSender(flags)
  const { rpc } = sender
  const account = await smartAccountAt(rpc, address)
  const now = await headTime(rpc)
  const { holder, calls, budget = 0n, perCall = budget, allow } = flags
  const expiry = now + flags.for
  const permissions = allow.map(({ target, selector }) => [target, selector])
  const key = [holder, now, expiry, calls, perCall, budget, permissions]
  const call = account.call('grant', [key])
  const { transactionHash: hash } = await account.explained(sender.send(call))
  const { id } = await account.event<Granted>(rpc, 'SessionGranted', hash)
  print(flags.json, { session: Number(id), account: address, holder, expiry: timeOf(expiry), hash })
}

function permissionsOf(text: string, before: readonly Permission[] = []): readonly Permission[] {
  const permission = permissionOf(text)
  if (permission !== undefined) return [...before, permission]
  throw new InvalidArgumentError(
    'Give VePars.delegate, 0x….transfer(address,uint256), 0x….0xa9059cbb, or an address alone.',
  )
}
