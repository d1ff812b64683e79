import { Account, Address } from '@ethereumjs/util'

/** Delegations of accounts to code, for calls that nobody signed. @see EIP-7702 */
import { concat, empty, encodeRlp, equal, fixed, trimmed } from '#base'
import { keccak256, recoverPublicKey } from '#crypto'

import type { Authorization } from '../../chain/call-port.ts'
import type { Executor } from '../../chain/evm/index.ts'
import type { State } from '../../chain/state/index.ts'

const marker = Uint8Array.of(0xef, 0x01, 0x00)
const halfOrder = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n
/** What an authority that exists already gets back of its 25,000. */
const refund = 12_500n
export const authorizationGas = 25_000n

export async function authorize(
  chainId: bigint,
  { state, executor }: { readonly state: State; readonly executor: Executor },
  authorizations: readonly Authorization[],
): Promise<bigint> {
  let refunded = 0n
  for (const authorization of authorizations) {
    const { address, nonce } = authorization
    if (authorization.chainId !== 0n && authorization.chainId !== chainId) continue
    const authority = authorityOf(authorization)
    if (authority === undefined) continue
    executor.evm.journal.addAlwaysWarmAddress(authority.bytes.toHex())
    const code = await state.getCode(authority)
    const account = await state.getAccount(authority)
    const isDelegated = code.length === 23 && equal(code.subarray(0, 3), marker)
    if ((code.length > 0 && !isDelegated) || (account?.nonce ?? 0n) !== nonce) continue
    if (account !== undefined) refunded += refund
    const changed = account ?? new Account()
    changed.nonce += 1n
    await executor.evm.journal.putAccount(authority, changed)
    const clears = address.every((byte) => byte === 0)
    await state.putCode(authority, clears ? empty : concat(marker, address))
  }
  return refunded
}

function authorityOf(authorization: Authorization): Address | undefined {
  const { chainId, address, nonce, yParity, r, s } = authorization
  if (s > halfOrder || yParity > 1n) return undefined
  const signed = encodeRlp([trimmed(chainId), address, trimmed(nonce)])
  const message = keccak256(concat(Uint8Array.of(5), signed))
  const key = recoverPublicKey(message, concat(fixed(r, 32), fixed(s, 32)), Number(yParity))
  return key === undefined ? undefined : new Address(keccak256(key).slice(12))
}
