import type { Command } from 'commander'

import type { Hex } from '#base'

import { didRegistry } from '../../governance/identity.ts'
import { hashOf, wholeOf } from '../arguments.ts'
import { print } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'

interface AnchorFlags extends FromFlags {
  readonly inception?: Hex
  readonly head?: Hex
  readonly sequence?: bigint
}

interface Incepted {
  readonly id: Hex
}

export function configure(command: Command): void {
  command
    .argument('[id]', 'of an identity that is here: 32 bytes', hashOf)
    .option('--inception <hash>', 'of the event that begins it: brings it here', hashOf)
    .option('--head <hash>', 'of its newest event', hashOf)
    .option('--sequence <number>', 'of that event; the inception is 0', wholeOf)
    .addHelpText(
      'after',
      `
An identity is a signed log that travels without the chain. Here stands how far it had come, from which
readers tell how old a copy may be. Nobody but the controller that the inception names can bring it.
  pars did anchor --inception 0x7c31…90ab --from 0x046c…20df
  pars did anchor 0x1f02…6e5d --head 0xa4d7…11c8 --sequence 3 --from 0x046c…20df`,
    )
  addFromOptions(command).action(async (id: Hex | undefined, flags: AnchorFlags) => {
    const { inception, head, sequence, json } = flags
    if (inception !== undefined && id === undefined && head === undefined) {
      const { rpc, hash, account } = await bring(flags, inception)
      const made = await didRegistry.event<Incepted>(rpc, 'Incepted', hash)
      return print(json, { id: made.id, controller: account, head: inception, sequence: 0, hash })
    }
    if (id === undefined || head === undefined || sequence === undefined || inception !== undefined)
      return command.error('error: give --inception alone, or an id with --head and --sequence')
    const sender = await openSender(flags)
    const call = didRegistry.call('anchor', [id, head, sequence])
    const { transactionHash: hash } = await didRegistry.explained(sender.send(call))
    print(json, { id, head, sequence: Number(sequence), hash })
  })
}

async function bring(flags: AnchorFlags, inception: Hex) {
  const sender = await openSender(flags)
  const call = didRegistry.call('incept', [inception])
  const { transactionHash: hash } = await didRegistry.explained(sender.send(call))
  return { rpc: sender.rpc, hash, account: sender.wallet.account.address }
}
