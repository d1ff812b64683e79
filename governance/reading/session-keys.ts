/** What the session keys of a smart account may do. */
import { concat, equal, type Hex, hex, unhex } from '#base'
import { pqAccount } from '#contracts'
import type { StateCall } from '#precompiles'

import { ContractReader } from './contract.ts'

/** Amounts are wei, times seconds since 1970. */
export interface SessionKey {
  readonly id: number
  readonly holder: Hex
  /** First and last second at which it holds. */
  readonly notBefore: number
  readonly expiry: number
  readonly maxCalls: number
  readonly calls: number
  readonly perCall: bigint
  readonly budget: bigint
  readonly spent: bigint
  /** Not revoked, by name or with all others. It may be over for all that. */
  readonly isStanding: boolean
  /** `selector` is undefined for a payment without data. */
  readonly allow: readonly { readonly target: Hex; readonly selector: Hex | undefined }[]
}

interface RawState {
  readonly key: {
    readonly holder: Hex
    readonly notBefore: bigint
    readonly expiry: bigint
    readonly maxCalls: bigint
    readonly perCall: bigint
    readonly budget: bigint
    readonly allow: readonly { readonly target: Hex; readonly selector: Hex }[]
  }
  readonly calls: bigint
  readonly spent: bigint
  readonly standing: boolean
}

/** Whether `code` is that of a smart account, which the factory made. @see ERC-1167 */
export function isSmartAccount(code: Uint8Array): boolean {
  return equal(code, cloneCode)
}

const cloneCode = concat(
  unhex('0x363d3d373d3d3d363d73'),
  unhex(pqAccount.address),
  unhex('0x5af43d82803e903d91602b57fd5bf3'),
)

/**
 * How many were ever granted, and a page of them from id `first` on.
 * @param account A smart account.
 */
export async function readSessionKeys(
  call: StateCall,
  account: Uint8Array,
  first: number,
): Promise<{ readonly total: number; readonly keys: readonly SessionKey[] }> {
  const reader = new ContractReader(pqAccount, call, hex(account))
  const [total, most] = await Promise.all([
    reader.ask<bigint>('sessionCount'),
    reader.ask<bigint>('MOST_PER_PAGE'),
  ])
  const page = await reader.ask<readonly RawState[]>('sessions', [BigInt(first), most])
  return { total: Number(total), keys: page.map((one, index) => keyOf(one, first + index)) }
}

function keyOf({ key, calls, spent, standing }: RawState, id: number): SessionKey {
  const { holder, perCall, budget, allow } = key
  return {
    id,
    holder,
    notBefore: Number(key.notBefore),
    expiry: Number(key.expiry),
    maxCalls: Number(key.maxCalls),
    calls: Number(calls),
    perCall,
    budget,
    spent,
    isStanding: standing,
    allow: allow.map(({ target, selector }) => {
      return { target, selector: selector === '0x00000000' ? undefined : selector }
    }),
  }
}
