/** What a client has to know of a node and an account before it sends: each asked for once. */
import { Fault, type Hex } from '#base'

import { isKeyRegistered, registeredKeyCall } from './registration.ts'

/** A call of JSON-RPC. */
export type Ask = (method: string, ...params: readonly unknown[]) => Promise<unknown>

/** Whether a node is on the network that the signatures are for. */
export class NetworkCheck {
  readonly #networkId: Hex
  #confirmed: Promise<void> | undefined

  constructor(networkId: Hex) {
    this.#networkId = networkId
  }

  /** Rejects with `SDK_NETWORK_MISMATCH`, and as `ask`: then it is asked anew. */
  async confirm(ask: Ask): Promise<void> {
    const confirmed = (this.#confirmed ??= this.#compare(ask))
    try {
      await confirmed
    } catch (error) {
      // The node may have been out of reach.
      if (this.#confirmed === confirmed) this.#confirmed = undefined
      throw error
    }
  }

  async #compare(ask: Ask): Promise<void> {
    expectNetwork(this.#networkId, String(await ask('pars_networkId')))
  }
}

/** Throws `SDK_NETWORK_MISMATCH`. */
export function expectNetwork(expected: Hex, found: string): void {
  if (expected.toLowerCase() === found.toLowerCase()) return
  throw new Fault(
    { code: 'SDK_NETWORK_MISMATCH', expected, found },
    'use one network id everywhere: that of the chain, of the account and of the node (pars_networkId)',
  )
}

/** Whether an account has registered its key. One that was found is not asked for again. */
export class KeyStanding {
  readonly #key: { readonly address: Hex; readonly keyHash: Hex }
  #isRegistered: boolean

  constructor(key: {
    readonly address: Hex
    readonly keyHash: Hex
    readonly isRegistered: boolean
  }) {
    this.#key = key
    this.#isRegistered = key.isRegistered
  }

  /** As far as anybody asked. */
  get isKnown(): boolean {
    return this.#isRegistered
  }

  /** Rejects with `SDK_KEY_REPLACED`, and as `ask`. */
  async isRegistered(ask: Ask): Promise<boolean> {
    if (this.#isRegistered) return true
    const answer = await ask('eth_call', registeredKeyCall(this.#key.address), 'latest')
    this.#isRegistered = isKeyRegistered(String(answer), this.#key)
    return this.#isRegistered
  }
}
