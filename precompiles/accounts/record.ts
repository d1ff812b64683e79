/** The record of one account: typed words over the registry's storage. */
import { fixed, toBigInt } from '#base'
import { keccak256 } from '#crypto'
import { slotPreimage } from '#protocol'

import type { PrecompileView } from '../plugin.ts'

/** Which word of a record. A, times in seconds. @see PIP-0002, "Storage" */
export const field = {
  /** R: the keyHash, zero without a record. */
  keyHash: 0n,
  /** c: grows by one with every change of the key, and with every cancelled recovery. */
  changes: 1n,
  recoveryKeyHash: 2n,
  /** As it was set, before doubling. */
  recoveryDelay: 3n,
  /** Recoveries cancelled since the last one finished or the recovery key changed. */
  cancels: 4n,
  /** keyHash of the recovery under way, zero when none is. */
  pendingKeyHash: 5n,
  pendingDue: 6n,
  /** The recovery key that takes over at `nextDue`; zero = none will be set. */
  nextRecoveryKeyHash: 7n,
  nextRecoveryDelay: 8n,
  /** Zero when no change is scheduled. */
  nextDue: 9n,
} as const

export type Field = (typeof field)[keyof typeof field]

export class AccountRecord {
  readonly account: Uint8Array
  readonly #view: PrecompileView

  constructor(view: PrecompileView, account: Uint8Array) {
    this.#view = view
    this.account = account
  }

  word(of: Field): Uint8Array {
    return this.#view.get(keccak256(slotPreimage(this.account, of)))
  }

  number(of: Field): bigint {
    return toBigInt(this.word(of))
  }

  set(of: Field, value: Uint8Array | bigint): void {
    const word = typeof value === 'bigint' ? fixed(value, 32) : value
    this.#view.put(keccak256(slotPreimage(this.account, of)), word)
  }
}
