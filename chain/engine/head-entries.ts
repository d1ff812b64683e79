import { padLeft, toBigInt } from '#base'

import { lanesAddress, slotOf } from '../pars/slots.ts'
import type { HeadEntries } from '../port.ts'
import type { AccountRecord, StateSource } from '../state/index.ts'

/** @param source Answers at once. */
export function headEntries(source: StateSource): HeadEntries {
  const account = (address: Uint8Array) => source.account(address) as AccountRecord | undefined
  const storage = (address: Uint8Array, slot: Uint8Array) =>
    source.storage(address, slot) as Uint8Array
  return {
    balance: (address) => account(address)?.balance ?? 0n,
    nonce: (address, nonceKey = 0n) =>
      nonceKey === 0n
        ? (account(address)?.nonce ?? 0n)
        : toBigInt(storage(lanesAddress, slotOf(address, nonceKey))),
    storage: (address, slot) => padLeft(storage(address, slot), 32),
  }
}
