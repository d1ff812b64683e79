/** PARS that accounts lock, and the votes that they have for it. @see contracts/governance/IVePars.sol */
import type { Hex } from '#base'
import { vePars as artifact } from '#contracts'

import { fieldsIn, quantityIn, type RpcAsker } from '../rpc-client.ts'
import { SystemContract } from './system.ts'

export const vePars = new SystemContract(artifact, {
  AmountTooSmall: 'lock at least 0.01 PARS at a time',
  AmountTooLarge: 'no more can be locked by all together',
  DurationOutOfRange: 'lock for 30 days to 208 weeks',
  TooManyLocks: 'an account has 16 locks at most: add to one of them, or withdraw those that ended',
  UnknownLock: 'the account has no such lock: pars ve show lists those that it has',
  LockEnded: 'it has ended: withdraw it, and lock again',
  LockNotEnded: 'come back when it has ended; pars ve show says when',
  LockExtendsItself: 'switch that off with pars ve auto-extend, and wait for its end',
  NotLonger: 'a lock never ends sooner: name a longer time',
  AutoExtendUnchanged: 'it is so already',
  InvalidDelegatee: 'name an account; your own takes the delegation back',
  InvalidSignature:
    'another key or another network signed it, or it was changed: have it signed again',
  InvalidAccountNonce: 'it was brought already, or another one since: have it signed again',
  VotesExpiredSignature: 'have it signed again, and bring it in time',
  WithdrawalRefused: 'the account does not take coins',
})

export interface Lock {
  /** The owner's name for it. */
  readonly id: bigint
  /** Wei. */
  readonly amount: bigint
  /** Seconds since 1970; 0 of a lock that extends itself. */
  readonly end: bigint
  /** Seconds that remain of a lock that extends itself; 0 of others. */
  readonly kept: bigint
}

/** Votes are wei, times are seconds. */
export interface Voter {
  readonly locks: readonly Lock[]
  /** What its own locks weigh, whoever votes with them. */
  readonly weight: bigint
  /** What it votes with: its own weight unless delegated, and what others delegated to it. */
  readonly votes: bigint
  /** Who votes with its weight: the account itself before it named another. */
  readonly delegate: Hex
  /** Of all accounts. */
  readonly total: bigint
  /** The head's timestamp. */
  readonly now: bigint
}

export async function voterOf(rpc: RpcAsker, account: Hex): Promise<Voter> {
  const [locks, weight, votes, delegate, total, now] = await Promise.all([
    vePars.ask<readonly Lock[]>(rpc, 'locksOf', [account]),
    vePars.ask<bigint>(rpc, 'balanceOf', [account]),
    vePars.ask<bigint>(rpc, 'getVotes', [account]),
    vePars.ask<Hex>(rpc, 'delegates', [account]),
    vePars.ask<bigint>(rpc, 'totalSupply'),
    headTime(rpc),
  ])
  return { locks, weight, votes, delegate, total, now }
}

/** Weight of a lock by the time that remains of it: pieces of a line through zero. */
export interface CurvePoint {
  readonly weeks: bigint
  /** Basis points of what is locked. */
  readonly weight: bigint
}

/** What all have locked together. */
export async function votesInAll(rpc: RpcAsker): Promise<{
  readonly locked: bigint
  readonly total: bigint
  readonly curve: readonly CurvePoint[]
}> {
  const [locked, total, [weeks, weights]] = await Promise.all([
    rpc.ask('eth_getBalance', artifact.address, 'latest').then(quantityIn),
    vePars.ask<bigint>(rpc, 'totalSupply'),
    vePars.ask<readonly [readonly bigint[], readonly bigint[]]>(rpc, 'curve'),
  ])
  const curve = weeks.map((count, index) => ({ weeks: count, weight: weights[index] ?? 0n }))
  return { locked, total, curve }
}

export type LockState = 'ended' | 'extends itself' | 'running'

export function stateOf({ end, kept }: Lock, now: bigint): LockState {
  if (kept > 0n) return 'extends itself'
  return end <= now ? 'ended' : 'running'
}

/** Of the head, in seconds. */
export async function headTime(rpc: RpcAsker): Promise<bigint> {
  const { timestamp } = fieldsIn(await rpc.ask('eth_getBlockByNumber', 'latest', false))
  return quantityIn(timestamp)
}
