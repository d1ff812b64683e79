import type { Command } from 'commander'

import { ballotCall, ballotIn, checkKey, checkNetwork } from '../../governance/ballots.ts'
import { governor } from '../../governance/contracts.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'
import { printed } from './arguments.ts'

export function configure(command: Command): void {
  command.argument('<ballot>', 'file with what pars pip vote --sign-only printed').addHelpText(
    'after',
    `
Whoever brings it pays; the vote is that of who signed. For example:
  pars pip relay ballot.json --from 0x…`,
  )
  addFromOptions(command).action(async (file: string, flags: FromFlags) => {
    const ballot = await ballotIn(file)
    const sender = await openSender(flags)
    await checkNetwork(ballot, sender.rpc)
    await checkKey(ballot, sender.rpc)
    const { transactionHash } = await governor.explained(sender.send(ballotCall(ballot)))
    const { weight } = await governor.event<{ readonly weight: bigint }>(
      sender.rpc,
      ballot.isOverride ? 'OverrideVoteCast' : 'VoteCast',
      transactionHash,
    )
    const { number, voter, support } = ballot
    printed(flags.json, { number, voter, support, weight, hash: transactionHash }, 0n)
  })
}
