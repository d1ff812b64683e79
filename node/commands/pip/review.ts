import type { Command } from 'commander'

import { Fault } from '#base'
import { readPipText } from '#governance'

import { differencesOf } from '../../governance/actions.ts'
import { registry } from '../../governance/contracts.ts'
import { pipOf, presentOf, summaryOf, unknown } from '../../governance/present.ts'
import { RpcClient } from '../../rpc-client.ts'
import { addSendingOptions, type SendingFlags } from '../arguments.ts'
import { print } from '../printing.ts'
import { openSender } from '../sending.ts'
import { addNumber, printed } from './arguments.ts'

interface ReviewFlags extends SendingFlags {
  readonly from?: string
}

export function configure(command: Command): void {
  addNumber(command)
    .option('--from <account>', 'the author’s, by address or file: opens the review')
    .addHelpText(
      'after',
      `
What is voted on are calls. They have to be those that the text names: where they differ, this fails, and
the review is not opened. Without --from nothing is sent. For example: pars pip review 42`,
    )
  addSendingOptions(command).action(review)
}

async function review(number: number, flags: ReviewFlags): Promise<void> {
  const present = await presentOf(new RpcClient(flags.rpc))
  const pip = await pipOf(present, number)
  const { revision, status } = pip
  const text = (await readPipText(present.call, number, revision)) ?? unknown(number)
  const differences = differencesOf(pip, text.content)
  if (differences.length > 0) {
    throw new Fault(
      { code: 'NODE_PIP_DIFFERS', number, revision, differences: differences.join('; ') },
      'do not vote for what the text does not say: its author can revise it before the vote',
    )
  }
  if (flags.from === undefined) {
    return print(flags.json, { number, revision, status, actions: 'as the text says' })
  }
  const sender = await openSender({ ...flags, from: flags.from })
  await registry.explained(sender.send(registry.call('openReview', [BigInt(number)])))
  const later = await presentOf(sender.rpc)
  const after = await summaryOf(later, number)
  const { reviewEnds } = after
  printed(flags.json, { number, revision, status: after.status, reviewEnds }, later.now)
}
