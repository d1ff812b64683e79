/** What locked PARS weigh. */
import { Fault, type Hex } from '#base'
import { vePars } from '#contracts'
import type { StateCall } from '#precompiles'

import { ContractReader, none } from './contract.ts'

/** Votes and weights are wei, times seconds since 1970. */
export interface Votes {
  /** With which the account votes. */
  readonly votes: bigint
  /** Of its own locks, whoever votes with it. */
  readonly weight: bigint
  /** Who votes with it: the account itself unless it named another. */
  readonly delegatee: Hex
  /** Of all locks. */
  readonly supply: bigint
}

export interface Lock {
  /** Its owner's name for it. */
  readonly id: number
  readonly amount: bigint
  /** Undefined for one that extends itself. */
  readonly end: number | undefined
  /** Seconds that remain of one that extends itself, whatever time passes. */
  readonly kept: number | undefined
}

type RawLock = Readonly<Record<'amount' | 'end' | 'id' | 'kept', bigint>>

/** In the state that `call` looks at, or at an earlier second. Throws `GOVERNANCE_TIME_AHEAD`. */
export async function readVotes(call: StateCall, account: Hex, time?: bigint): Promise<Votes> {
  const ve = new ContractReader(vePars, call)
  if (time === undefined) {
    const [votes, weight, delegatee, supply] = await Promise.all([
      ve.ask<bigint>('getVotes', [account]),
      ve.ask<bigint>('balanceOf', [account]),
      ve.ask<Hex>('delegates', [account]),
      ve.ask<bigint>('totalSupply'),
    ])
    return { votes, weight, delegatee, supply }
  }
  const past = async <Result>(name: string, args: readonly (Hex | bigint)[]): Promise<Result> => {
    const found = await ve.find<Result>(name, args, ['ERC5805FutureLookup'])
    if (found === none) throw ahead(time)
    return found
  }
  const [votes, weight, delegatee, supply] = await Promise.all([
    past<bigint>('getPastVotes', [account, time]),
    past<bigint>('getPastBalanceOf', [account, time]),
    past<Hex>('getPastDelegate', [account, time]),
    past<bigint>('getPastTotalSupply', [time]),
  ])
  return { votes, weight, delegatee, supply }
}

/** Not withdrawn, also those that have ended. */
export async function readLocks(call: StateCall, account: Hex): Promise<readonly Lock[]> {
  const locks = await new ContractReader(vePars, call).ask<readonly RawLock[]>('locksOf', [account])
  return locks.map(({ id, amount, end, kept }) => ({
    id: Number(id),
    amount,
    end: Number(end) || undefined,
    kept: Number(kept) || undefined,
  }))
}

function ahead(time: bigint): Fault {
  return new Fault(
    { code: 'GOVERNANCE_TIME_AHEAD', time },
    'votes are known up to the second before the newest block: name an earlier one, or none',
  )
}
