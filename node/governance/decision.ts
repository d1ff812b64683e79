/** What is done with a PIP that was carried. */
import { Fault, type Hex } from '#base'
import type { Argument, PipState, PipSummary } from '#governance'

import type { Sender } from '../sender.ts'
import { governor, registry } from './contracts.ts'
import { pipOf, presentOf, summaryOf } from './present.ts'

/** Throws `NODE_PIP_STATUS`, and what the Governor and the Timelock refuse. */
export async function carryOut(
  sender: Sender,
  number: number,
  step: 'execute' | 'queue',
): Promise<{ readonly pip: PipState; readonly hash: Hex }> {
  const { rpc } = sender
  proposalOf(await summaryOf(await presentOf(rpc), number))
  const args = await registry.ask<readonly Argument[]>(rpc, 'proposalOf', [BigInt(number)])
  const { transactionHash } = await governor.explained(sender.send(governor.call(step, args)))
  return { pip: await pipOf(await presentOf(rpc), number), hash: transactionHash }
}

/** Throws `NODE_PIP_STATUS` for one that was not voted on. */
export function proposalOf({ number, status, proposalId }: PipSummary): bigint {
  if (proposalId !== undefined) return proposalId
  throw new Fault(
    { code: 'NODE_PIP_STATUS', number, status },
    'it has not come to a vote: pars pip show says what may be done next',
  )
}
