import type { Command } from 'commander'

import { type Hex, unhex } from '#base'

import { callOf } from '../../models/contracts.ts'
import { hashOf, receiptFacts } from '../arguments.ts'
import { print } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'

export function configure(command: Command): void {
  command.argument('<claim>', 'its id', hashOf)
  addFromOptions(command).action(async (id: Hex, flags: FromFlags) => {
    const sender = await openSender(flags)
    const call = callOf('claims', 'settle(bytes32)', [unhex(id)])
    const receipt = await sender.send(call)
    print(flags.json, { claim: id, status: 'settled', ...receiptFacts(receipt) })
  })
}
