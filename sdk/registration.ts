import { keccak_256 } from '@noble/hashes/sha3.js'

import { hex, type Hex, unhex, utf8 } from '#base'
import { intrinsicGas } from '#protocol'

import { accountsContract } from './contracts.ts'
import type { Key } from './keys.ts'

const recordGas = 22_100n
const eventGas = 1_756n
const gasPerKeyByte = 200n

/**
 * The call that records the key of the account that sends it. From then on transactions carry the
 * key's hash, which makes each about 2 kB smaller and 5,120 to 10,240 gas cheaper. The gas is given
 * because a node cannot estimate it: the key comes only with the signed transaction.
 *
 * @see PIP-0002
 */
export function registration({ engine }: Key): {
  readonly to: Hex
  readonly data: Hex
  readonly gas: bigint
} {
  const { algorithm, publicKey } = engine
  const to = accountsContract.address
  const data = keccak_256(utf8('register()')).subarray(0, 4)
  const intrinsic = intrinsicGas({
    nonceKey: 0n,
    nonce: 0n,
    to: unhex(to),
    data,
    accessList: [],
    algorithm,
    key: publicKey,
  })
  const gas = intrinsic + recordGas + eventGas + gasPerKeyByte * BigInt(publicKey.length)
  return { to, data: hex(data), gas }
}
