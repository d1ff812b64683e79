import { keccak_256 } from '@noble/hashes/sha3.js'

import { concat, Fault, hex, type Hex, padLeft, unhex, utf8 } from '#base'

import { accountsContract } from './contracts.ts'

/**
 * The call that records the key of the account that sends it. From then on transactions carry the
 * key's hash, which makes each about 2 kB smaller and 5,120 to 10,240 gas cheaper. To estimate its
 * gas a node has to be told the key (`keyFields`), as the clients do.
 *
 * @see PIP-0002
 */
export function registration(): { readonly to: Hex; readonly data: Hex } {
  return { to: accountsContract.address, data: hex(selector('register()')) }
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
