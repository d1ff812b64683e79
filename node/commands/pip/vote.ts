import process from 'node:process'

import type { Command } from 'commander'

import { Fault, plainFacts, utf8 } from '#base'

import { type Choice, signBallot, voteCall } from '../../governance/ballots.ts'
import { governor } from '../../governance/contracts.ts'
import { proposalOf } from '../../governance/decision.ts'
import { limits } from '../../governance/limits.ts'
import { presentOf, summaryOf } from '../../governance/present.ts'
import { type Support, supports } from '../../governance/support.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'
import { addNumber, printed } from './arguments.ts'

interface VoteFlags extends FromFlags, Partial<Readonly<Record<Support, boolean>>> {
  readonly reason: string
  readonly override: boolean
  readonly signOnly: boolean
}

export function configure(command: Command): void {
  addNumber(command)
    .option('--for', 'vote for what it proposes')
    .option('--against', 'vote against it')
    .option('--abstain', 'be counted for the quorum alone')
    .option('--reason <text>', 'stays on the chain', '')
    .option('--override', 'with your own votes, which somebody else has by your delegation', false)
    .option('--sign-only', 'print a ballot for pars pip relay, and send nothing', false)
    .addHelpText(
      'after',
      `
Who has voted has voted. For example:
  pars pip vote 42 --for --from 0x…
  pars pip vote 42 --against --sign-only --from 0x… > ballot.json`,
    )
  addFromOptions(command).action(vote)
}

async function vote(number: number, flags: VoteFlags): Promise<void> {
  const support = supportIn(flags)
  checkReason(flags.reason)
  const sender = await openSender(flags)
  const present = await presentOf(sender.rpc)
  const proposalId = proposalOf(await summaryOf(present, number))
  const { reason, override: isOverride } = flags
  const choice: Choice = { proposalId, support, reason, isOverride }
  if (flags.signOnly) {
    const ballot = await signBallot(sender.wallet, sender.rpc, number, choice)
    process.stdout.write(`${JSON.stringify(plainFacts(ballot))}\n`)
    return
  }
  const { transactionHash } = await governor.explained(sender.send(voteCall(choice)))
  const { weight } = await governor.event<{ readonly weight: bigint }>(
    sender.rpc,
    isOverride ? 'OverrideVoteCast' : 'VoteCast',
    transactionHash,
  )
  printed(flags.json, { number, support, weight, hash: transactionHash }, present.now)
}

function supportIn(flags: VoteFlags): Support {
  const [support, ...others] = supports.filter((one) => flags[one] === true)
  if (support !== undefined && others.length === 0) return support
  const reason = 'a vote is one of --for, --against and --abstain'
  throw new Fault({ code: 'NODE_USAGE', reason }, '--help explains the command')
}

function checkReason(text: string): void {
  const most = limits.reasonBytes.value
  const { length } = utf8(text)
  if (length <= most) return
  const reason = `--reason of ${length} bytes: ${most} at most`
  throw new Fault({ code: 'NODE_USAGE', reason }, 'say more elsewhere, and where')
}
