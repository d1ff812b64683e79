/** What an account signs for a system contract and anyone may bring. */
import { hex, type Hex } from '#base'
import { type TypedData, typedDataHash } from '#sdk'

import { networkOf } from '../network.ts'
import type { RpcClient } from '../rpc-client.ts'
import type { Wallet } from '../wallet.ts'
import type { SystemContract } from './system.ts'

/** Typed data but for the domain, which is the contract's on this network. */
export interface Request extends Pick<TypedData, 'message' | 'primaryType' | 'types'> {
  /** That the domain has. */
  readonly name: string
}

/**
 * A signature as contracts/pq/AccountAuthentication.sol takes it: with the public key before it where the
 * registry does not have it.
 */
export async function signRequest(
  { account }: Wallet,
  rpc: RpcClient,
  { artifact }: SystemContract,
  { name, ...typed }: Request,
): Promise<Hex> {
  const { chainId, networkId } = await networkOf(rpc)
  const verifyingContract = artifact.address
  const domain = { name, version: '1', chainId, verifyingContract, salt: hex(networkId) }
  const signature = await account.signHash(typedDataHash({ ...typed, domain }))
  if (account.isRegistered) return signature
  const { algorithm, publicKey } = account.key.engine
  return `0x${algorithm.toString(16)}${publicKey.toHex()}${signature.slice(2)}`
}
