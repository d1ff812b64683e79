import { Account, Address } from '@ethereumjs/util'

import type { Store } from '#storage'

import { headState, type State } from '../state/index.ts'
import { limits } from './limits.ts'

/** What an account is in an export. */
export interface FlatAccount {
  readonly address: Uint8Array
  readonly nonce: bigint
  readonly balance: bigint
  readonly codeHash: Uint8Array
}

/** Builds the state of one height in an empty store, tries and all, from accounts and slots alone. */
export class Rebuild {
  readonly #store: Store
  readonly #height: bigint
  readonly #state: State
  #items = 0

  constructor(store: Store, height: bigint) {
    this.#store = store
    this.#height = height
    this.#state = headState(store)
  }

  async account({ address, nonce, balance, codeHash }: FlatAccount): Promise<void> {
    const account = new Account(nonce, balance, undefined, codeHash)
    await this.#state.putAccount(new Address(address), account)
    await this.#count()
  }

  /** Of an account that was given before. Throws `STATE_NO_ACCOUNT`. */
  async slot(address: Uint8Array, slot: Uint8Array, value: Uint8Array): Promise<void> {
    await this.#state.putStorage(new Address(address), slot, value)
    await this.#count()
  }

  /** The root of all that was given, which is in the store now. */
  async finish(): Promise<Uint8Array> {
    await this.#write()
    return this.#state.root()
  }

  async #count(): Promise<void> {
    if (++this.#items >= limits.rebuiltItems.value) await this.#write()
  }

  async #write(): Promise<void> {
    const changes = this.#state.changes({ height: this.#height, history: false })
    await this.#store.write(changes, { sync: false })
    this.#state.sealed()
    this.#items = 0
  }
}
