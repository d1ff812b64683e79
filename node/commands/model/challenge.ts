import type { Command } from 'commander'

import { equal, Fault, type Hex, hex, unhex } from '#base'

import { openRegistered } from '../../models/built.ts'
import { answerClaimed, challengeMadeBy, challengeOf, claimOf } from '../../models/claims.ts'
import { ledgerOf, play } from '../../models/disputes.ts'
import { witnessOf } from '../../models/inference.ts'
import { limits } from '../../models/limits.ts'
import { challengeCall, Challenger } from '../../models/parties.ts'
import { modelOf, termsOf } from '../../models/registry.ts'
import { RpcClient } from '../../rpc-client.ts'
import type { Sender } from '../../sender.ts'
import { amountOf, hashOf } from '../arguments.ts'
import { looks } from '../polling.ts'
import { print, progress } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'

interface ChallengeFlags extends FromFlags {
  readonly model: string
  readonly bond?: bigint
  readonly force: boolean
}

export function configure(command: Command): void {
  command
    .argument('<claim>', 'its id', hashOf)
    .requiredOption('--model <model>', 'the folder or the file that the model was registered from')
    .option('--bond <tokens>', 'the least that the model asks for unless given', amountOf)
    .option('--force', 'challenge a claim that is right too, and lose the bond', false)
    .addHelpText(
      'after',
      `
Goes on until the challenge is decided. After an interruption the same line goes on with it.`,
    )
  addFromOptions(command).action(challenge)
}

async function challenge(id: Hex, flags: ChallengeFlags): Promise<void> {
  const tell = progress(flags.json)
  const rpc = new RpcClient(flags.rpc)
  const claim = await claimOf(rpc, id)
  const built = await openRegistered(flags.model, await modelOf(rpc, claim.model))
  const { input } = await answerClaimed(rpc, claim)
  tell('computing')
  const witness = witnessOf(built, input)
  const isRight = equal(witness.trace.top, unhex(claim.traceTop))
  if (isRight && !flags.force) {
    throw new Fault(
      { code: 'MODEL_AGREES', claim: id, trace: hex(witness.trace.top) },
      'the claim is right: who challenges it loses the bond',
    )
  }
  if (isRight) tell('the claim is right: this challenge loses its bond')
  const sender = await openSender(flags)
  const { bond: least } = await termsOf(rpc, claim.model)
  const bond = flags.bond ?? (least > 0n ? least : 1n)
  const number = (await ownChallenge(sender, id)) ?? (await made(sender, id, bond))
  tell(`challenge ${number}`)
  const [ledger, challenger] = [ledgerOf(sender), new Challenger(witness)]
  const status = await looks(limits.pollTime.value, async () => {
    const standing = await play(ledger, challenger, { id, number }, tell)
    return standing.status === 'open' ? undefined : standing.status
  })
  print(flags.json, { claim: id, challenge: number, status })
  if (status !== 'lost') return
  throw new Fault(
    { code: 'MODEL_CHALLENGE_LOST', claim: id, challenge: number },
    'its bond is the claimant’s',
  )
}

/** One's own that is not decided. */
async function ownChallenge({ rpc, wallet }: Sender, id: Hex): Promise<number | undefined> {
  const { challenges } = await claimOf(rpc, id)
  for (let number = 1; number <= challenges; number++) {
    const { challenger, status } = await challengeOf(rpc, id, number)
    if (challenger === wallet.account.address && status === 'open') return number
  }
  return undefined
}

async function made(sender: Sender, id: Hex, bond: bigint): Promise<number> {
  const { transactionHash } = await sender.send(challengeCall(id, bond))
  return challengeMadeBy(sender.rpc, transactionHash)
}
