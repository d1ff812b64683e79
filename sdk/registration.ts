import { keccak_256 } from '@noble/hashes/sha3.js'

import { concat, Fault, hex, type Hex, padLeft, unhex, utf8 } from '#base'
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
  const data = selector('register()')
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

/** The call that answers which key an account has registered. */
export function registeredKeyCall(address: Hex): { readonly to: Hex; readonly data: Hex } {
  const data = concat(selector('keyOf(address)'), padLeft(unhex(address), 32))
  return { to: accountsContract.address, data: hex(data) }
}

/**
 * Whether `answer`, of `registeredKeyCall`, names the key: false for none. Throws `SDK_KEY_REPLACED`
 * when it names another one.
 */
export function isKeyRegistered(
  answer: string,
  { address, keyHash }: { readonly address: Hex; readonly keyHash: Hex },
): boolean {
  if (/^0x0*$/.test(answer)) return false
  if (answer.toLowerCase() === keyHash) return true
  throw new Fault(
    { code: 'SDK_KEY_REPLACED', account: address, registered: answer, keyHash },
    'another key was registered for this account: sign with that one, and give its `address`',
  )
}

function selector(signature: string): Uint8Array {
  return keccak_256(utf8(signature)).subarray(0, 4)
}
