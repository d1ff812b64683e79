/** State on behalf of a frame. Reads throw Suspend while what they ask for is on its way. */
import { type Account, Address } from '@ethereumjs/util'

import * as now from '../state-now.ts'
import type { Frame } from './frame.ts'

export { isEmpty } from '../state-now.ts'

export function account({ machine }: Frame, address: Uint8Array): Account | undefined {
  return now.accountNow(machine.state, new Address(address))
}

export function codeOf({ machine }: Frame, address: Uint8Array): Uint8Array {
  return now.codeNow(machine.state, new Address(address))
}

export function slot({ machine, address }: Frame, key: Uint8Array): Uint8Array {
  return now.slotNow(machine.state, address, key)
}

/** The value of a slot at the start of the transaction. */
export function original({ machine, address }: Frame, key: Uint8Array): Uint8Array {
  return now.originalNow(machine.state, address, key)
}

/** Pays for access to an account and makes it warm. @see EIP-2929 */
export function warmAccount(frame: Frame, address: Uint8Array): void {
  const { coldAccount, warm } = frame.schedule.prices
  frame.charge(frame.machine.journal.warmAddress(address) ? coldAccount : warm)
}
