import { equal } from '#base'

import type { SealedBlock } from '../block/sealed.ts'
import { registryAddress } from './slots.ts'

/**
 * The accounts whose pooled transactions a block may have touched: an account's balance falls, and
 * its nonces move, only by its own transactions; its key changes with a log of the registry, whose
 * first topic after the event's names the account.
 */
export function changedAccounts({ envelopes, receipts }: SealedBlock): Uint8Array[] {
  const senders = envelopes.map(({ sender }) => sender)
  const rekeyed = receipts
    .flatMap(({ logs }) => logs)
    .filter(({ address }) => equal(address, registryAddress))
    .flatMap(({ topics }) => topics.slice(1, 2))
    .map((topic) => topic.subarray(12))
  return [...senders, ...rekeyed]
}
