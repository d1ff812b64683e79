import { type Command, Option } from 'commander'

import type { Hex } from '#base'

import { keyDirectory, publishCall, zeroHash } from '../../governance/identity.ts'
import { timeOf } from '../../recovery.ts'
import { hashOf, wholeOf } from '../arguments.ts'
import { durationOf } from '../duration.ts'
import { print } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'

interface PublishFlags extends FromFlags {
  readonly root?: Hex
  readonly count?: bigint
  readonly none: boolean
  readonly identity?: Hex
  readonly epoch?: bigint
  readonly for: bigint
}

interface Published {
  readonly epoch: bigint
  readonly root: Hex
  readonly count: bigint
  readonly expiry: bigint
}

const usualTime = 90n * 86_400n

export function configure(command: Command): void {
  command
    .option('--root <hash>', 'over the bundles', hashOf)
    .option('--count <number>', 'how many bundles it is over', wholeOf)
    .option('--none', 'give out none any more', false)
    .option('--identity <id>', 'of which they are; the account’s own unless given', hashOf)
    .option('--epoch <number>', 'the next one unless given', wholeOf)
    .addOption(
      new Option('--for <time>', 'for which they are given out, at most 400d')
        .argParser(durationOf)
        .default(usualTime, '90d'),
    )
    .addHelpText(
      'after',
      `
The bundles travel without the chain and are signed themselves; here stands the root over them.
  pars keys publish --root 0x9be1…04f7 --count 20 --for 30d --from 0x046c…20df`,
    )
  addFromOptions(command).action(async (flags: PublishFlags) => {
    const { root = zeroHash, count = 0n, none, identity, epoch } = flags
    if (none !== (flags.root === undefined) || none !== (flags.count === undefined)) {
      command.error('error: give --root and --count, or --none alone')
    }
    const sender = await openSender(flags)
    const { rpc, wallet } = sender
    const publication = { identity, epoch, root, count, seconds: flags.for }
    const call = await publishCall(rpc, wallet.account.address, publication)
    const { transactionHash: hash } = await keyDirectory.explained(sender.send(call))
    const event = identity === undefined ? 'Published' : 'IdentityPublished'
    const done = await keyDirectory.event<Published>(rpc, event, hash)
    const of = identity ?? wallet.account.address
    const facts = { of, epoch: Number(done.epoch), root: done.root, count: Number(done.count) }
    print(flags.json, { ...facts, expiry: timeOf(done.expiry), hash })
  })
}
