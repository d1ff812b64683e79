import { type Client, hexToBigInt, parseAbi } from 'viem'
import { call } from 'viem/actions'

import { accountsContract, noncesContract } from '../contracts.ts'
import { mldsaVerifyCall, type Verification } from '../mldsa-verify.ts'

/** The registry of account keys, typed: `getContract({ ...accounts, client })`. */
export const accounts = {
  address: accountsContract.address,
  abi: parseAbi(accountsContract.abi),
} as const

/** The next nonce of every lane, typed: `getContract({ ...nonces, client })`. */
export const nonces = {
  address: noncesContract.address,
  abi: parseAbi(noncesContract.abi),
} as const

/** Whether 0x0601 takes a signature for true. Throws `SDK_VERIFICATION` for impossible lengths. */
export async function verifyMlDsa(client: Client, verification: Verification): Promise<boolean> {
  const { data = '0x' } = await call(client, mldsaVerifyCall(verification))
  return data !== '0x' && hexToBigInt(data) === 1n
}
