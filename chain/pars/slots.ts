/** Where the account registry and the nonce lanes keep their words. @see PIP-0002 "Storage" */
import { keccak256 } from '#crypto'
import { recordSlots, slotPreimage, systemAddresses } from '#protocol'

/** 0x0606, 20 bytes. */
export const registryAddress = systemAddresses.accounts
/** 0x0607, 20 bytes. */
export const lanesAddress = systemAddresses.nonces

/** The slot of `account`'s `index`-th word. */
export function slotOf(account: Uint8Array, index: bigint): Uint8Array {
  return keccak256(slotPreimage(account, index))
}

/** The slot of R, the keyHash that `account` registered. */
export function recordSlot(account: Uint8Array): Uint8Array {
  return slotOf(account, recordSlots.keyHash)
}
