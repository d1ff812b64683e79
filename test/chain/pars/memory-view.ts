import { fixed, hex } from '#base'
import { keyHash, type SigningKey } from '#crypto'

import { lanesAddress, registryAddress, slotOf } from '../../../chain/pars/slots.ts'
import type { AccountFacts, RegisteredKey, StateView } from '../../../chain/pars/view.ts'

/** Accounts, the key registry and the nonce lanes, in memory. */
export class MemoryView implements StateView {
  readonly #accounts = new Map<string, AccountFacts>()
  readonly #words = new Map<string, Uint8Array>()
  readonly #keys = new Map<string, RegisteredKey>()

  account(address: Uint8Array): AccountFacts | undefined {
    return this.#accounts.get(hex(address))
  }

  word(address: Uint8Array, slot: Uint8Array): Uint8Array {
    return this.#words.get(hex(address) + hex(slot)) ?? new Uint8Array(32)
  }

  publicKey(hash: Uint8Array): RegisteredKey | undefined {
    return this.#keys.get(hex(hash))
  }

  set(address: Uint8Array, changes: Partial<AccountFacts>): void {
    const before = this.account(address) ?? { nonce: 0n, balance: 0n, hasCode: false }
    this.#accounts.set(hex(address), { ...before, ...changes })
  }

  setLane(sender: Uint8Array, nonceKey: bigint, next: bigint): void {
    this.#setWord(lanesAddress, slotOf(sender, nonceKey), fixed(next, 32))
  }

  /** Record and key table, as register and rotate write them. */
  register(account: Uint8Array, { algorithm, publicKey }: SigningKey): void {
    const hash = keyHash(algorithm, publicKey)
    this.#setWord(registryAddress, slotOf(account, 0n), hash)
    this.#keys.set(hex(hash), { algorithm, publicKey })
  }

  /** As a store that lost the key behind a record. */
  losePublicKey({ algorithm, publicKey }: SigningKey): void {
    this.#keys.delete(hex(keyHash(algorithm, publicKey)))
  }

  #setWord(address: Uint8Array, slot: Uint8Array, value: Uint8Array): void {
    this.#words.set(hex(address) + hex(slot), value)
  }
}
