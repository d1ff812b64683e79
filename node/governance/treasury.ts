/** The network's own PARS. @see contracts/governance/Treasury.sol */
import type { Hex } from '#base'
import { treasury as artifact } from '#contracts'

import { quantityIn, type RpcAsker } from '../rpc-client.ts'
import { SystemContract } from './system.ts'
import { headTime } from './ve.ts'

export const treasury = new SystemContract(artifact, {
  NoSuchStream: 'pars treasury lists the streams',
  NothingToWithdraw: 'nothing more has vested by now',
  OnlyRecipient: 'only its recipient hands a stream over',
  InvalidRecipient: 'name an account, and not the treasury itself',
  PaymentRefused: 'the recipient does not take coins',
})

/** From what is enough for a text to what all else takes. */
const tiers = [0n, 1n, 2n] as const

/** Amounts in wei, times in seconds since 1970. */
interface StoredStream {
  readonly recipient: Hex
  readonly start: bigint
  readonly cliff: bigint
  readonly end: bigint
  /** 0 as long as it runs. */
  readonly cancelledAt: bigint
  /** Of a cancelled stream, what had vested. */
  readonly amount: bigint
  readonly withdrawn: bigint
}

export interface Stream extends StoredStream {
  readonly id: bigint
  /** What the recipient would be paid now. */
  readonly withdrawable: bigint
}

/** Wei. */
export interface Funds {
  readonly balance: bigint
  /** What streams still owe, vested or not. */
  readonly reserved: bigint
  /** What governance may spend. */
  readonly available: bigint
  /** What proposals of each tier may spend of that now, from tier 0 on. */
  readonly spendable: readonly bigint[]
}

export async function fundsOf(rpc: RpcAsker): Promise<Funds> {
  const [balance, reserved, available, spendable] = await Promise.all([
    rpc.ask('eth_getBalance', artifact.address, 'latest').then(quantityIn),
    treasury.ask<bigint>(rpc, 'reserved'),
    treasury.ask<bigint>(rpc, 'available'),
    Promise.all(tiers.map((tier) => treasury.ask<bigint>(rpc, 'spendable', [tier]))),
  ])
  return { balance, reserved, available, spendable }
}

/** At most `most`, which is cut to a page of the contract. */
export async function streamsOf(
  rpc: RpcAsker,
  { start, most }: { readonly start: bigint; readonly most: bigint },
): Promise<readonly Stream[]> {
  const [page, now] = await Promise.all([
    treasury.ask<readonly StoredStream[]>(rpc, 'streams', [start, most]),
    headTime(rpc),
  ])
  return page.map((one, index) => {
    const withdrawable = vestedOf(one, now) - one.withdrawn
    return { id: start + BigInt(index), ...one, withdrawable }
  })
}

/** As the contract counts. */
function vestedOf({ start, cliff, end, cancelledAt, amount }: StoredStream, now: bigint): bigint {
  if (cancelledAt > 0n || now >= end) return amount
  return now < cliff ? 0n : (amount * (now - start)) / (end - start)
}
