import { type Client, getAddress, type Hex, parseAbi, toHex } from 'viem'
import { getCode, readContract, type VerifyHashParameters } from 'viem/actions'

import { accounts } from './contracts.ts'

const contractAbi = parseAbi([
  'function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)',
])
const validSignature = '0x1626ba7e'

/**
 * Whether a message or typed data was signed by an account, as contracts see it: a contract answers
 * for itself, an account by its registered key. False for an account that has registered none, since
 * its signature does not contain the key: `accounts.verifyWithKey` takes that besides.
 *
 * @see EIP-1271
 */
export async function verifyHash(
  client: Client,
  { address, hash, signature }: VerifyHashParameters,
): Promise<boolean> {
  const given = signatureHex(signature)
  if (given === undefined) return false
  const code = await getCode(client, { address })
  if (code === undefined) {
    return readContract(client, {
      ...accounts,
      functionName: 'verify',
      args: [getAddress(address), hash, given],
    })
  }
  const answer = await readContract(client, {
    address,
    abi: contractAbi,
    functionName: 'isValidSignature',
    args: [hash, given],
  }).catch(() => undefined)
  return answer === validSignature
}

/** Undefined for an ECDSA signature in parts. */
function signatureHex(signature: VerifyHashParameters['signature']): Hex | undefined {
  if (typeof signature === 'string') return signature
  return signature instanceof Uint8Array ? toHex(signature) : undefined
}
