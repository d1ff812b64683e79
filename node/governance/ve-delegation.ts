/** A delegation that an account signs and anyone brings. */
import { Fault, type Hex, isHex } from '#base'

import { reasonOf, readText } from '../files.ts'
import type { RpcClient } from '../rpc-client.ts'
import type { Call } from '../sender.ts'
import type { Wallet } from '../wallet.ts'
import { limits } from './limits.ts'
import { signRequest } from './requests.ts'
import { headTime, vePars } from './ve.ts'

export interface Delegation {
  readonly account: Hex
  readonly delegatee: Hex
  readonly nonce: bigint
  /** The last second at which it may be brought. */
  readonly expiry: bigint
  /** See contracts/pq/AccountAuthentication.sol. */
  readonly signature: Hex
}

const fields = [
  { name: 'account', type: 'address' },
  { name: 'delegatee', type: 'address' },
  { name: 'nonce', type: 'uint256' },
  { name: 'expiry', type: 'uint256' },
]

/** @param seconds For which it may be brought. */
export async function signDelegation(
  wallet: Wallet,
  rpc: RpcClient,
  { delegatee, seconds }: { readonly delegatee: Hex; readonly seconds: bigint },
): Promise<Delegation> {
  const account = wallet.account.address
  const nonce = await vePars.ask<bigint>(rpc, 'nonces', [account])
  const expiry = (await headTime(rpc)) + seconds
  const message = { account, delegatee, nonce, expiry }
  const typed = { primaryType: 'Delegation', types: { Delegation: fields }, message }
  const signature = await signRequest(wallet, rpc, vePars, { name: 'VePars', ...typed })
  return { ...message, signature }
}

export function delegationCall(delegation: Delegation): Call {
  const { account, delegatee, nonce, expiry, signature } = delegation
  return vePars.call('delegateByPQSig', [account, delegatee, nonce, expiry, signature])
}

/** What `pars ve delegate --sign-only` printed. Throws `NODE_SIGNED_REQUEST`. */
export async function delegationIn(file: string): Promise<Delegation> {
  try {
    const found: unknown = JSON.parse(await readText(file, limits.delegationBytes.value))
    const { account, delegatee, nonce, expiry, signature } = Object(found) as Record<
      string,
      unknown
    >
    return {
      account: hexIn(account, 20),
      delegatee: hexIn(delegatee, 20),
      nonce: numberIn(nonce),
      expiry: numberIn(expiry),
      signature: hexIn(signature),
    }
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'not JSON' : reasonOf(error)
    throw new Fault(
      { code: 'NODE_SIGNED_REQUEST', file, reason },
      'name a file with what --sign-only printed',
    )
  }
}

function hexIn(value: unknown, size?: number): Hex {
  const isRight = typeof value === 'string' && isHex(value)
  if (isRight && (size === undefined || value.length === 2 + 2 * size)) return value
  throw new TypeError('account, delegatee and signature are hexadecimal')
}

function numberIn(value: unknown): bigint {
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return BigInt(value)
  throw new TypeError('nonce and expiry are decimal numbers')
}
