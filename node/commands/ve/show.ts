import process from 'node:process'

import type { Command } from 'commander'

import type { Hex } from '#base'

import { type Lock, stateOf, type Voter, voterOf, votesInAll } from '../../governance/ve.ts'
import { timeOf } from '../../recovery.ts'
import { RpcClient } from '../../rpc-client.ts'
import { addressOf, addRpcOptions, type RpcFlags } from '../arguments.ts'
import { durationText } from '../duration.ts'
import { shareText, tokensText } from '../tokens.ts'

export function configure(command: Command): void {
  command
    .argument('[account]', 'address; what all have locked together unless given', addressOf)
    .addHelpText(
      'after',
      `
Votes are of the last block: they fall as the time of locks passes.
  pars ve show 0x046c…20df`,
    )
  addRpcOptions(command).action(async (account: Hex | undefined, { rpc: url, json }: RpcFlags) => {
    const rpc = new RpcClient(url)
    const shown =
      account === undefined
        ? (json ? allFacts : allText)(await votesInAll(rpc))
        : (json ? facts : text)(account, await voterOf(rpc, account))
    process.stdout.write(shown)
  })
}

type All = Awaited<ReturnType<typeof votesInAll>>

function allFacts({ locked, total, curve }: All): string {
  const points = curve.map(({ weeks, weight }) => ({
    weeks: Number(weeks),
    weight: Number(weight),
  }))
  return `${JSON.stringify({ locked: `${locked}`, votes: `${total}`, curve: points })}\n`
}

function allText({ locked, total, curve }: All): string {
  const points = curve.map(({ weeks, weight }) => `${Number(weight) / 100}% at ${weeks} weeks`)
  return `locked ${tokensText(locked)} PARS\nvotes  ${tokensText(total)}\nweight ${points.join(', ')}\n`
}

function facts(account: Hex, voter: Voter): string {
  const { locks, weight, votes, delegate, total, now } = voter
  const shown = locks.map((lock) => ({
    id: Number(lock.id),
    amount: `${lock.amount}`,
    state: stateOf(lock, now),
    end: lock.kept > 0n ? null : Number(lock.end),
    kept: lock.kept > 0n ? Number(lock.kept) : null,
  }))
  const powers = { weight: `${weight}`, votes: `${votes}`, votesOfAll: `${total}` }
  return `${JSON.stringify({ account, ...powers, delegate, withdrawable: `${withdrawable(voter)}`, now: Number(now), locks: shown })}\n`
}

function text(account: Hex, voter: Voter): string {
  const { locks, weight, votes, delegate, total, now } = voter
  const share = shareText(votes, total)
  const lines = [
    account,
    `  votes         ${tokensText(votes)}${share === undefined ? '' : `, ${share} of all`}`,
    `  own weight    ${tokensText(weight)}`,
    `  voting for it ${delegate === account ? 'the account itself' : delegate}`,
    `  to withdraw   ${tokensText(withdrawable(voter))} PARS`,
    ...locks.map(
      (lock) => `  lock ${lock.id}: ${tokensText(lock.amount)} PARS, ${termText(lock, now)}`,
    ),
  ]
  if (locks.length === 0) lines.push('  no locks')
  return `${lines.join('\n')}\n`
}

function termText(lock: Lock, now: bigint): string {
  const state = stateOf(lock, now)
  if (state === 'extends itself') return `keeps ${durationText(lock.kept)}`
  return `${state === 'ended' ? 'ended' : 'until'} ${timeOf(lock.end)}`
}

/** Wei in locks that have ended. */
function withdrawable({ locks, now }: Voter): bigint {
  const ended = locks.filter((lock) => stateOf(lock, now) === 'ended')
  return ended.reduce((sum, { amount }) => sum + amount, 0n)
}
