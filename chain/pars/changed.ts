import { equal } from '#base'

import type { StoredReceipt } from '../port.ts'
import { registryAddress } from './slots.ts'

/**
 * The accounts whose pooled transactions these receipts may have touched: an account's balance
 * falls, and its nonces move, only by its own transactions; its key changes with a log of the
 * registry, whose first topic after the event's names the account.
 */
export function changedAccounts(receipts: readonly StoredReceipt[]): Uint8Array[] {
  const rekeyed = receipts
    .flatMap(({ logs }) => logs)
    .filter(({ address }) => equal(address, registryAddress))
    .flatMap(({ topics }) => topics.slice(1, 2))
    .map((topic) => topic.subarray(12))
  return [...receipts.map(({ sender }) => sender), ...rekeyed]
}
