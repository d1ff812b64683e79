import { padLeft, toBigInt } from '#base'

import { lanesAddress, slotOf } from '../pars/slots.ts'
import type { HeadEntries } from '../port.ts'
import type { AccountRecord, StateSource } from '../state/index.ts'
import { limits } from './limits.ts'

/** @param source Of one head; answers at once. */
export function headEntries(source: StateSource): HeadEntries {
  const account = remembered((address) => source.account(address) as AccountRecord | undefined)
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

/** What `find` gives, of so many as are asked for: the rest is looked up each time. */
function remembered<Found>(find: (key: Uint8Array) => Found): (key: Uint8Array) => Found {
  const known = new Map<string, Found>()
  return (key) => {
    const name = key.toHex()
    const found = known.get(name)
    if (found !== undefined || known.has(name)) return found as Found
    const fresh = find(key)
    if (known.size < limits.headAccounts.value) known.set(name, fresh)
    return fresh
  }
}
