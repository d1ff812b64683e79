import type { Command } from 'commander'

import type { Hex } from '#base'

import { smartAccountAt } from '../../governance/identity-account.ts'
import { addressOf, amountOf, dataOf, wholeOf } from '../arguments.ts'
import { print } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'
import { amountShown } from '../tokens.ts'

interface CallFlags extends FromFlags {
  readonly to: Hex
  readonly data: Hex
  readonly value?: bigint
}

interface Used {
  readonly calls: bigint
  readonly nonce: bigint
  readonly spent: bigint
}

export function configure(command: Command): void {
  command
    .argument('<account>', 'the smart account', addressOf)
    .argument('<session>', 'its number: pars session-key list shows them', wholeOf)
    .requiredOption('--to <address>', 'who receives or is called', addressOf)
    .option('--data <hex>', 'of the call', dataOf, '0x')
    .option('--value <tokens>', 'of the account’s: 1.5 for example, or 1500000000wei', amountOf)
    .addHelpText(
      'after',
      `
By the session's holder, who pays the gas; the contract sees a call of the smart account.
  pars session-key call 0x9a40…1e77 3 --to 0x3c0d…aa01 --data 0x6c1a… --from 0x5f1e…77c0`,
    )
  addFromOptions(command).action(async (address: Hex, session: bigint, flags: CallFlags) => {
    const sender = await openSender(flags)
    const account = await smartAccountAt(sender.rpc, address)
    const calls = [[flags.to, flags.value ?? 0n, flags.data]]
    const call = account.call('executeAsSession', [session, calls])
    const { transactionHash: hash } = await account.explained(sender.send(call))
    const used = await account.event<Used>(sender.rpc, 'SessionUsed', hash)
    const spent = amountShown(flags.json, used.spent)
    print(flags.json, {
      session: Number(session),
      calls: Number(used.nonce + used.calls),
      spent,
      hash,
    })
  })
}
